"""Find the districts that a register names, or create them if the mapping allows it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.policies import can_write_in
from districts.models import District
from exchange.imports.mapping import Mapping, Place
from lib.fold import fold

if TYPE_CHECKING:
    from districts.rules.geometry import Areas


class Places:
    """All visible districts by code and name. Districts to create have an ID before they are written."""

    def __init__(self, actor: Actor, mapping: Mapping) -> None:
        self._actor, self._mapping = actor, mapping
        visible = District.objects.visible_to(actor).only("id", "code", "name", "lineage")
        self._by_code = {district.code: district for district in visible}
        self._code_of = {district.pk: district.code for district in self._by_code.values()}
        self._by_name: dict[str, set[str]] = {}
        for district in self._by_code.values():
            self._by_name.setdefault(fold(district.name), set()).add(district.code)
        self._used: dict[str, Place] = {}
        self._boundaries: Areas | None = None  # read only if a row has coordinates

    def code(self, text: str) -> str:
        """Return the code of a district in which the actor may write, from a code or a name.

        Raises the same ValidationError for a missing district and for one of others.
        """
        code = self._find_code(text)
        if code is None:
            raise ValidationError(_("district: you cannot add records in “%(text)s”") % {"text": text})
        return code

    def _find_code(self, text: str) -> str | None:
        if district := self._by_code.get(text):
            return text if can_write_in(self._actor, district.pk) else None
        place = self._mapping.places.get(text)
        if place and place.name and self._mapping.creates_districts and self._actor.kind == "system":
            self._used[place.code] = place
            return place.code
        codes = self._by_name.get(fold(text), set())
        return self._find_code(next(iter(codes))) if len(codes) == 1 else None

    def at(self, latitude: float, longitude: float) -> str:
        """Return the code of the smallest active district around a point.

        Raises ValidationError if none is.
        """
        codes = self._areas().around(longitude, latitude)
        if not codes:
            message = _("no district has a boundary around %(place)s")
            raise ValidationError(message % {"place": f"{latitude:.5f}, {longitude:.5f}"})
        return max(codes, key=lambda code: (len(self._by_code[code].lineage), code))

    def _areas(self) -> "Areas":
        if self._boundaries is None:
            from districts.rules.geometry import Areas

            drawn = District.objects.visible_to(self._actor).active().with_boundary()
            rows = drawn.values_list("code", "boundary")
            self._boundaries = Areas({code: boundary["coordinates"] for code, boundary in rows if boundary})
        return self._boundaries

    def district(self, code: str) -> District:
        return self._by_code[code]

    def code_of(self, district_id: UUID) -> str:
        return self._code_of[district_id]

    def make_missing(self) -> None:
        """Create the missing districts of the rows under the mapping's parent."""
        missing = [place for code, place in self._used.items() if code not in self._by_code]
        if not missing:
            return
        parent = self._parent()
        districts = [self._new_district(place, parent) for place in missing]
        self._create(districts)

    def _parent(self) -> District | None:
        place = self._mapping.under
        if place is None:
            return None
        if place.code not in self._by_code:
            self._create([self._new_district(place, None)])
        return self._by_code[place.code]

    def _new_district(self, place: Place, parent: District | None) -> District:
        district = District(code=place.code, name=place.name or place.code, parent=parent)
        district.lineage = [*(parent.lineage if parent else []), district.pk]
        district.full_clean(exclude=["parent"])
        self._by_code[place.code] = district
        self._code_of[district.pk] = place.code
        return district

    def _create(self, districts: Iterable[District]) -> None:
        rows = District.objects.bulk_create(districts)
        changes = [
            Changed(
                "district", row.pk, Op.CREATED, row.version, [row.pk], field_names=["code", "name", "parent"]
            )
            for row in rows
        ]
        record_changes(self._actor, Action.IMPORT, changes)
