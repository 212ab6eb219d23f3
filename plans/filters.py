"""Filters of plans in the API, with the names of docs/openapi.yaml."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.filters import CodesFilter, DistrictFilter, FilterSet, MomentFilter
from plans.codes import PlanStatus


class PlanFilters(FilterSet):
    district = DistrictFilter(field_name="district", label=_("District"))
    status = CodesFilter(PlanStatus, label=_("Status"))
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)
