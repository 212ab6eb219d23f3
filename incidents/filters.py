"""Filters of incidents, with the parameter names of docs/openapi.yaml.

Days are in the city's time zone. `…_after` includes its day, `…_before` excludes it.
"""

from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from incidents.codes import IncidentStatus
from incidents.models import Incident, IncidentConcern, IncidentStep
from lib.days import day_starts_at
from lib.filters import BooleanFilter, CodesFilter, DistrictFilter, FilterSet, MomentFilter
from meetings.models import Concern

DAY_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


class IncidentFilters(FilterSet):
    district = DistrictFilter(field_name="district", label=_("District"))
    status = CodesFilter(IncidentStatus, label=_("Status"))
    protocol = django_filters.CharFilter(
        field_name="protocol__code", label=_("Protocol"), max_length=40, widget=forms.HiddenInput
    )
    organisation = django_filters.UUIDFilter(method="by_organisation", widget=forms.HiddenInput)
    concern = django_filters.UUIDFilter(method="by_concern", widget=forms.HiddenInput)
    late = BooleanFilter(label=_("A step is late"), method="is_late")
    started_after = django_filters.DateFilter(
        label=_("Started on or after"), method="by_start", widget=DAY_INPUT
    )
    started_before = django_filters.DateFilter(label=_("Started before"), method="by_start", widget=DAY_INPUT)
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)

    def filter_queryset(self, queryset: Rows) -> Rows:
        """Leave out withdrawn incidents, unless their status, or what changed since a time, is asked for."""
        rows: Rows = super().filter_queryset(queryset)
        cleaned = self.form.cleaned_data
        is_asked = IncidentStatus.WITHDRAWN in (cleaned.get("status") or ()) or cleaned.get("updated_since")
        return rows if is_asked else rows.exclude(status=IncidentStatus.WITHDRAWN)

    def is_late(self, queryset: Rows, name: str, value: bool) -> Rows:
        late = models.Q(pk__in=Incident.objects.late(timezone.now()).values("pk"))
        return queryset.filter(late if value else ~late)

    def by_organisation(self, queryset: Rows, name: str, value: UUID) -> Rows:
        """Return incidents with a step or visible concern of the organisation, if the actor can see it."""
        organisations = Organisation.objects.visible_to(self.actor).filter(pk=value)
        steps = IncidentStep.objects.filter(organisation__in=organisations)
        concerns = Concern.objects.visible_to(self.actor).filter(site_organisation__in=organisations)
        links = IncidentConcern.objects.filter(concern__in=concerns)
        matching = models.Q(pk__in=steps.values("incident")) | models.Q(pk__in=links.values("incident"))
        return queryset.filter(matching)

    def by_concern(self, queryset: Rows, name: str, value: UUID) -> Rows:
        """Return the incident of the concern, if the actor can see the concern."""
        concerns = Concern.objects.visible_to(self.actor).filter(pk=value)
        return queryset.filter(pk__in=IncidentConcern.objects.filter(concern__in=concerns).values("incident"))

    def by_start(self, queryset: Rows, name: str, value: date) -> Rows:
        lookup = "started_at__gte" if name == "started_after" else "started_at__lt"
        return queryset.filter(**{lookup: day_starts_at(value)})
