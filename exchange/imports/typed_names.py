"""Names of organisations in a file: each distinct name is matched once, and a person decides about the rest.

`draft.names` has an entry for each name as JSON: `rows` (number), `sureness`, `choice` (an organisation's ID,
NEW, LEAVE_OUT, SEVERAL, or "" if undecided), `options` (ID and label of each organisation to choose from),
`pieces` (the names that the text may list), `district` (of a new organisation, a code) and `keep` (whether
the name becomes an alias).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from contacts.codes import Kind
from contacts.merging.relations import referenced_rows
from contacts.models import (
    Contact,
    Organisation,
    OrganisationAlias,
    OrganisationExternalId,
    OrganisationPeriod,
)
from contacts.policies import can_edit_organisation
from contacts.queries.search import find_organisations
from contacts.rules.fingerprints import fingerprint
from contacts.rules.person_names import may_be_person
from contacts.services.aliases import ALIASES, as_values
from contacts.services.changes import Change, lock
from contacts.services.organisations import blank_organisation, erase_organisations, write_organisations
from districts.models import District
from exchange.imports.cells import organisations, split_cell
from exchange.imports.given import FilledRow
from exchange.models import ImportDraft
from exchange.rules.names import KnownName, NameIndex, Sureness, pieces
from lib.fold import fold

NEW: Final = "new"
LEAVE_OUT: Final = "leave_out"
SEVERAL: Final = "several"
EARLIER: Final = "earlier names"  # key in the values of a saved mapping: fingerprint of a name → choice
_OTHER_CHOICES: Final = frozenset({"", NEW, LEAVE_OUT, SEVERAL})  # than an organisation's ID
_MOST_NAMES: Final = 2_000  # distinct names of a file
_MOST_FOUND: Final = 5  # organisations of one search

_OWN_MODELS: Final = (OrganisationAlias, OrganisationPeriod)  # rows that belong to a new organisation

Entries = dict[str, dict[str, Any]]


def match_names(actor: Actor, draft: ImportDraft, rows: Iterable[FilledRow], column: str) -> Entries:
    """Return the entries of all names in a column. Names that nothing is open about have a choice already."""
    times: Counter[str] = Counter()
    codes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for text in split_cell(row.cells.get(column, "")):
            times[text] += 1
            codes[text] |= {row.cells["district"]} if row.cells.get("district") else set()
    names = _Names(actor, draft, times)
    entries: Entries = {}
    for text, n in times.most_common(_MOST_NAMES):
        names.add(entries, text, n, codes[text])
    return entries


class _Names:
    """Matches the names of one file with all organisations that the actor sees."""

    def __init__(self, actor: Actor, draft: ImportDraft, texts: Collection[str]) -> None:
        visible = Organisation.objects.visible_to(actor)
        rows = visible.values_list("pk", "name", "short_name", "home_district__code")
        also_in: dict[UUID, set[str]] = defaultdict(set)
        visited = Organisation.also_in.through.objects.filter(organisation__in=visible.values("pk"))
        for pk, code in visited.values_list("organisation_id", "district__code"):
            also_in[pk].add(code)
        known_names, self._labels = list[KnownName](), dict[str, str]()
        for pk, name, short_name, code in rows.iterator(chunk_size=2_000):
            self._labels[str(pk)] = f"{name} ({code})"
            known_names += [
                KnownName(str(pk), text, frozenset({code, *also_in[pk]}))
                for text in (name, short_name)
                if text
            ]
        districts = {name.key: name.districts for name in known_names}
        aliases = OrganisationAlias.objects.filter(organisation__in=visible.values("pk"))
        known_names += [
            KnownName(str(pk), text, districts[str(pk)], is_alias=True)
            for pk, text in aliases.values_list("organisation_id", "text")
            if str(pk) in districts
        ]
        self._index = NameIndex(known_names)
        own_codes = District.objects.covered_by(actor).active().values_list("code", flat=True)
        self._own_codes = set(own_codes[:_MOST_NAMES])
        self._earlier: Mapping[str, str] = draft.values.get(EARLIER, {})
        references = OrganisationExternalId.objects.filter(source=draft.source, external_id__in=list(texts))
        stored = dict(references.values_list("external_id", "organisation_id"))
        self._references = {text: str(pk) for text, pk in stored.items() if str(pk) in districts}

    def add(self, entries: Entries, text: str, rows: int, codes: Collection[str]) -> None:
        """Add the entry of a name, and of the names that it lists."""
        if text in entries:
            entries[text]["rows"] += rows
            return
        districts = codes or self._own_codes
        match, split = self._index.match(text, districts), [text]
        sureness, choice = match.sureness, match.key
        if earlier_choice := self._references.get(text) or self._decided_before(text):
            sureness, choice = Sureness.SURE, earlier_choice
        elif not choice:
            split = self._index.split(text, districts)
            if len(split) > 1:
                sureness, choice = Sureness.SURE, SEVERAL
        all_pieces = pieces(text)
        homes = sorted(districts) if len(districts) == 1 else []
        options = [choice] if sureness is Sureness.SURE and choice in self._labels else []
        if sureness is not Sureness.SURE:
            nearest = self._index.nearest(text, districts)
            options = list(dict.fromkeys([*([choice] if choice else []), *nearest]))
        entries[text] = {
            "rows": rows,
            "sureness": sureness.value,
            "choice": choice,
            "options": [[key, self._labels[key]] for key in options],
            "pieces": split if len(split) > 1 else all_pieces if len(all_pieces) > 1 else [],
            "district": homes[0] if homes else "",
            "keep": True,
        }
        if choice == SEVERAL:
            for piece in entries[text]["pieces"]:
                self.add(entries, piece, rows, codes)

    def _decided_before(self, text: str) -> str:
        """Return the choice about this name in an earlier file of the source, if it still holds."""
        choice = self._earlier.get(_print_of(text), "")
        return choice if choice in (LEAVE_OUT, SEVERAL) or choice in self._labels else ""


def has_questions(draft: ImportDraft) -> bool:
    """Whether a person must look over or choose a name of the file."""
    return any(entry["sureness"] != Sureness.SURE for entry in draft.names.values())


def choose(
    actor: Actor,
    draft: ImportDraft,
    choices: Mapping[str, str],
    dropped: Collection[str],
    searches: Mapping[str, str],
) -> bool:
    """Set the choices of names. Return whether new names must be decided.

    Names in `dropped` do not become aliases. `searches` adds the organisations that a search finds to the
    options of a name. Raises ValidationError for a choice that was not offered.
    """
    is_unfinished = False
    for text, choice in choices.items():
        entry = draft.names.get(text)
        if entry is None or choice not in {"", *choices_of(entry)}:
            raise ValidationError(_("“%(name)s”: choose one of the options.") % {"name": text[:60]})
        entry["choice"], entry["keep"] = choice, text not in dropped
    for text, q in searches.items():
        if q and text in draft.names:
            options = draft.names[text]["options"]
            listed_keys = {key for key, _label in options}
            options += [
                [str(row.pk), f"{row.name} ({row.home_district.code})"]
                for row in find_organisations(actor, q, _MOST_FOUND)
                if str(row.pk) not in listed_keys
            ]
            is_unfinished = True
    split = [entry for entry in draft.names.values() if entry["choice"] == SEVERAL]
    rows_by_piece = {piece: entry["rows"] for entry in split for piece in entry["pieces"]}
    if new_pieces := {piece: n for piece, n in rows_by_piece.items() if piece not in draft.names}:
        names = _Names(actor, draft, new_pieces)
        for piece, n in new_pieces.items():
            names.add(draft.names, piece, n, ())
        states = {draft.names[piece]["sureness"] for piece in new_pieces}
        is_unfinished = is_unfinished or states != {Sureness.SURE.value}
    return is_unfinished


def choices_of(entry: Mapping[str, Any]) -> list[str]:
    """Return all choices about a name, the organisations first."""
    with_new = [NEW] if entry["district"] else []
    with_several = [SEVERAL] if entry["pieces"] else []
    return [*(key for key, _label in entry["options"]), *with_new, *with_several, LEAVE_OUT]


def earlier_choices(draft: ImportDraft) -> dict[str, str]:
    """Return the choices to keep for the source's next file, by fingerprint: the names are not stored."""
    return {
        _print_of(text): entry["choice"]
        for text, entry in draft.names.items()
        if entry["choice"] and entry["choice"] != NEW and entry["keep"]
    }


