"""Follow-ups: names as in docs/openapi.yaml.

Days are the city's; `…_after` includes its day, `…_before` does not.
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
from meetings.models import FollowUpOrganisation, FollowUpPeriod
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
        own = Q(owner=self.actor.id)
        return queryset.filter(own if value else ~own)

    def made_to(self, queryset: Rows, name: str, value: UUID) -> Rows:
        return queryset.filter(self._to(Organisation.objects.filter(pk=value)))

    def made_in(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        """Made to an organisation at home there: now, or on the day that `as_of` says."""
        inside = District.objects.under(*District.objects.filter(code__in=value))
        at_home = Organisation.objects.filter(home_district__in=inside)
        if self.day:
            end = day_starts_at(self.day)
            then = OrganisationPeriod.objects.filter(Q(until=None) | Q(until__gte=end), since__lt=end)
            then = then.filter(home_district__in=inside)
            at_home = Organisation.objects.filter(pk__in=then.values("organisation"))
        return queryset.filter(self._to(at_home))

    def copies(self, then: datetime) -> Rows:
        return FollowUpPeriod.objects.at(then).filter(follow_up=models.OuterRef("pk"))

    def late(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Now, or on the day that `as_of` says, of those that were written then."""
        today = city_today()
        late = Q(status__in=PENDING, due_on__lt=min(self.day or today, today))
        if self.day:
            late &= Q(follow_up__created_at__lt=day_starts_at(self.day))
        return queryset.filter(late if value else ~late)

    def kept_on_time(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Of those not cancelled; while there is still time, a promise is neither on time nor late."""
        first = "follow_up__first_due_on" if self.day else "first_due_on"
        rows = queryset.exclude(status=FollowUpStatus.CANCELLED)
        rows = rows.alias(done_on=TruncDate("completed_at", tzinfo=city_zone()))
        kept = Q(done_on__lte=F(first))
        late = Q(done_on__gt=F(first)) | Q(("done_on", None), (f"{first}__lt", city_today()))
        found: Rows = rows.filter(kept if value else late)
        return found

    def _to(self, organisations: Rows) -> models.Exists:
        """Made to one of these; one the reader does not see tells nothing."""
        seen = Organisation.objects.visible_to(self.actor).filter(pk__in=organisations.values("pk"))
        links = FollowUpOrganisation.objects.filter(follow_up=models.OuterRef("pk"))
        return models.Exists(links.filter(organisation__in=seen))
