"""Filters of the activity log: user, action and time."""

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.models import Action
from lib.days import day_ends_at, day_starts_at, is_plausible_day
from lib.filters import CodesFilter, FilterSet

# Names of records in the activity log. Other types, such as a key or a feed, have no choice in this filter.
TYPES = (
    ("contact", _("a contact")),
    ("organisation", _("an organisation")),
    ("meeting", _("a meeting")),
    ("follow_up", _("a follow-up")),
    ("concern", _("a concern")),
    ("user", _("a colleague")),
    ("api_key", _("an API key")),
    ("district", _("a district")),
)


class DayField(forms.DateField):
    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and not is_plausible_day(day):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # django-filter has no types
    field_class = DayField


def _day(label: Any, method: str) -> DayFilter:
    return DayFilter(label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}))


class ActivityLogFilters(FilterSet):
    """`who` is the ID of a colleague. The page sets its choices for each reader."""

    who = django_filters.ChoiceFilter(field_name="actor_id", label=_("Who"), empty_label=_("Everyone"))
    action = CodesFilter(Action, label=_("Action"))
    about = django_filters.ChoiceFilter(
        field_name="object_type",
        label=_("About"),
        choices=[(code, capfirst(name)) for code, name in TYPES],
        empty_label=_("Any record"),
    )
    since = _day(_("From"), "from_day")
    until = _day(_("To"), "to_day")
    object = django_filters.UUIDFilter(method="naming", widget=forms.HiddenInput)

    def from_day(self, queryset: models.QuerySet[Any], name: str, value: Any) -> models.QuerySet[Any]:
        return queryset.filter(at__gte=day_starts_at(value))

    def to_day(self, queryset: models.QuerySet[Any], name: str, value: Any) -> models.QuerySet[Any]:
        return queryset.filter(at__lt=day_ends_at(value))

    def naming(self, queryset: models.QuerySet[Any], name: str, value: UUID) -> models.QuerySet[Any]:
        return queryset.filter(object_ids__contains=[value])
