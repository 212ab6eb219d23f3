"""Organisations by when they were met: what `contacts` cannot know."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.filters import OrganisationFilters as ContactBookFilters
from lib.days import day_starts_at
from meetings.models import Meeting, MeetingOrganisation

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


class OrganisationFilters(ContactBookFilters):
    """`met_from` and `met_to` are a half-open period of the city's days; one of them alone leaves it open."""

    met_from = django_filters.DateFilter(label=_("Met from"), method="as_period", widget=DAY)
    met_to = django_filters.DateFilter(label=_("Met before"), method="as_period", widget=DAY)
    not_met_from = django_filters.DateFilter(label=_("Not met from"), method="as_period", widget=DAY)
    not_met_to = django_filters.DateFilter(label=_("Not met before"), method="as_period", widget=DAY)

    def as_period(self, queryset: Rows, name: str, value: date) -> Rows:
        """Both ends are one question: `filter_queryset` asks it."""
        return queryset

    def filter_queryset(self, queryset: Rows) -> Rows:
        rows: Rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        if given["met_from"] or given["met_to"]:
            rows = rows.filter(_met(given["met_from"], given["met_to"]))
        if given["not_met_from"] or given["not_met_to"]:
            rows = rows.filter(~_met(given["not_met_from"], given["not_met_to"]))
        return rows


def _met(since: date | None, until: date | None) -> models.Exists:
    """Whether a substantive meeting was held in [since, until)."""
    held = Meeting.objects.with_something_heard()
    if since:
        held = held.filter(starts_at__gte=day_starts_at(since))
    if until:
        held = held.filter(starts_at__lt=day_starts_at(until))
    met = MeetingOrganisation.objects.filter(organisation=models.OuterRef("pk"), present=True)
    return models.Exists(met.filter(meeting__in=held))
