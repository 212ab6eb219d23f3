"""Filters of concerns, with the names of docs/openapi.yaml.

Days are in the city's time zone. `…_after` includes its day, `…_before` does not.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.db.models import Case, F, Func, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from districts.codes import Focus
from districts.models import District
from lib.days import day_starts_at
from lib.filters import (
    BooleanFilter,
    CodesFilter,
    DatedFilterSet,
    DistrictFilter,
    ExternalIdFilter,
    MomentFilter,
    SourceFilter,
)
from lib.matching import matching
from meetings.codes import BiasGround, ConcernKind, ConcernStatus, ReassuranceAnswer
from meetings.models import Concern, ConcernPeriod
from meetings.rules import ANSWER_WITHIN, REASSURE_WITHIN

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


class PlaceFilter(DistrictFilter):
    """Filter by district of a concern.

    With days of receipt, this is the district that received the concern. With `as_of` it is the district of
    that day, else the current district. These differ if a district was redrawn.
    """

    def filter(self, qs: Rows, value: list[str]) -> Rows:
        form_values = self.parent.form.cleaned_data
        is_by_receipt = form_values.get("received_after") or form_values.get("received_before")
        day = None if is_by_receipt else form_values.get("as_of")
        if not value or not (is_by_receipt or day):
            return super().filter(qs, value)
        earlier_districts = District.objects.annotate(
            place=Func(
                OuterRef("earlier_district_ids"),
                F("pk"),
                function="array_position",
                output_field=models.IntegerField(null=True),
            )
        ).filter(place__isnull=False)
        if day:
            earlier_districts = earlier_districts.filter(closed_on__gte=day)
        rows: Rows = qs.alias(
            place_then=Case(
                When(earlier_district_ids=[], then=F("district")),
                default=Coalesce(
                    Subquery(earlier_districts.order_by("place").values("pk")[:1]), F("district")
                ),
                output_field=models.UUIDField(),
            )
        )
        return rows.filter(place_then__in=self.inside(qs, value))


class ConcernFilters(DatedFilterSet):
    """Filters of concerns.

    Before a time limit has passed, its filter selects only concerns that met the limit.
    """

    dated = ("status", "closed_after", "closed_before")

    q = django_filters.CharFilter(label=_("Find a concern"), method="find", max_length=200)
    kind = CodesFilter(
        ConcernKind,
        field_name="kinds",
        lookup_expr="overlap",
        label=_("What happened"),
    )
    bias_ground = CodesFilter(
        BiasGround,
        field_name="bias_grounds",
        lookup_expr="overlap",
        label=_("Bias ground"),
    )
    focus = CodesFilter(
        Focus,
        field_name="affected_focuses",
        lookup_expr="overlap",
        label=_("Communities affected"),
    )
    bias = BooleanFilter(label=_("Bias concern"), method="with_bias")
    status = CodesFilter(ConcernStatus, label=_("Status"))
    organisation = django_filters.UUIDFilter(method="at_organisation", widget=forms.HiddenInput)
    district = PlaceFilter(field_name="district", label=_("District"))
    received_after = django_filters.DateFilter(label=_("Received on or after"), method="on_day", widget=DAY)
    received_before = django_filters.DateFilter(label=_("Received before"), method="on_day", widget=DAY)
    closed_after = django_filters.DateFilter(label=_("Closed on or after"), method="on_day", widget=DAY)
    closed_before = django_filters.DateFilter(label=_("Closed before"), method="on_day", widget=DAY)
    as_of = django_filters.DateFilter(
        label=_("As at the start of this date"),
        help_text=_("Shows open, answered and closed concerns as they were on this date."),
        method="as_it_was",
        widget=DAY,
    )
    answered_in_72h = BooleanFilter(label=_("Answered within 72 hours"), method="answered")
    reported_back = BooleanFilter(label=_("Reported back"), method="was_reported_back")
    reassured_in_24h = BooleanFilter(label=_("Reassurance offered within 24 hours"), method="reassured")
    reassurance = CodesFilter(
        ReassuranceAnswer, field_name="reassurance_answer", label=_("Their response to the offer")
    )
    case_reference = django_filters.CharFilter(max_length=60, widget=forms.HiddenInput)
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)

    def find(self, queryset: Rows, name: str, value: str) -> Rows:
        return matching(queryset, value)

    def at_organisation(self, queryset: Rows, name: str, value: UUID) -> Rows:
        """Filter by targeted organisation, if the actor sees it.

        For a hidden organisation the result is empty.
        """
        visible_organisations = Organisation.objects.visible_to(self.actor).filter(pk=value)
        return queryset.filter(site_organisation__in=visible_organisations)

    def with_bias(self, queryset: Rows, name: str, value: bool) -> Rows:
        biased = Q(pk__in=Concern.objects.with_bias().values("pk"))
        return queryset.filter(biased if value else ~biased)

    def on_day(self, queryset: Rows, name: str, value: date) -> Rows:
        moment, side = name.split("_")
        lookup = f"{moment}_at__{'gte' if side == 'after' else 'lt'}"
        return queryset.filter(**{lookup: day_starts_at(value)})

    def copies(self, moment: datetime) -> Rows:
        return ConcernPeriod.objects.at(moment).filter(concern=models.OuterRef("pk"))

    def answered(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Filter by the status at the time limit. Later changes of the status make no difference."""
        end = models.OuterRef("received_at") + ANSWER_WITHIN
        periods_at_end = ConcernPeriod.objects.valid().filter(
            Q(until=None) | Q(until__gt=end), concern=models.OuterRef("pk"), since__lte=end
        )
        answered = models.Exists(periods_at_end.filter(answered_at__lte=end))
        if value:
            return queryset.filter(answered)
        return queryset.filter(~answered, received_at__lt=timezone.now() - ANSWER_WITHIN)

    def was_reported_back(self, queryset: Rows, name: str, value: bool) -> Rows:
        return queryset.filter(reported_back_on__isnull=not value)

    def reassured(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Filter bias concerns by whether reassurance was offered within the limit."""
        rows = self.with_bias(queryset, name, True)
        return rows.filter(_within("reassurance_offered_at", REASSURE_WITHIN, value))


def _within(moment: str, limit: timedelta, value: bool) -> Q:
    """Match rows with `moment` within `limit` of receipt, or (`value` false) those that missed the limit."""
    until = F("received_at") + limit
    if value:
        return Q(**{f"{moment}__lte": until})
    is_over = Q(**{f"{moment}__isnull": True}, received_at__lt=timezone.now() - limit)
    return is_over | Q(**{f"{moment}__gt": until})
