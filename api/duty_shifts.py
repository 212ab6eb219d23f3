"""`/duty-shifts/`: who is on duty, as account IDs and districts, without names and phone numbers."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import DutyShift, ShiftDistrict
from api.resources.base import ListMixin
from api.resources.columns import columns
from api.resources.descriptions import MOMENT, OFFICER_ID, described, field
from api.resources.shapes import codes
from api.resources.specs import Column, RowSpec, ids_of
from lib.filters import FilterSet, MomentFilter

SHIFT = RowSpec(
    "shift",
    columns(
        DutyShift,
        "id",
        field("user", "The ID of the officer or supervisor on duty.", OFFICER_ID),
        Column(
            "districts",
            described(codes(), "Codes of the districts of the shift.", ["N1"]),
            ids_of(
                ShiftDistrict.objects.filter(shift=OuterRef("pk")).order_by("district__code"),
                "district__code",
            ),
        ),
        field("starts_at", "When the shift begins.", MOMENT),
        field("ends_at", "When it ends.", MOMENT),
        field("ended_at", "When it ended, if that was earlier.", MOMENT),
    ),
)


class ShiftFilters(FilterSet):
    at = MomentFilter("starts_at", label=_("On duty at"), method="open_at")

    def open_at(self, queryset: Any, name: str, value: datetime) -> Any:
        return queryset.open_at(value)


class DutyShifts(ListMixin):
    spec = SHIFT
    visible = DutyShift.objects.visible_to
    scope = "concerns"
    filterset = ShiftFilters
    silent = True
    orderings = ("starts_at",)
