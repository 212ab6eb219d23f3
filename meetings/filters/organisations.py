"""Filters of organisations by their meetings, which `contacts` cannot read."""

from datetime import date
from typing import Any

import django_filters
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from contacts.codes import NOT_COUNTED, OrganisationStatus
from contacts.filters import DAY, RARE_DAY
from contacts.filters import OrganisationFilters as ContactBookFilters
from contacts.models import OrganisationPeriod
from lib.days import city_today, city_zone, day_starts_at
from lib.filters import BooleanFilter
from meetings.models import MeetingOrganisation

Rows = models.QuerySet[Any]


class OrganisationFilters(ContactBookFilters):
    """Filters of organisations.

    `met_from` and `met_to` are a half-open period of the city's days, and each can be left out.
    `within_cadence` selects what the figure counts: organisations with an agreed frequency, by whether their
    last meeting is recent enough, today or on the day `as_of`. `overdue` selects the list “Due a meeting”. It
    leaves out partners and clubs, and new organisations in their first period.
    """

    mine = BooleanFilter(label=_("I am lead or deputy"), method="led_by_actor")
    not_met_from = django_filters.DateFilter(label=_("Not met since"), method="as_period", widget=DAY)
    met_from = django_filters.DateFilter(label=_("Met on or after"), method="as_period", widget=RARE_DAY)
    met_to = django_filters.DateFilter(label=_("Met before"), method="as_period", widget=RARE_DAY)
    not_met_to = django_filters.DateFilter(label=_("Not met before"), method="as_period", widget=RARE_DAY)

    within_cadence = BooleanFilter(label=_("Met at the agreed frequency"), method="met_in_time")

    dated = (*ContactBookFilters.dated, "overdue", "within_cadence")

    def led_by_actor(self, queryset: Rows, name: str, value: bool) -> Rows:
        is_led = Q(lead_officer=self.actor.id) | Q(deputy_officer=self.actor.id)
        return queryset.filter(is_led) if value else queryset.exclude(is_led)

    def met_in_time(self, queryset: Rows, name: str, value: bool) -> Rows:
        met = _last_day_in_time(self._last_met(queryset))
        rows: Rows = queryset.filter(cadence_days__isnull=False).alias(in_time_until=met)
        late = Q(in_time_until__isnull=True) | Q(in_time_until__lt=self.day or city_today())
        return rows.filter(~late if value else late)

    def due_a_meeting(self, queryset: Rows, name: str, value: bool) -> Rows:
        if queryset.model is not OrganisationPeriod:
            return super().due_a_meeting(queryset, name, value)
        met_or_new = _last_day_in_time(Coalesce(self._last_met(queryset), F("organisation__created_at")))
        rows: Rows = queryset.alias(in_time_until=met_or_new)
        late = Q(status=OrganisationStatus.ACTIVE, cadence_days__isnull=False, in_time_until__lt=self.day)
        late &= ~Q(kind__in=NOT_COUNTED)
        return rows.filter(late if value else ~late)

    def _last_met(self, queryset: Rows) -> Any:
        """Moment of the last meeting. For a dated copy, of the last meeting before its day."""
        if queryset.model is not OrganisationPeriod or self.day is None:
            return F("last_met_at")
        met = MeetingOrganisation.objects.filter(
            organisation=models.OuterRef("organisation"), met_at__lt=day_starts_at(self.day)
        )
        return models.Subquery(met.order_by("-met_at").values("met_at")[:1])

    def as_period(self, queryset: Rows, name: str, value: date) -> Rows:
        """Leave the rows unchanged: `filter_queryset` combines both ends of a period."""
        return queryset

    def filter_queryset(self, queryset: Rows) -> Rows:
        rows: Rows = super().filter_queryset(queryset)
        form_value = self.form.cleaned_data.get
        if form_value("met_from") or form_value("met_to"):
            rows = rows.filter(_met(form_value("met_from"), form_value("met_to")))
        if form_value("not_met_from") or form_value("not_met_to"):
            rows = rows.filter(~_met(form_value("not_met_from"), form_value("not_met_to")))
        return rows


def _met(since: date | None, until: date | None) -> models.Exists:
    """Whether a substantive meeting was held in [since, until)."""
    met = MeetingOrganisation.objects.filter(organisation=models.OuterRef("pk"), met_at__isnull=False)
    if since:
        met = met.filter(met_at__gte=day_starts_at(since))
    if until:
        met = met.filter(met_at__lt=day_starts_at(until))
    return models.Exists(met)


def _last_day_in_time(moment: Any) -> models.Func:
    """Return the last day on which an organisation met at `moment` is still within its agreed frequency."""
    day = TruncDate(moment, tzinfo=city_zone())
    return models.Func(
        day,
        F("cadence_days"),
        template="(%(expressions)s)",
        arg_joiner=" + ",
        output_field=models.DateField(),
    )