def organisations_reader(actor: Actor, draft: ImportDraft) -> Callable[[str], list[Organisation]]:
    """Return a function that reads a cell of names with the choices of the draft."""
    new_ids = _new_ids(draft)

    @cache
    def chosen_organisations() -> Mapping[UUID, Organisation]:
        choices = {entry["choice"] for entry in draft.names.values()} - _OTHER_CHOICES
        ids = [UUID(key) for key in {*choices, *new_ids.values()}]
        return Organisation.objects.visible_to(actor).select_related("home_district").in_bulk(ids)

    def read(text: str) -> list[Organisation]:
        entry = draft.names.get(text)
        if entry is None:
            return organisations(actor, text, draft.source)
        choice = entry["choice"]
        if choice == LEAVE_OUT:
            return []
        if choice == SEVERAL:
            return [row for piece in entry["pieces"] for row in read(piece)]
        key = new_ids[text] if choice == NEW else choice
        organisation = chosen_organisations().get(UUID(key)) if key else None
        if organisation is None:
            raise ValidationError(_("Choose the organisation that “%(name)s” means.") % {"name": text[:60]})
        return [organisation]

    def read_cell(text: str) -> list[Organisation]:
        rows = [row for name in split_cell(text) for row in read(name)]
        return list({row.pk: row for row in rows}.values())

    return read_cell


