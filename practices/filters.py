"""Filters of practices for pages and the API, with the names of docs/openapi.yaml."""

from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.filters import CodesFilter, FilterSet, MomentFilter
from meetings.codes import BiasGround
from practices.codes import Evidence, Phase, PracticeStatus, Strand
from practices.models import PracticeText

Rows = models.QuerySet[Any]


class _ForAll(CodesFilter):
    """Filter by codes. A practice without codes is for all of them."""

    def filter(self, qs: Rows, value: list[str]) -> Rows:
        if not value:
            return qs
        name = self.field_name
        return qs.filter(models.Q(**{f"{name}__overlap": value}) | models.Q(**{name: []}))


class PracticeFilters(FilterSet):
    q = django_filters.CharFilter(label=_("Find a practice"), method="find", max_length=200)
    phase = CodesFilter(Phase, field_name="phases", lookup_expr="overlap", label=_("What it does"))
    strand = CodesFilter(Strand, field_name="strands", lookup_expr="overlap", label=_("Strand"))
    ground = _ForAll(BiasGround, field_name="grounds", label=_("Bias"))
    level = CodesFilter(Evidence, label=_("Evidence"))
    language = django_filters.CharFilter(label=_("Language"), method="in_language", max_length=12)
    status = CodesFilter(PracticeStatus, label=_("Status"))
    origin = django_filters.CharFilter(label=_("City"), max_length=120, widget=forms.HiddenInput)
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        rows: Rows = queryset.matching(value)
        return rows

    def in_language(self, queryset: Rows, name: str, value: str) -> Rows:
        """Filter practices with a text in this language, in any region: `es` also finds `es-mx`."""
        code = value.strip().casefold()
        texts = PracticeText.objects.filter(practice=models.OuterRef("pk"))
        is_in_language = models.Q(language=code) | models.Q(language__startswith=f"{code}-")
        return queryset.filter(models.Exists(texts.filter(is_in_language)))


class LibraryFilters(PracticeFilters):
    """Filters of the page. Without a status, retired practices are left out."""

    @property
    def qs(self) -> Rows:
        rows = super().qs
        chosen_status = self.is_valid() and self.form.cleaned_data.get("status")
        return rows if chosen_status else rows.exclude(status=PracticeStatus.RETIRED)
