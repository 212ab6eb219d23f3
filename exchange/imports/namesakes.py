"""Rows that only their name identifies: those that nothing else says are one get an identity each."""

import hashlib
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from contacts.models import ImportedFields, Organisation, OrganisationExternalId
from contacts.rules.fingerprints import MORE, fingerprint, of_extras, said_before
from contacts.services.details import reached_besides
from exchange.imports.converting import Row
from exchange.imports.places import Places

_REACHED: Final = ("phone", "email")
_AT_ONCE: Final = 5_000


@dataclass(slots=True)
class _Evidence:
    """What is said of one organisation, as fingerprints: how it is reached, and where it is."""

    channels: set[str]
    districts: set[str]
    kinds: set[str]

    def agrees(self, other: "_Evidence") -> bool:
        """Whether nothing speaks against one organisation; both reached otherwise or elsewhere does."""
        if self.channels & other.channels:
            return True
        return not (self.channels and other.channels) and bool(self.districts & other.districts)

    def is_corrected_by(self, other: "_Evidence") -> bool:
        """Whether the source may have put one channel right: both at once, or elsewhere, is somebody else."""
        return bool(self.districts & other.districts) and len(self.kinds & other.kinds) < len(_REACHED)


@dataclass(slots=True)
class _Namesake:
    """Rows of a name that agree; `identity` is what that tells them from others of the name."""

    number: int
    identity: str
    evidence: _Evidence


@dataclass(slots=True)
class Namesakes:
    """Numbers (planning.Plan) by name; `ids` are the external ids they go by."""

    ids: dict[int, str] = field(default_factory=dict)
    _by_name: dict[str, list[_Namesake]] = field(default_factory=dict)

    def place(self, row: Row, number: int) -> tuple[str, int]:
        """The identity of a row, and the number of its first namesake where it is not that; else -1."""
        evidence = _row_evidence(row)
        namesakes = self._by_name.setdefault(row.external_id, [])
        for namesake in namesakes:
            if namesake.evidence.agrees(evidence):
                namesake.evidence.channels |= evidence.channels
                namesake.evidence.districts |= evidence.districts
                namesake.evidence.kinds |= evidence.kinds
                return (row.external_id if namesake is namesakes[0] else namesake.identity), -1
        parts = [row.external_id, *sorted(evidence.channels or evidence.districts)]
        identity = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        namesakes.append(_Namesake(number, identity, evidence))
        if len(namesakes) == 1:
            return row.external_id, -1
        self.ids[number] = identity
        return identity, namesakes[0].number

    def look_up(self, actor: Actor, places: Places, source: str, by_id: dict[int, UUID]) -> dict[int, UUID]:
        """Number → the organisation of its name that it is not; `by_id` then has those that each is."""
        names = {
            namesake.number: (name, namesake) for name, ones in self._by_name.items() for namesake in ones
        }
        sole_numbers = {ones[0].number for ones in self._by_name.values() if len(ones) == 1}
        ids = _organisations_by_reference(
            source, {id_ for name, namesake in names.values() for id_ in (name, namesake.identity)}
        )
        stored = _stored_evidence(
            actor, places, source, {ids[name] for name, _one in names.values() if name in ids}
        )
        unlike: dict[int, UUID] = {}
        for number, (name, namesake) in names.items():
            named_id = ids.get(name)
            if (own_id := ids.get(namesake.identity)) is not None:
                by_id[number], self.ids[number] = own_id, namesake.identity
            elif named_id is None:
                continue
            elif (
                named_id not in stored
                or stored[named_id].agrees(namesake.evidence)
                or (number in sole_numbers and stored[named_id].is_corrected_by(namesake.evidence))
            ):
                by_id[number], self.ids[number] = named_id, name
            else:
                by_id.pop(number, None)
                unlike[number], self.ids[number] = named_id, namesake.identity
        self._by_name.clear()
        return unlike


def _row_evidence(row: Row) -> _Evidence:
    main_channels = [(name, str(row.fields.get(name) or "")) for name in _REACHED]
    extras = [extra for extra in [*main_channels, *row.extras] if extra[0] in _REACHED and extra[1]]
    district = fingerprint(row.fields["home_district"])
    return _Evidence(set(of_extras(extras)), {district}, {kind for kind, _value in extras})


def _organisations_by_reference(source: str, ids: set[str]) -> dict[str, UUID]:
    listed, organisation_ids = sorted(ids), dict[str, UUID]()
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        references = OrganisationExternalId.objects.filter(source=source, external_id__in=batch)
        organisation_ids |= dict(references.values_list("external_id", "organisation_id"))
    return organisation_ids


def _stored_evidence(actor: Actor, places: Places, source: str, ids: set[UUID]) -> dict[UUID, _Evidence]:
    """What the book has of those the actor sees, and what the source has said of them before."""
    evidence_by_id: dict[UUID, _Evidence] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        visible = Organisation.objects.visible_to(actor).filter(pk__in=batch)
        further = reached_besides(visible)
        for pk, phone, email, district in visible.values_list("pk", "phone", "email", "home_district"):
            named_channels = [extra for extra in (("phone", str(phone or "")), ("email", email)) if extra[1]]
            named_channels += further.get(pk, ())
            kinds = {kind for kind, _value in named_channels}
            evidence_by_id[pk] = _Evidence(
                set(of_extras(named_channels)), {fingerprint(places.code_of(district))}, kinds
            )
        before = ImportedFields.objects.filter(
            source=source, organisation__in=evidence_by_id.keys() & set(batch)
        )
        for pk, prints in before.values_list("organisation_id", "fingerprints"):
            evidence_by_id[pk].districts |= set(said_before(prints, "home_district"))
            if evidence_by_id[pk].channels:
                evidence_by_id[pk].channels |= set(said_before(prints, MORE))
    return evidence_by_id
