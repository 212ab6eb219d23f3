"""Rows that only their name identifies: those that nothing else says are one get an identity each."""

import hashlib
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from contacts.models import ImportedFields, Organisation, OrganisationExternalId
from contacts.rules.fingerprints import MORE, fingerprint, fingerprints_of, imported_before
from contacts.services.details import further_channels
from exchange.imports.converting import Row
from exchange.imports.places import Places

_REACHED: Final = ("phone", "email")
_AT_ONCE: Final = 5_000


@dataclass(slots=True)
class _Known:
    """What is said of one organisation, as fingerprints: how it is reached, and where it is."""

    channels: set[str]
    districts: set[str]
    kinds: set[str]

    def agrees(self, other: "_Known") -> bool:
        """Whether nothing speaks against one organisation; both reached otherwise or elsewhere does."""
        if self.channels & other.channels:
            return True
        return not (self.channels and other.channels) and bool(self.districts & other.districts)

    def is_corrected_by(self, other: "_Known") -> bool:
        """Whether the source may have put one channel right: both at once, or elsewhere, is somebody else."""
        return bool(self.districts & other.districts) and len(self.kinds & other.kinds) < len(_REACHED)


@dataclass(slots=True)
class _Namesake:
    """Rows of a name that agree; `own` is the identity that tells them from others of the name."""

    number: int
    own: str
    known: _Known


@dataclass(slots=True)
class Namesakes:
    """Numbers (planning.Plan) by name; `ids` are the external ids they go by."""

    ids: dict[int, str] = field(default_factory=dict)
    _by_name: dict[str, list[_Namesake]] = field(default_factory=dict)

    def place(self, row: Row, number: int) -> tuple[str, int]:
        """The identity of a row, and the number of its first namesake where it is not that; else -1."""
        known = _of_row(row)
        there = self._by_name.setdefault(row.external_id, [])
        for one in there:
            if one.known.agrees(known):
                one.known.channels |= known.channels
                one.known.districts |= known.districts
                one.known.kinds |= known.kinds
                return (row.external_id if one is there[0] else one.own), -1
        parts = [row.external_id, *sorted(known.channels or known.districts)]
        own = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        there.append(_Namesake(number, own, known))
        if len(there) == 1:
            return row.external_id, -1
        self.ids[number] = own
        return own, there[0].number

    def look_up(self, actor: Actor, places: Places, source: str, by_id: dict[int, UUID]) -> dict[int, UUID]:
        """Number → the organisation of its name that it is not; `by_id` then has those that each is."""
        names = {one.number: (name, one) for name, ones in self._by_name.items() for one in ones}
        alone = {ones[0].number for ones in self._by_name.values() if len(ones) == 1}
        ids = _organisations(source, {id_ for name, one in names.values() for id_ in (name, one.own)})
        there = _of_book(actor, places, source, {ids[name] for name, _one in names.values() if name in ids})
        unlike: dict[int, UUID] = {}
        for number, (name, one) in names.items():
            named = ids.get(name)
            if (own := ids.get(one.own)) is not None:
                by_id[number], self.ids[number] = own, one.own
            elif named is None:
                continue
            elif (
                named not in there
                or there[named].agrees(one.known)
                or (number in alone and there[named].is_corrected_by(one.known))
            ):
                by_id[number], self.ids[number] = named, name
            else:
                by_id.pop(number, None)
                unlike[number], self.ids[number] = named, one.own
        self._by_name.clear()
        return unlike


def _of_row(row: Row) -> _Known:
    named = [(name, str(row.fields.get(name) or "")) for name in _REACHED]
    extras = [extra for extra in [*named, *row.more] if extra[0] in _REACHED and extra[1]]
    district = fingerprint(row.fields["home_district"])
    return _Known(set(fingerprints_of(extras)), {district}, {kind for kind, _value in extras})


def _organisations(source: str, ids: set[str]) -> dict[str, UUID]:
    listed, found = sorted(ids), dict[str, UUID]()
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        known = OrganisationExternalId.objects.filter(source=source, external_id__in=some)
        found |= dict(known.values_list("external_id", "organisation_id"))
    return found


def _of_book(actor: Actor, places: Places, source: str, ids: set[UUID]) -> dict[UUID, _Known]:
    """What the book has of those the actor sees, and what the source has said of them before."""
    found: dict[UUID, _Known] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        seen = Organisation.objects.visible_to(actor).filter(pk__in=some)
        further = further_channels(seen)
        for pk, phone, email, district in seen.values_list("pk", "phone", "email", "home_district"):
            named = [extra for extra in (("phone", str(phone or "")), ("email", email)) if extra[1]]
            named += further.get(pk, ())
            kinds = {kind for kind, _value in named}
            found[pk] = _Known(set(fingerprints_of(named)), {fingerprint(places.code_of(district))}, kinds)
        before = ImportedFields.objects.filter(source=source, organisation__in=found.keys() & set(some))
        for pk, prints in before.values_list("organisation_id", "fingerprints"):
            found[pk].districts |= set(imported_before(prints, "home_district"))
            if found[pk].channels:
                found[pk].channels |= set(imported_before(prints, MORE))
    return found
