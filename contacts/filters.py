"""Filters of organisations and contacts, for pages and the API. Names are those of docs/openapi.yaml.

Contacts cannot be filtered by an organisation's kind, community or name (docs/domain.md, rule 3).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.codes import FOCUS_OF_KIND, NOT_COUNTED, Kind, OrganisationStatus
from contacts.models import Affiliation, FocusDeclaration, Organisation, OrganisationPeriod
from contacts.models.search import with_number
from districts.codes import Focus
from districts.models import District
from lib.days import city_today, day_starts_at, is_plausible_day
from lib.filters import (
    BooleanFilter,
    CodesFilter,
    DatedFilterSet,
    DistrictFilter,
    ExternalIdFilter,
    FilterSet,
    MomentFilter,
    SourceFilter,
)

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# Dates that links from figures use and users rarely type. Pages fold these fields.
RARE_DAY = forms.DateInput(attrs={"type": "date", "data-rare": "true"}, format="%Y-%m-%d")

Rows = models.QuerySet[Any]


def check_day(day: date) -> None:
    """Raise ValidationError for a day that the database, or another time zone, cannot represent."""
    if not is_plausible_day(day):
        raise ValidationError(_("Enter a date between 1900 and 2199."), code="invalid")


class OrganisationFilters(DatedFilterSet):
    """Filters of organisations. `meetings.filters.organisations` adds those that use meetings.

    `as_of` applies to the filters in `dated`, whose values OrganisationPeriod has for each day, and to
    `focus`. A community then counts as in figures: it was declared and not withdrawn before that day, or it
    belongs to the organisation's kind on that day.
    """

    dated: ClassVar[Sequence[str]] = (
        *("kind", "focus", "district", "status", "has_cadence", "has_lead_and_deputy", "verified"),
        "counted",
    )

    q = django_filters.CharFilter(label=_("Find an organisation"), method="find", max_length=200)
    kind = CodesFilter(Kind, label=_("Kind"))
    focus = CodesFilter(Focus, label=_("Community"), method="representing")
    district = DistrictFilter(field_name="home_district", label=_("District"))
    active_in = DistrictFilter(
        field_name="home_district",
        label=_("Active in"),
        method="active_there",
        widget=forms.MultipleHiddenInput,
    )
    status = CodesFilter(OrganisationStatus, label=_("Status"))
    has_cadence = BooleanFilter(label=_("Has an agreed frequency"), method="with_cadence")
    overdue = BooleanFilter(label=_("Due a meeting"), method="due_a_meeting")
    not_met_yet = BooleanFilter(label=_("Not met yet"), method="not_yet_met")
    has_lead_and_deputy = BooleanFilter(
        label=_("Has a lead and a deputy officer"), method="with_lead_and_deputy"
    )
    verified = BooleanFilter(label=_("Details checked in the last 12 months"), method="checked_lately")
    counted = BooleanFilter(
        label=_("Included in figures"), method="of_counted_kinds", yes=_("Yes"), no=_("Partners and clubs")
    )
    as_of = django_filters.DateFilter(
        label=_("As at the start of this date"), method="as_it_was", widget=RARE_DAY, validators=[check_day]
    )
    last_met_before = django_filters.DateFilter(
        label=_("Last met before"), method="met_last_before", widget=RARE_DAY
    )
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)
    number = django_filters.CharFilter(
        label=_("Registration number"), method="of_number", max_length=60, widget=forms.HiddenInput
    )

    def of_number(self, queryset: Any, name: str, value: str) -> Rows:
        return with_number(queryset, value)

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        matching: Rows = queryset.matching(value)
        return matching

    def copies(self, moment: datetime) -> Rows:
        return OrganisationPeriod.objects.filter(
            Q(until__isnull=True) | Q(until__gte=moment), organisation=models.OuterRef("pk"), since__lt=moment
        )

    def representing(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        if not value:
            return queryset
        declarations = FocusDeclaration.objects.filter(focus__in=value)
        if self.day is None:
            current = declarations.current().filter(organisation=models.OuterRef("pk"))
            return queryset.filter(models.Exists(current))
        declared = declarations.before(self.day).filter(organisation=models.OuterRef("organisation"))
        kinds = [kind for kind, focus in FOCUS_OF_KIND.items() if focus in value]
        return queryset.filter(models.Exists(declared) | Q(kind__in=kinds))

    def active_there(self, queryset: Rows, name: str, value: list[str]) -> Rows:
        inside = District.objects.under(*District.objects.filter(code__in=value))
        visiting = Organisation.also_in.through.objects.filter(
            organisation=models.OuterRef("pk"), district__in=inside
        )
        return queryset.filter(Q(home_district__in=inside) | models.Exists(visiting))

    def with_cadence(self, queryset: Rows, name: str, value: bool) -> Rows:
        return queryset.filter(cadence_days__isnull=not value)

    def with_lead_and_deputy(self, queryset: Rows, name: str, value: bool) -> Rows:
        # An account that was closed by then does not count.
        has_both = Q()
        for officer in ("lead_officer", "deputy_officer"):
            is_there = Q((f"{officer}__is_active", True))
            if self.day:
                is_there |= Q((f"{officer}__deactivated_at__gte", day_starts_at(self.day)))
            has_both &= is_there
        return queryset.filter(has_both if value else ~has_both)

    def checked_lately(self, queryset: Rows, name: str, value: bool) -> Rows:
        since = (self.day or city_today()) - relativedelta(years=1)
        lately = Q(verified_on__isnull=False, verified_on__gte=since)
        return queryset.filter(lately if value else ~lately)

    def of_counted_kinds(self, queryset: Rows, name: str, value: bool) -> Rows:
        not_counted = Q(kind__in=NOT_COUNTED)
        return queryset.filter(~not_counted if value else not_counted)

    def due_a_meeting(self, queryset: Any, name: str, value: bool) -> Rows:
        late: Rows = queryset.due_a_meeting(city_today())
        return late if value else queryset.exclude(pk__in=late.values("pk"))

    def not_yet_met(self, queryset: Any, name: str, value: bool) -> Rows:
        never: Rows = queryset.not_met_yet(city_today())
        return never if value else queryset.exclude(pk__in=never.values("pk"))

    def met_last_before(self, queryset: Rows, name: str, value: Any) -> Rows:
        return queryset.filter(last_met_at__lt=day_starts_at(value))


class ContactFilters(FilterSet):
    """Filters of contacts. `organisation` is the ID of an organisation that the actor can see.

    Users must open the organisation's page to see its contacts, which records an event about it. A filtered
    list of contacts would avoid that event. Users cannot filter by `source` either, because a
    source can be named after a community (docs/adr/0013).
    """

    #: Filters for API keys only, and the errors for users.
    of_keys: ClassVar[Mapping[str, Any]] = {
        "organisation": _("Open the organisation’s page to see its contacts."),
        "source": _("Search by name. Only API keys can filter contacts by source."),
    }

    q = django_filters.CharFilter(label=_("Find a contact"), method="find", max_length=200)
    organisation = django_filters.UUIDFilter(method="representing", widget=forms.HiddenInput)
    district = DistrictFilter(field_name="home_district", label=_("District"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", widget=forms.HiddenInput)
    source = SourceFilter(widget=forms.HiddenInput)
    external_id = ExternalIdFilter(widget=forms.HiddenInput)
    without_notice = BooleanFilter(
        label=_("No privacy notice after 30 days"), method="without_notice_after_30_days"
    )

    def get_form_class(self) -> Any:
        form_class = super().get_form_class()
        if self.actor.kind == "user":
            for name in self.of_keys.keys() & form_class.base_fields.keys():
                form_class.base_fields[name].validators.append(self._keys_only_validator(name))
        return form_class

    @classmethod
    def _keys_only_validator(cls, name: str) -> Any:
        def refuse(value: Any) -> None:
            raise ValidationError(cls.of_keys[name], code="keys_only")

        return refuse

    @property
    def asked_about(self) -> Sequence[UUID]:
        organisation: UUID | None = self.form.cleaned_data.get("organisation")
        return [organisation] if organisation else []

    def find(self, queryset: Any, name: str, value: str) -> Rows:
        matching: Rows = queryset.matching(value)
        return matching

    def without_notice_after_30_days(self, queryset: Any, name: str, value: bool) -> Rows:
        late: Rows = queryset.without_notice(city_today())
        return late if value else queryset.exclude(pk__in=late.values("pk"))

    def representing(self, queryset: Rows, name: str, value: UUID) -> Rows:
        speaking = Affiliation.objects.current().filter(
            contact=models.OuterRef("pk"),
            organisation__in=Organisation.objects.visible_to(self.actor).filter(pk=value),
        )
        return queryset.filter(models.Exists(speaking))