def create_new(actor: Actor, draft: ImportDraft) -> None:
    """Create the organisations that a person chose to add. Their IDs follow from the draft and the name."""
    ids = _new_ids(draft)
    stored = set(Organisation.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    codes = {draft.names[text]["district"] for text in ids}
    districts = {row.code: row for row in District.objects.covered_by(actor).active().filter(code__in=codes)}
    changes = []
    for text, key in ids.items():
        if UUID(key) in stored:
            continue
        district = districts.get(draft.names[text]["district"])
        if district is None:
            raise PermissionDenied
        fields = {"name": text, "kind": Kind.OTHER, "home_district": district}
        changes.append(Change(blank_organisation(UUID(key)), fields))
    if changes:
        write_organisations(actor=actor, changes=changes, action=Action.IMPORT, purpose=draft.purpose)


def erase_new(actor: Actor, draft: ImportDraft) -> None:
    """Delete the organisations of `create_new` that nothing refers to and no colleague has changed."""
    visible = Organisation.objects.visible_to(actor).filter(version=1)
    rows = list(lock(visible, [UUID(key) for key in _new_ids(draft).values()]).values())
    used = referenced_rows(rows, _OWN_MODELS)
    if ids := [row.pk for row in rows if row.pk not in used]:
        erase_organisations(actor=actor, ids=ids, purpose=draft.purpose)


def keep_aliases(actor: Actor, draft: ImportDraft) -> int:
    """Add the decided names as aliases to the organisations that the actor can edit. Return their number.

    Names that may be a person's are not kept.
    """
    texts: dict[UUID, list[str]] = defaultdict(list)
    for text, entry in draft.names.items():
        if entry["keep"] and entry["sureness"] != Sureness.SURE and entry["choice"] not in _OTHER_CHOICES:
            texts[UUID(entry["choice"])].append(text)
    visible = Organisation.objects.visible_to(actor)
    people = set(_names_of_contacts(actor, [text for names in texts.values() for text in names]))
    changes, number = [], 0
    for pk, row in lock(visible, texts).items():
        aliases = as_values(row.aliases.all())
        known_names = {fold(row.name), fold(row.short_name), *(fold(alias["text"]) for alias in aliases)}
        new_aliases = [
            {"text": text, "source": draft.source}
            for text in texts[pk]
            if fold(text) not in known_names | people and not may_be_person(text, [row.name, row.short_name])
        ]
        if new_aliases and can_edit_organisation(actor, row):
            changes.append(Change(row, {ALIASES: [*aliases, *new_aliases]}))
            number += len(new_aliases)
    if changes:
        write_organisations(actor=actor, changes=changes, action=Action.IMPORT, purpose=draft.purpose)
    return number


def _names_of_contacts(actor: Actor, texts: Iterable[str]) -> list[str]:
    folded = [fold(text) for text in texts]
    rows = Contact.objects.visible_to(actor).filter(folded__in=folded)
    return list(rows.values_list("folded", flat=True))


def _new_ids(draft: ImportDraft) -> dict[str, str]:
    return {
        text: str(uuid5(draft.pk, fold(text)))
        for text, entry in draft.names.items()
        if entry["choice"] == NEW
    }


def _print_of(text: str) -> str:
    return fingerprint(fold(text))
