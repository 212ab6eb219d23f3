"""`/figures/`, read-only: the kept figures of a district and a quarter or year, with all their vintages."""

from typing import Any, Final

from django.db.models import Count, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import columns
from api.resources.descriptions import MOMENT, described, field
from api.resources.shapes import Moment
from api.resources.specs import Column, RowSpec, children
from lib.filters import DistrictFilter, FilterSet
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure, KeptPeriod, Split, Why


class KeptFigureShape(serializers.Serializer[Any]):
    """A figure of the whole district in one vintage, with the names of `/reports/{slug}/`."""

    indicator = described(serializers.ChoiceField(tuple(REPORTS)), "The slug of the report.", "coverage")
    n = described(serializers.FloatField(), "Numerator of the figure.", 12)
    of = described(serializers.FloatField(), "Denominator of the figure.", 30)
    definition_version = described(
        serializers.IntegerField(), "The version of the definition that counted the figure.", 2
    )
    vintage = described(
        serializers.IntegerField(),
        "1 when the figure became final, more when it was revised. 0 is a state as it was known on the night "
        "after the period.",
        1,
    )
    kept_at = described(Moment(), "When this vintage was kept.", MOMENT)
    kept_reason = described(serializers.ChoiceField(Why.choices), "Why this vintage was kept.")


_TOTALS: Final = KeptFigure.objects.filter(kept_period=OuterRef("pk"), split=Split.TOTAL)
_VERSION: Final = _TOTALS.order_by().values("kept_period").values(number=Count("kept_at", distinct=True))
_FIGURES: Final = children(
    _TOTALS.order_by("indicator", "vintage"),
    indicator="indicator",
    n="n",
    of="total",
    definition_version="definition",
    vintage="vintage",
    kept_at="kept_at",
    kept_reason="reason",
)

KEPT_PERIOD = RowSpec(
    "kept_period",
    columns(
        KeptPeriod,
        "id",
        Column(
            "version",
            described(serializers.IntegerField(), "Counts how often figures of the period were kept.", 2),
            Subquery(_VERSION),
        ),
        "district",
        Column(
            "from",
            described(serializers.DateField(), "The first day of the period.", "2026-07-01"),
            F("since"),
        ),
        Column(
            "to",
            described(serializers.DateField(), "The day after the last day of the period.", "2026-10-01"),
            F("until"),
        ),
        field("final_at", "When the figures became final. Null before.", MOMENT),
        Column("figures", described(KeptFigureShape(many=True), "All vintages of all figures."), _FIGURES),
    ),
    where=(F("district_id"),),
)


class KeptPeriodFilters(FilterSet):
    district = DistrictFilter(field_name="district", label=_("District"))


class Figures(ListMixin, RetrieveMixin):
    """Quarters and years of which figures are kept."""

    spec = KEPT_PERIOD
    visible = KeptPeriod.objects.visible_to
    scope = "reports"
    filterset = KeptPeriodFilters
    orderings = ("until",)
