"""Group the rows of one organisation, and match the groups with stored organisations.

Rows with the same external ID are one organisation. Similar rows and organisations are offered to a person.
Until the person decides, they are joined if the name and a phone or email agree (proof). They stay apart if
only the core of the name and another feature agree (evidence, see contacts.rules.evidence). Different numbers
of one register are never joined. Rows with the same number and different values are rejected.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation, OrganisationExternalId
from contacts.rules.evidence import evidence, proof
from contacts.services.details import further_channels
from exchange.imports.combining import contradictions
from exchange.imports.converting import Row, label_of
from exchange.imports.mapping import Mapping
from exchange.imports.namesakes import Namesakes
from exchange.imports.places import Places
from exchange.imports.spooling import Spool

NEW: Final = "new"
_IDS_AT_ONCE: Final = 5_000
_MOST_OPTIONS: Final = 5  # of one row

Candidates = dict[UUID, tuple[set[str], bool]]  # organisation → shared features, and whether they are proof


@dataclass(slots=True)
class Group:
    """Rows of one organisation in order. `organisation_id` is that of a stored organisation.

    `new_ids` are external IDs that are not stored yet. `refusal` is the reason to reject the rows.
    """

    rows: list[Row]
    new_ids: set[str] = field(default_factory=set)
    organisation_id: UUID | None = None
    refusal: str = ""


@dataclass(slots=True)
class Option:
    """A possible duplicate of a row.

    `key` is `line:7` or `organisation:<id>`; `shares` are the shared features.
    """

    key: str
    shares: set[str]
    is_sure: bool = False


@dataclass(slots=True)
class Offer:
    """The possible duplicates of a row, and its present treatment.

    `counts_as` is NEW, the key of an option, or empty if several options are equally likely and a person must
    choose.
    """

    line: int
    options: list[Option]
    counts_as: str = NEW


class Plan:
    """Groups of rows: filled by `add`, matched with stored organisations by `look_up`, read by `groups`.

    The plan keeps numbers and hashes for each external ID. The rows wait in the spool.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping, self._is_numbered = mapping, mapping.is_numbered
        self._numbers: dict[str, int] = {}  # external id → its number
        self._lines = array("L")  # number → its first line
        self._parents = array("L")  # union-find over those numbers
        self._number_of_row = array("l")  # row → number, -1 for a refused row
        self._evidence: dict[int, int | list[int]] = {}  # hash of a piece of evidence → the numbers with it
        self._proof: dict[int, int | list[int]] = {}  # hash of a piece of proof → the numbers with it
        self._targets: dict[int, UUID] = {}
        self._known_numbers: set[int] = set()  # numbers whose external ID is stored
        self._known_references: set[str] = set()  # their external IDs
        self._refusals: dict[int, str] = {}  # root → reason
        self._chosen: dict[int, str] = {}  # number → the choice of a person
        self._offers: dict[int, Offer] = {}  # number → its possible duplicates
        self._namesakes = Namesakes()  # rows that only their name identifies

    def add(self, row: Row) -> None:
        if row.refusal:
            self._number_of_row.append(-1)
            return
        apart_from = -1
        id_ = row.external_id
        if not self._is_numbered:
            id_, apart_from = self._namesakes.place(row, len(self._parents))
        number = self._numbers.setdefault(id_, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
            self._lines.append(row.line)
        self._number_of_row.append(number)
        if (chosen := self._mapping.joins.get(row.line)) is not None:
            self._chosen.setdefault(number, chosen)
        options: dict[int, Option] = {}
        if number == len(self._parents) - 1 and apart_from >= 0:
            options[apart_from] = Option(f"line:{self._lines[apart_from]}", {"name"})
        for pieces, numbers_by_hash, is_sure in (
            (row.proof, self._proof, True),
            (row.evidence, self._evidence, False),
        ):
            for piece in pieces:
                earlier_numbers = _add_number(numbers_by_hash, hash(piece), number)
                for earlier_number in () if self._is_numbered else earlier_numbers:
                    option = options.setdefault(
                        earlier_number, Option(f"line:{self._lines[earlier_number]}", set())
                    )
                    option.shares.add(piece[1])
                    option.is_sure |= is_sure
        if options:
            self._offer(number, options.values())

    def look_up(self, actor: Actor, places: Places) -> None:
        """Find the stored organisations, by external ID or else by name and similarity."""
        by_id = self._known_ids()
        unlike = self._namesakes.look_up(actor, places, self._mapping.source, by_id)
        self._known_numbers = set(by_id)
        ids = self._namesakes.ids
        self._known_references = {
            ids.get(number, id_) for id_, number in self._numbers.items() if number in self._known_numbers
        }
        for number in self._known_numbers:
            self._offers.pop(number, None)
        self._join_in_file()
        self._separate(by_id)
        for number, organisation_id in by_id.items():
            self._targets[self._root(number)] = organisation_id
        if any(self._root(number) not in self._targets for number in self._numbers.values()):
            self._find_alike(actor, places, unlike)
        self._numbers.clear()  # the next steps need the memory
        self._evidence.clear()
        self._proof.clear()
        self._join_same_targets(by_id)
        self._refuse_changed_choices()

    def offers(self) -> Iterator[Offer]:
        """Yield the offers for a person to decide, in the order of the lines."""
        yield from sorted(self._offers.values(), key=lambda offer: offer.line)

    def groups(self, spool: Spool) -> Iterator[Group]:
        """Yield each group as soon as its last row is read, without rows rejected while reading."""
        roots = array("l", (self._root(number) if number >= 0 else -1 for number in self._number_of_row))
        rows_left = array("L", bytes(len(self._parents) * self._parents.itemsize))  # by root: rows to come
        for root in roots:
            if root >= 0:
                rows_left[root] += 1
        waiting: dict[int, list[Row]] = {}
        for number, root, row in zip(self._number_of_row, roots, spool, strict=True):
            if root < 0:
                continue
            row.external_id = self._namesakes.ids.get(number, row.external_id)
            rows = waiting.setdefault(root, [])
            rows.append(row)
            if len(rows) == rows_left[root]:
                yield from self._groups_of_root(root, waiting.pop(root))

    def _groups_of_root(self, root: int, rows: list[Row]) -> Iterator[Group]:
        """Yield the rows as one group.

        Rows with the same number and different values form rejected groups.
        """
        if self._is_numbered and len(rows) > 1:
            by_id: dict[str, list[Row]] = {}
            for row in rows:
                by_id.setdefault(row.external_id, []).append(row)
            for id_, same in by_id.items():
                if len(same) > 1 and (names := contradictions(same, self._mapping)):
                    message = _("lines %(lines)s have the same number but different values: %(fields)s")
                    details = {
                        "lines": ", ".join(str(row.line) for row in same),
                        "fields": ", ".join(map(label_of, names)),
                    }
                    yield Group(same, refusal=message % details)
                    rows = [row for row in rows if row.external_id != id_]
        if rows:
            new_ids = {row.external_id for row in rows} - self._known_references
            yield Group(rows, new_ids, self._targets.get(root), self._refusals.get(root, ""))

    def _offer(self, number: int, options: Iterable[Option]) -> None:
        offer = self._offers.setdefault(number, Offer(self._lines[number], []))
        known_options = {option.key: option for option in offer.options}
        for option in options:
            if same := known_options.get(option.key):
                same.shares |= option.shares
                same.is_sure |= option.is_sure
            else:
                offer.options.append(option)
        offer.options.sort(key=lambda option: not option.is_sure)
        del offer.options[_MOST_OPTIONS:]

    def _join_in_file(self) -> None:
        """Join rows with an earlier row: the only one with proof, or the one that a person chose."""
        for number, offer in sorted(self._offers.items()):
            sure = [option.key for option in offer.options if option.is_sure]
            roots = {self._root(self._number_at(key)) for key in sure}
            counts_as = self._chosen.get(number) or (sure[0] if len(roots) == 1 else NEW)
            if counts_as.startswith("line:") and any(option.key == counts_as for option in offer.options):
                self._join(number, self._number_at(counts_as))
                offer.counts_as = counts_as

    def _number_at(self, key: str) -> int:
        """Return the number whose first line is in an option's key. Lines rise with numbers."""
        return bisect_left(self._lines, int(key.removeprefix("line:")))

    def _known_ids(self) -> dict[int, UUID]:
        """Return the organisation of each number whose external ID is stored."""
        ids, organisation_by_number = list(self._numbers), {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            references = OrganisationExternalId.objects.filter(
                source=self._mapping.source, external_id__in=ids[start : start + _IDS_AT_ONCE]
            )
            for external_id, organisation_id in references.values_list("external_id", "organisation_id"):
                organisation_by_number[self._numbers[external_id]] = organisation_id
        return organisation_by_number

    def _separate(self, by_id: dict[int, UUID]) -> None:
        """Keep similar rows apart if they are several stored organisations."""
        targets: dict[int, set[UUID]] = {}
        for number, organisation_id in by_id.items():
            targets.setdefault(self._root(number), set()).add(organisation_id)
        several = {root for root, organisation_ids in targets.items() if len(organisation_ids) > 1}
        if not several:
            return
        mixed = [number for number in range(len(self._parents)) if self._root(number) in several]
        for number in mixed:
            self._parents[number] = number
            if number in self._offers:
                self._offers[number].counts_as = NEW

    def _find_alike(self, actor: Actor, places: Places, unlike: dict[int, UUID]) -> None:
        """Match the other rows with similar organisations that have no other number of the source."""
        candidates: dict[int, Candidates] = {number: {pk: ({"name"}, False)} for number, pk in unlike.items()}
        taken_ids: set[UUID] = set()
        if self._is_numbered:
            ids = OrganisationExternalId.objects.filter(source=self._mapping.source)
            taken_ids = set(ids.values_list("organisation_id", flat=True))
        # The phone as text, because a PhoneNumber for each row would take longer than the rest.
        visible = Organisation.objects.visible_to(actor).annotate(text=Cast("phone", TextField()))
        rows = visible.values_list("pk", "name", "home_district", "text", "email")
        further = further_channels(Organisation.objects.visible_to(actor))
        for pk, name, district_id, phone, email in rows.iterator(chunk_size=2_000):
            if pk in taken_ids:
                continue
            main_channels = [channel for channel in (("phone", phone), ("email", email)) if channel[1]]
            reached = [*main_channels, *further.get(pk, ())]
            for pieces, numbers_by_hash, is_sure in (
                (proof(name, reached), self._proof, True),
                (evidence(name, places.code_of(district_id), reached), self._evidence, False),
            ):
                for piece in pieces:
                    for number in _numbers_of(numbers_by_hash, hash(piece)):
                        if self._root(number) not in self._targets:
                            shares, was_sure = candidates.setdefault(number, {}).get(pk, (set(), False))
                            candidates[number][pk] = (shares | {piece[1]}, was_sure or is_sure)
        for number, candidates_of_number in candidates.items():
            self._decide(number, candidates_of_number)

    def _decide(self, number: int, candidates: Candidates) -> None:
        options = [Option(_key(pk), shares, is_sure) for pk, (shares, is_sure) in candidates.items()]
        self._offer(number, options)
        offer, root = self._offers[number], self._root(number)
        chosen = self._chosen.get(number)
        sure = [pk for pk, (_shares, is_sure) in candidates.items() if is_sure]
        if offer.counts_as != NEW:  # joined with an earlier row, which is matched itself
            return
        if chosen is None and len(sure) > 1:
            offer.counts_as = ""
            self._refusals[root] = _(
                "matches several existing organisations: choose one, or merge those first"
            )
        elif chosen is None and sure:
            self._assign(root, offer, sure[0])
        elif pk := next((pk for pk in candidates if _key(pk) == chosen), None):
            self._assign(root, offer, pk)

    def _assign(self, root: int, offer: Offer, organisation_id: UUID) -> None:
        offer.counts_as = _key(organisation_id)
        self._targets[root] = organisation_id

    def _join_same_targets(self, by_id: dict[int, UUID]) -> None:
        """Join groups that match the same stored organisation.

        Two numbers are joined only if both are stored. By similarity alone, neither number gets the match.
        """
        first_roots: dict[UUID, int] = {}
        for root, organisation_id in list(self._targets.items()):
            first_root = first_roots.setdefault(organisation_id, root)
            if first_root == root:
                continue
            if self._is_numbered and not {root, first_root} <= by_id.keys():
                for unproven_root in (root, first_root):
                    self._withdraw(unproven_root, organisation_id)
            else:
                self._join(root, first_root)
        self._targets = {self._root(root): organisation_id for root, organisation_id in self._targets.items()}

    def _refuse_changed_choices(self) -> None:
        """Reject a row whose chosen match is no longer offered, so that it never becomes a new record."""
        for number, chosen in self._chosen.items():
            offer = self._offers.get(number)
            if (
                chosen != NEW
                and number not in self._known_numbers
                and (offer is None or offer.counts_as != chosen)
            ):
                self._refusals.setdefault(
                    self._root(number), _("the record it was to be joined with has changed: choose again")
                )

    def _withdraw(self, root: int, organisation_id: UUID) -> None:
        """Remove the match of a number, unless a person chose this number alone for the organisation."""
        offer = self._offers.get(root)
        if offer is None or root not in self._targets:
            return
        key = _key(organisation_id)
        rivals = [number for number, chosen in self._chosen.items() if number != root and chosen == key]
        if self._chosen.get(root) == key and not rivals:
            return
        del self._targets[root]
        offer.counts_as = NEW
        if self._chosen.get(root) == key:
            self._refusals[root] = _("two register numbers cannot be one organisation: choose one row")

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def _join(self, number: int, other_number: int) -> None:
        """Join two numbers. The earlier number stays the root, so that its row comes first."""
        low, high = sorted((self._root(number), self._root(other_number)))
        self._parents[high] = low


def _key(organisation_id: UUID) -> str:
    return f"organisation:{organisation_id}"


def _add_number(numbers_by_hash: dict[int, int | list[int]], key: int, number: int) -> list[int]:
    """Add `number` under `key`, and return the other numbers there. Most keys have a single number."""
    present = numbers_by_hash.get(key)
    if present is None:
        numbers_by_hash[key] = number
        return []
    present_numbers = [present] if isinstance(present, int) else present
    if number in present_numbers:
        return [present_number for present_number in present_numbers if present_number != number]
    if len(present_numbers) < _MOST_OPTIONS:
        numbers_by_hash[key] = [*present_numbers, number]
    return present_numbers


def _numbers_of(numbers_by_hash: dict[int, int | list[int]], key: int) -> list[int]:
    present = numbers_by_hash.get(key)
    return [] if present is None else [present] if isinstance(present, int) else present
