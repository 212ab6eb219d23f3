"""Filters of follow-ups, with the names of docs/openapi.yaml.

Days are in the city's time zone. `…_after` includes its day, `…_before` does not.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation, OrganisationPeriod
from districts.models import District
from lib.days import city_today, city_zone, day_starts_at
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
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.models import FollowUpOrganisation, FollowUpPeriod, FormerFollowUpOrganisation
from meetings.models.follow_up import PENDING

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


class FollowUpFilters(DatedFilterSet):
    dated = ("status", "due_after", "due_before", "overdue", "on_time")

    q = django_filters.CharFilter(label=_("Find a follow-up"), method="find", max_length=200)
    status = CodesFilter(FollowUpStatus, label=_("Status"))
    kind = CodesFilter(FollowUpKind, label=_("Kind"))
    mine = BooleanFilter(label=_("Mine"), method="of_mine")
    organisation = django_filters.UUIDFilter(method="made_to", widget=forms.HiddenInput)
    district = DistrictFilter(field_name="id", label=_("District"), method="made_in")
    due_after = django_filters.DateFilter("due_on", "gte", label=_("Due on or after"), widget=DAY)
    due_before = django_filters.DateFilter("due_on", "lt", label=_("Due before"), widget=DAY)
    first_due_after = django_filters.DateFilter(
        "first_due_on", "gte", label=_("Originally due on or after"), widget=DAY
    )
    first_due_before = django_filters.DateFilter(
        "first_due_on", "lt", label=_("Originally due before"), widget=DAY
    )
    as_of = django_filters.DateFilter(
        label=_("As at the start of this date"),
        help_text=_("Shows home districts and follow-ups as they were on this date."),
        method="as_it_was",
        widget=DAY,
    )
    overdue = BooleanFilter(label=_("Overdue"), method="late")
    on_time = BooleanFilter(label=_("Done by the original due date"), method="kept_on_time")
    updated_since = MomentFilter("updated_at", "gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)

    def find(self, queryset: Rows, name: str, value: str) -> Rows:
        return matching(queryset, value)

    def of_mine(self, queryset: Rows, name: str, value: bool) -> Rows:
        is_own = Q(owner=self.actor.id)
        return queryset.filter(is_own if value else ~is_own)

    def made_to(self, queryset: Rows, name: str, value: UUID) -> Rows:
        return queryset.filter(self._to(Organisation.objects.filter(pk=value)))

    def made_in(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        """Filter by home district of an organisation: now, or on the day `as_of`."""
        inside = District.objects.under(*District.objects.filter(code__in=value))
        based_organisations = Organisation.objects.filter(home_district__in=inside)
        if self.day:
            end = day_starts_at(self.day)
            periods = OrganisationPeriod.objects.filter(Q(until=None) | Q(until__gte=end), since__lt=end)
            periods = periods.filter(home_district__in=inside)
            based_organisations = Organisation.objects.filter(pk__in=periods.values("organisation"))
        return queryset.filter(self._to(based_organisations))

    def copies(self, moment: datetime) -> Rows:
        return FollowUpPeriod.objects.at(moment).filter(follow_up=models.OuterRef("pk"))

    def late(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Filter overdue follow-ups: now, or on the day `as_of` among those created before it."""
        today = city_today()
        late = Q(status__in=PENDING, due_on__lt=min(self.day or today, today))
        if self.day:
            late &= Q(follow_up__created_at__lt=day_starts_at(self.day))
        return queryset.filter(late if value else ~late)

    def kept_on_time(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Filter follow-ups that are not cancelled by completion on time.

        Pending ones before their due date are left out.
        """
        first_due_on = "follow_up__first_due_on" if self.day else "first_due_on"
        rows = queryset.exclude(status=FollowUpStatus.CANCELLED)
        rows = rows.alias(done_on=TruncDate("completed_at", tzinfo=city_zone()))
        on_time = Q(done_on__lte=F(first_due_on))
        late = Q(done_on__gt=F(first_due_on)) | Q(("done_on", None), (f"{first_due_on}__lt", city_today()))
        filtered: Rows = rows.filter(on_time if value else late)
        return filtered

    def _to(self, organisations: Rows) -> Q:
        """Match follow-ups for one of these organisations, now or on `as_of`, if the reader sees it."""
        visible_organisations = Organisation.objects.visible_to(self.actor).filter(
            pk__in=organisations.values("pk")
        )
        of_follow_up = Q(follow_up=models.OuterRef("pk"), organisation__in=visible_organisations)
        if self.day is None:
            return Q(models.Exists(FollowUpOrganisation.objects.filter(of_follow_up)))
        end = day_starts_at(self.day)
        of_follow_up &= Q(since=None) | Q(since__lt=end)
        links = FollowUpOrganisation.objects.filter(of_follow_up)
        former_links = FormerFollowUpOrganisation.objects.filter(of_follow_up, until__gte=end)
        return models.Exists(links) | models.Exists(former_links)
