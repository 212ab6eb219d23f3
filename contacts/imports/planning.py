"""Which rows are one organisation, and which organisation of the book they are.

Rows with the same external id are one. So are rows whose names have the same core and that share a
district, a phone or an e-mail (contacts.rules.evidence); the same holds between a row and the book.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.actors import Actor
from contacts.imports.converting import Row
from contacts.imports.places import Places
from contacts.imports.spooling import Spool
from contacts.models import Organisation, OrganisationExternalId
from contacts.rules import evidence

_IDS_AT_ONCE = 5_000


@dataclass(slots=True)
class Group:
    """Rows of one organisation in their order; `organisation_id` when the book has it already.

    `new_ids` are external ids the book does not have yet. Doubtful: the rows fit several of its
    organisations.
    """

    rows: list[Row]
    new_ids: set[str] = field(default_factory=set)
    organisation_id: UUID | None = None
    is_doubtful: bool = False


class Plan:
    """Built while the file is read (`add`), completed from the book (`look_up`), then walked (`groups`).

    Holds numbers and hashes per external id, not rows: those wait in the spool.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._numbers: dict[str, int] = {}  # external id → its number
        self._parents = array("L")  # union-find over those numbers
        self._of_row = array("l")  # row → number, -1 for a refused row
        self._alike: dict[int, int] = {}  # hash of a piece of evidence → the first number with it
        self._targets: dict[int, UUID] = {}
        self._known: set[int] = set()  # numbers whose external id the book has
        self._doubtful: set[int] = set()

    def add(self, row: Row) -> None:
        if row.refusal:
            self._of_row.append(-1)
            return
        number = self._numbers.setdefault(row.external_id, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
        self._of_row.append(number)
        for piece in row.evidence:
            self._join(number, self._alike.setdefault(hash(piece), number))

    def look_up(self, actor: Actor, places: Places) -> None:
        """Find the organisations of the book: by external id, else by name and likeness."""
        by_id = self._known_ids()
        self._known = set(by_id)
        self._separate(by_id)
        for number, organisation_id in by_id.items():
            self._targets[self._root(number)] = organisation_id
        if any(self._root(number) not in self._targets for number in self._numbers.values()):
            self._find_alike(actor, places)
        self._alike.clear()
        self._join_same_targets()

    def groups(self, spool: Spool) -> Iterator[Group]:
        """Groups as soon as their last row is read, once; rows refused on reading are not among them."""
        roots = array("l", (self._root(number) if number >= 0 else -1 for number in self._of_row))
        left = Counter(root for root in roots if root >= 0)
        waiting: dict[int, list[Row]] = {}
        for root, row in zip(roots, spool, strict=True):
            if root < 0:
                continue
            rows = waiting.setdefault(root, [])
            rows.append(row)
            if len(rows) == left[root]:
                ids = {row.external_id for row in waiting.pop(root)}
                new_ids = {id_ for id_ in ids if self._numbers[id_] not in self._known}
                yield Group(rows, new_ids, self._targets.get(root), root in self._doubtful)
        self._numbers.clear()  # what follows needs the room

    def _known_ids(self) -> dict[int, UUID]:
        """Numbers whose external id the book has."""
        ids, found = list(self._numbers), {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            known = OrganisationExternalId.objects.filter(
                source=self._source, external_id__in=ids[start : start + _IDS_AT_ONCE]
            )
            for external_id, organisation_id in known.values_list("external_id", "organisation_id"):
                found[self._numbers[external_id]] = organisation_id
        return found

    def _separate(self, by_id: dict[int, UUID]) -> None:
        """Rows that look alike but are several organisations of the book stay several."""
        targets: dict[int, set[UUID]] = {}
        for number, organisation_id in by_id.items():
            targets.setdefault(self._root(number), set()).add(organisation_id)
        several = {root for root, found in targets.items() if len(found) > 1}
        if not several:
            return
        mixed = [number for number in range(len(self._parents)) if self._root(number) in several]
        for number in mixed:
            self._parents[number] = number

    def _find_alike(self, actor: Actor, places: Places) -> None:
        candidates: dict[int, set[UUID]] = {}
        # The number as text: making a PhoneNumber of each would take longer than all the rest.
        plain = Organisation.objects.visible_to(actor).annotate(number=Cast("phone", TextField()))
        book = plain.values_list("pk", "name", "home_district", "number", "email")
        for pk, name, district_id, phone, email in book.iterator(chunk_size=2_000):
            for piece in evidence(name, places.code_of(district_id), phone, email):
                number = self._alike.get(hash(piece))
                if number is not None and (root := self._root(number)) not in self._targets:
                    candidates.setdefault(root, set()).add(pk)
        for root, found in candidates.items():
            if len(found) == 1:
                self._targets[root] = found.pop()
            else:
                self._doubtful.add(root)

    def _join_same_targets(self) -> None:
        """Groups that turn out to be one organisation of the book are one group."""
        first: dict[UUID, int] = {}
        for root, organisation_id in list(self._targets.items()):
            other = first.setdefault(organisation_id, root)
            if other != root:
                self._join(root, other)
        self._targets = {self._root(root): organisation_id for root, organisation_id in self._targets.items()}

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def _join(self, one: int, other: int) -> None:
        """The earlier number stays the root, so that the first row leads."""
        low, high = sorted((self._root(one), self._root(other)))
        self._parents[high] = low
