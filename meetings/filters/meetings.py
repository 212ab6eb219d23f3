"""Filters of meetings, with the names of docs/openapi.yaml."""

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from lib.filters import (
    BooleanFilter,
    CodesFilter,
    DistrictFilter,
    ExternalIdFilter,
    FilterSet,
    MomentFilter,
    SourceFilter,
)
from meetings.codes import Initiator, Level, MeetingKind, MeetingStatus, Outcome
from meetings.models import Meeting, MeetingOrganisation

Rows = models.QuerySet[Any]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class MeetingFilters(FilterSet):
    """Filters of meetings.

    `starts_after` and `starts_before` are a half-open period. A day means its first moment in the city's
    zone.
    """

    q = django_filters.CharFilter(label=_("Find a meeting"), method="find", max_length=200)
    status = CodesFilter(MeetingStatus, label=_("Status"))
    kind = CodesFilter(MeetingKind, label=_("Kind"))
    outcome = CodesFilter(
        Outcome,
        field_name="outcomes",
        lookup_expr="overlap",
        label=_("Outcome"),
    )
    district = DistrictFilter(field_name="district", label=_("District"))
    starts_after = MomentFilter(field_name="starts_at", lookup_expr="gte", label=_("From"), widget=_day())
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lt", label=_("Before"), widget=_day())
    mine = BooleanFilter(label=_("My meetings"), method="taking_part")
    substantive = BooleanFilter(label=_("Something was raised or agreed"), method="counting")
    level = CodesFilter(Level, label=_("Level"))
    initiated_by = CodesFilter(Initiator, label=_("Initiated by"))
    organisation = django_filters.UUIDFilter(
        label=_("Organisation"), method="with_organisation", widget=forms.HiddenInput
    )
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        matching_rows: Rows = queryset.matching(value)
        return matching_rows

    def taking_part(self, queryset: Any, name: str, value: bool) -> Rows:
        mine: Rows = queryset.of_officer(self.actor.id)
        return (
            mine if value else queryset.exclude(pk__in=Meeting.objects.of_officer(self.actor.id).values("pk"))
        )

    def with_organisation(self, queryset: Rows, name: str, value: UUID) -> Rows:
        return queryset.filter(models.Exists(self._links()))

    def counting(self, queryset: Any, name: str, value: bool) -> Rows:
        """Filter meetings that are substantive for an attending organisation, or for `organisation`."""
        substantive = Meeting.objects.substantive().filter(models.Exists(self._links().filter(present=True)))
        counts = models.Q(pk__in=substantive.values("pk"))
        rows: Rows = queryset.filter(counts) if value else queryset.exclude(counts)
        return rows

    def _links(self) -> models.QuerySet[MeetingOrganisation]:
        """Links of a meeting to its organisations, or only to `organisation` if the actor sees it."""
        links = MeetingOrganisation.objects.filter(meeting=models.OuterRef("pk"))
        if organisation_id := self.form.cleaned_data.get("organisation"):
            links = links.filter(
                organisation__in=Organisation.objects.visible_to(self.actor).filter(pk=organisation_id)
            )
        return links
