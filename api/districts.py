"""`/districts/`: districts with their boundaries, for any key."""

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns
from api.resources.descriptions import described, field
from api.resources.shapes import codes
from api.resources.specs import Column, RowSpec, ids_of
from districts.models import District

DISTRICT = RowSpec(
    "district",
    columns(
        District,
        "id",
        field("code", "The code that all other objects use.", "N1"),
        field("name", "The name of the district.", "Northgate"),
        field("parent", "The code of the district that it is part of.", "N"),
        column(
            District,
            "boundary",
            help_text=_("GeoJSON MultiPolygon, WGS 84"),
            example={"type": "MultiPolygon", "coordinates": []},
        ),
        field("population", "How many people live there.", 21000),
        field("is_active", "Whether the district is in use.", True),
        field(
            "opened_on",
            "The day on which it took over from earlier districts. Null if it was always there.",
            "2026-10-01",
        ),
        field("closed_on", "The day on which it was redrawn. Null while it is as it was.", "2026-10-01"),
        field(
            "recorded_since",
            "The day from which on the histories of its records are recorded. What "
            "they were before is what was known on that day. Null if they are recorded from the beginning.",
            "2026-11-27",
        ),
        Column(
            "succeeds",
            described(
                codes(help_text=_("Codes of the districts that were redrawn into this one.")), "", ["N4"]
            ),
            ids_of(
                District.succeeds.through.objects.filter(from_district=OuterRef("pk")).order_by("pk"),
                "to_district__code",
            ),
        ),
    ),
)


class Districts(ListMixin, RetrieveMixin):
    spec = DISTRICT
    visible = District.objects.visible_to
    silent = True
    orderings = ("code", "name")
