"""Distinguish rows that only a name identifies.

Rows without other evidence in common get separate identities.
"""

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
class _Evidence:
    """Fingerprints about one organisation: its phones, emails and home districts."""

    channels: set[str]
    districts: set[str]
    kinds: set[str]

    def agrees(self, row_evidence: "_Evidence") -> bool:
        """Whether both can be one organisation.

        Different phones and emails, or another district, contradict it.
        """
        if self.channels & row_evidence.channels:
            return True
        return not (self.channels and row_evidence.channels) and bool(self.districts & row_evidence.districts)

    def is_corrected_by(self, row_evidence: "_Evidence") -> bool:
        """Whether the source may have corrected one channel.

        Another district or both channels mean another body.
        """
        return bool(self.districts & row_evidence.districts) and len(self.kinds & row_evidence.kinds) < len(
            _REACHED
        )


@dataclass(slots=True)
class _Namesake:
    """Rows of one name that agree. `identity` distinguishes them from other rows of the name."""

    number: int
    identity: str
    evidence: _Evidence


@dataclass(slots=True)
class Namesakes:
    """Numbers (planning.Plan) by name. `ids` are their external IDs."""

    ids: dict[int, str] = field(default_factory=dict)
    _by_name: dict[str, list[_Namesake]] = field(default_factory=dict)

    def place(self, row: Row, number: int) -> tuple[str, int]:
        """Return the identity of a row, and the number of another row with the name, or else -1."""
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
        """Add the matches to `by_id`. Return by number the organisation that only shares the name."""
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
    return _Evidence(set(fingerprints_of(extras)), {district}, {kind for kind, _value in extras})


def _organisations_by_reference(source: str, ids: set[str]) -> dict[str, UUID]:
    listed, organisation_ids = sorted(ids), dict[str, UUID]()
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        references = OrganisationExternalId.objects.filter(source=source, external_id__in=batch)
        organisation_ids |= dict(references.values_list("external_id", "organisation_id"))
    return organisation_ids


def _stored_evidence(actor: Actor, places: Places, source: str, ids: set[UUID]) -> dict[UUID, _Evidence]:
    """Return evidence about visible organisations: their stored values, and the source's values before."""
    evidence_by_id: dict[UUID, _Evidence] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        visible = Organisation.objects.visible_to(actor).filter(pk__in=batch)
        further = further_channels(visible)
        for pk, phone, email, district in visible.values_list("pk", "phone", "email", "home_district"):
            named_channels = [extra for extra in (("phone", str(phone or "")), ("email", email)) if extra[1]]
            named_channels += further.get(pk, ())
            kinds = {kind for kind, _value in named_channels}
            evidence_by_id[pk] = _Evidence(
                set(fingerprints_of(named_channels)), {fingerprint(places.code_of(district))}, kinds
            )
        before = ImportedFields.objects.filter(
            source=source, organisation__in=evidence_by_id.keys() & set(batch)
        )
        for pk, prints in before.values_list("organisation_id", "fingerprints"):
            evidence_by_id[pk].districts |= set(imported_before(prints, "home_district"))
            if evidence_by_id[pk].channels:
                evidence_by_id[pk].channels |= set(imported_before(prints, MORE))
    return evidence_by_id
