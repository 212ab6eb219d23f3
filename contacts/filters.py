"""What organisations and people are filtered by, on pages and by the API: names as in api.md.

A person has no filter on an organisation's kind, focus or name (domain.md, rule 3).
"""

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.codes import Kind, OrganisationStatus
from contacts.models import Affiliation, FocusDeclaration, Organisation
from districts.codes import Focus
from districts.models import District
from lib.days import city_today, day_starts_at
from lib.filters import (
    BooleanFilter,
    CodesFilter,
    DistrictFilter,
    ExternalIdFilter,
    FilterSet,
    MomentFilter,
    SourceFilter,
)

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


class OrganisationFilters(FilterSet):
    """Those on meetings are added by `meetings.filters.organisations`."""

    q = django_filters.CharFilter(label=_("Find an organisation"), method="find", max_length=200)
    kind = CodesFilter(Kind, label=_("Kind"), widget=forms.SelectMultiple)
    focus = CodesFilter(Focus, label=_("Community"), method="speaking_for", widget=forms.SelectMultiple)
    district = DistrictFilter(field_name="home_district", label=_("District"))
    active_in = DistrictFilter(
        field_name="home_district",
        label=_("Active in"),
        method="active_there",
        widget=forms.MultipleHiddenInput,
    )
    status = CodesFilter(OrganisationStatus, label=_("Status"))
    has_cadence = BooleanFilter(label=_("How often is agreed"), method="with_cadence")
    overdue = BooleanFilter(label=_("Worth seeing"), method="past_cadence")
    last_met_before = django_filters.DateFilter(
        label=_("Last met before"), method="met_last_before", widget=DAY
    )
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        found: Rows = queryset.matching(value)
        return found

    def speaking_for(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        said = FocusDeclaration.objects.filter(organisation=models.OuterRef("pk"), focus__in=value)
        return queryset.filter(models.Exists(said)) if value else queryset

    def active_there(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        inside = District.objects.under(*District.objects.filter(code__in=value))
        visiting = Organisation.also_in.through.objects.filter(
            organisation=models.OuterRef("pk"), district__in=inside
        )
        return queryset.filter(Q(home_district__in=inside) | models.Exists(visiting))

    def with_cadence(self, queryset: Rows, name: str, value: bool) -> Rows:
        return queryset.filter(cadence_days__isnull=not value)

    def past_cadence(self, queryset: Any, name: str, value: bool) -> Rows:
        late: Rows = queryset.past_their_cadence(city_today())
        return late if value else queryset.exclude(pk__in=late.values("pk"))

    def met_last_before(self, queryset: Rows, name: str, value: Any) -> Rows:
        return queryset.filter(last_met_at__lt=day_starts_at(value))


class ContactFilters(FilterSet):
    """`organisation` is one the actor sees, by id: its own page is the path to its people."""

    q = django_filters.CharFilter(label=_("Find a person"), method="find", max_length=200)
    organisation = django_filters.UUIDFilter(method="speaking_for", widget=forms.HiddenInput)
    district = DistrictFilter(field_name="home_district", label=_("District"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        found: Rows = queryset.matching(value)
        return found

    def speaking_for(self, queryset: Rows, name: str, value: UUID) -> Rows:
        speaking = Affiliation.objects.current().filter(
            contact=models.OuterRef("pk"),
            organisation__in=Organisation.objects.visible_to(self.actor).filter(pk=value),
        )
        return queryset.filter(models.Exists(speaking))
