"""Aliases of organisations: set by the writer of organisations, kept by imports and merges."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.codes import AliasKind
from contacts.models import OrganisationAlias
from contacts.rules.person_names import may_be_person
from lib.error_texts import at
from lib.fold import fold, squash
from lib.id_lists import id_in
from lib.limits import refuse_more

ALIASES: Final = "aliases"


def aliases_of(rows: Collection[Any]) -> dict[UUID, list[OrganisationAlias]]:
    """Return the aliases of organisations, by the organisation's ID."""
    by_owner: dict[UUID, list[OrganisationAlias]] = defaultdict(list)
    for alias in OrganisationAlias.objects.filter(id_in("organisation", [row.pk for row in rows])):
        by_owner[alias.organisation_id].append(alias)
    return by_owner


def set_aliases(actor: Actor, row: Any, aliases: Sequence[Mapping[str, str]]) -> bool:
    """Replace the aliases of a saved organisation. Return whether any changed.

    Known aliases keep their source and time. Raises ValidationError at `aliases` for an invalid alias, and
    for a new one that looks like a person's name.
    """
    stored = {alias.folded: alias for alias in row.aliases.all()}
    values_by_text: dict[str, Mapping[str, str]] = {}
    for values in aliases:
        values_by_text.setdefault(fold(values["text"])[:400], values)
    refuse_more(ALIASES, values_by_text)
    new = [
        _new_alias(actor, row, values) for folded, values in values_by_text.items() if folded not in stored
    ]
    kind_changed = []
    for folded, alias in stored.items():
        kind = values_by_text.get(folded, {}).get("kind", alias.kind)
        if folded in values_by_text and kind != alias.kind:
            alias.kind = kind
            kind_changed.append(alias)
    dropped = [alias.pk for folded, alias in stored.items() if folded not in values_by_text]
    OrganisationAlias.objects.filter(pk__in=dropped).delete()
    OrganisationAlias.objects.bulk_create(new)
    OrganisationAlias.objects.bulk_update(kind_changed, ["kind"])
    return bool(new or dropped or kind_changed)


def _new_alias(actor: Actor, row: Any, values: Mapping[str, str]) -> OrganisationAlias:
    text = squash(values["text"])
    if may_be_person(text, [row.name, row.short_name]):
        message = _("“%(text)s” looks like a person's name. Add the person as a contact instead.")
        raise ValidationError({ALIASES: message % {"text": text[:60]}})
    alias = OrganisationAlias(
        organisation=row,
        text=text,
        folded=fold(text)[:400],
        kind=values.get("kind") or AliasKind.TYPED,
        source=squash(values.get("source", "")),
        added_by_id=actor.id,
    )
    try:
        alias.clean_fields(exclude=["organisation", "added_by"])
    except ValidationError as error:
        raise at(ALIASES, error) from error
    return alias


def keep_names(actor: Actor, row: Any, names: Iterable[str]) -> list[str]:
    """Add names of merged organisations as former names. Return the IDs of the new aliases."""
    known_texts = {fold(row.name), *row.aliases.values_list("folded", flat=True)}
    new = {folded: name for name in names if (folded := fold(name)[:400]) and folded not in known_texts}
    rows = [
        OrganisationAlias(
            organisation=row, text=name, folded=folded, kind=AliasKind.FORMER, added_by_id=actor.id
        )
        for folded, name in new.items()
    ]
    return [str(alias.pk) for alias in OrganisationAlias.objects.bulk_create(rows)]


def as_values(aliases: Iterable[OrganisationAlias]) -> list[dict[str, str]]:
    """Return aliases as `set_aliases` takes them."""
    return [{"text": alias.text, "kind": alias.kind, "source": alias.source} for alias in aliases]
