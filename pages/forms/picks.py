"""Select organisations without scripts: selected, recent and found organisations are options."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.queries.recent_organisations import recent_on_duty, recent_organisations

FOUND_AT_MOST = 10


class OrganisationPicks:
    """A form mixin for a field of organisations, named in `picks`, and a search field `find`.

    The button `look_for` sends the form to its own page, which shows the form again as a draft with the
    results. `shown` are the organisations on the page, and `searched` the search text, for the activity log.
    """

    picks = "organisations"
    recent_at_most: int | None = None
    other_choices: tuple[tuple[Any, Any], ...] = ()  # shown after the organisations
    fields: dict[str, forms.Field]
    shown: list[Organisation]
    searched = ""

    def offer(self, actor: Actor, chosen: list[Any], find: str) -> None:
        """Set the queryset (all organisations the actor sees) and the options shown."""
        field = self.fields[self.picks]
        visible = Organisation.objects.visible_to(actor).select_related("home_district")
        field.queryset = visible  # type: ignore[attr-defined]  # one of models
        chosen_ids = [as_uuid(pk) for pk in chosen]
        rows: dict[UUID, Organisation] = {}
        for organisations in (
            visible.filter(pk__in=chosen_ids).order_by("folded", "pk") if any(chosen) else [],
            visible.active().matching(find)[:FOUND_AT_MOST] if find.strip() else [],
        ):
            rows |= {row.pk: row for row in organisations if row.pk not in rows}
        recent = [*recent_on_duty(actor), *recent_organisations(actor)]
        rows |= {row.pk: row for row in recent[: self.recent_at_most] if row.pk not in rows}
        self.shown, self.searched = list(rows.values()), find.strip()
        choices: list[tuple[Any, Any]] = [(str(row.pk), label) for row, label in with_district(self.shown)]
        choices += self.other_choices
        if not field.required and not isinstance(field, forms.ModelMultipleChoiceField):
            choices.insert(0, ("", str(_("None"))))
        field.widget.choices = choices


def with_district(organisations: Iterable[Organisation]) -> Iterator[tuple[Organisation, str]]:
    """Return organisations with their names; with their home districts unless all are of one."""
    rows = list(organisations)
    is_one = len({row.home_district_id for row in rows}) < 2
    for row in rows:
        name = row.short_name or row.name
        names = {"name": name, "district": row.home_district.name}
        yield row, name if is_one else gettext("%(name)s, %(district)s") % names


def as_uuid(value: object) -> UUID:
    """Parse an ID. Invalid text becomes an ID that no row has."""
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)
