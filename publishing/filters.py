"""Filters of published rows in the API. Their names are in docs/openapi.yaml."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from lib.filters import CodesFilter, DistrictFilter, FilterSet, MomentFilter
from publishing.codes import RouteKind


class EntryFilters(FilterSet):
    district = DistrictFilter(field_name="district", label=_("District"))


class RouteFilters(FilterSet):
    district = DistrictFilter(field_name="district", label=_("District"))
    kind = CodesFilter(RouteKind, label=_("Kind"))
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)


class ListingFilters(FilterSet):
    district = DistrictFilter(field_name="organisation__home_district", label=_("District"))
    organisation = django_filters.UUIDFilter(field_name="organisation", label=_("Organisation"))
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)
