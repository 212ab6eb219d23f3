"""Reminders to supervisors about public pages."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from districts.models import District
from lib.acting import Acting
from lib.days import city_day, city_today
from meetings.reminders import Supervisors
from publishing.codes import RegistrationState
from publishing.models import PublicEntry, PublicListing, Registration, ReportingRoute
from publishing.rules import reminders
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import LOOKBACK, Occurrence, each_channel, nine_oclock

T = TypeVar("T", bound=models.Model)
Days = Iterable[tuple[str, date]]
_NOUNS: Final = {"public_route": "reporting_route"}


class _Supervised(Subject[T]):
    """Row of a district whose supervisors are reminded at 09:00 on some days."""

    page: ClassVar[str]  # URL name of the row, and its type in the activity log

    def waiting(self) -> Any:
        """Return the rows that wait for a supervisor."""
        raise NotImplementedError

    def days(self, row: Any, today: date) -> Days:
        raise NotImplementedError

    def district(self, row: Any) -> District | None:
        row_district: District | None = row.district
        return row_district

    def needs_reminder(self, row: Any, user_id: UUID) -> bool:
        return True

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors, roots = Supervisors(), list(District.objects.filter(parent=None))
        for row in self.waiting().filter(pk__in=ids):
            district = self.district(row)
            places = [district] if district else roots
            lineage = {pk: None for place in places for pk in place.lineage}
            reminded_users = [
                user for user in supervisors.for_lineage(lineage) if self.needs_reminder(row, user.id)
            ]
            for rule, day in self.days(row, city_today()):
                for user in reminded_users:
                    at = nine_oclock(day, user.zone)
                    for occurrence in each_channel(rule, user, at, now=now, made_until=at + LOOKBACK):
                        yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        ids: Iterable[UUID] = self.waiting().values_list("pk", flat=True)
        return ids

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return self.coming(now) if user.role == Role.SUPERVISOR else ()

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, T]:
        rows: Any = self.waiting().visible_to(actor).filter(pk__in=ids)
        rows_by_id: Mapping[UUID, T] = rows.in_bulk()
        return rows_by_id

    def path(self, row_id: UUID) -> str:
        return reverse(self.page, args=[row_id])

    def record(self, row: Any) -> Record:
        district = self.district(row)
        return Record(_NOUNS.get(self.page, self.page), [row.pk], [district.pk] if district else [])


class Entries(_Supervised[PublicEntry]):
    code, page = "entry", "public_entry"
    known_rules = (Rule(reminders.ENTRY_TO_APPROVE, gettext_lazy("public entry to approve"), daily=True),)

    def waiting(self) -> Any:
        return PublicEntry.objects.drafts().select_related("district")

    def days(self, row: Any, today: date) -> Days:
        return reminders.entry_reminders(city_day(row.written_at))

    def needs_reminder(self, row: Any, user_id: UUID) -> bool:
        return bool(row.written_by_id != user_id)

    def words(self, rule: str, row: PublicEntry) -> tuple[str, Sequence[str]]:
        return _("A public entry waits for approval"), [row.district.name]


class Registrations(_Supervised[Registration]):
    code, page = "registered", "registration"
    known_rules = (Rule(reminders.REGISTRATION_WAITING, gettext_lazy("registration to decide"), daily=True),)

    def waiting(self) -> Any:
        rows = Registration.objects.filter(state=RegistrationState.CONFIRMED, confirmed_at__isnull=False)
        return rows.select_related("district")

    def days(self, row: Any, today: date) -> Days:
        return reminders.registration_reminders(city_day(row.confirmed_at))

    def words(self, rule: str, row: Registration) -> tuple[str, Sequence[str]]:
        return _("An organisation that registered waits for an answer"), [row.district.name]


class Routes(_Supervised[ReportingRoute]):
    code, page = "route", "public_route"
    known_rules = (Rule(reminders.ROUTE_TEST_DUE, gettext_lazy("way to report to test"), daily=True),)

    def waiting(self) -> Any:
        return ReportingRoute.objects.meant_to_be_public().select_related("district")

    def days(self, row: Any, today: date) -> Days:
        return reminders.route_reminders(row.tests, city_day(row.updated_at), today)

    def words(self, rule: str, row: ReportingRoute) -> tuple[str, Sequence[str]]:
        return _("A way to report is due for a test"), [row.name]


class Listings(_Supervised[PublicListing]):
    code, page = "listing", "listing"
    known_rules = (Rule(reminders.LISTING_REVIEW, gettext_lazy("public listing to review"), daily=True),)

    def waiting(self) -> Any:
        return PublicListing.objects.in_force().select_related("organisation__home_district")

    def district(self, row: Any) -> District | None:
        home_district: District = row.organisation.home_district
        return home_district

    def days(self, row: Any, today: date) -> Days:
        return reminders.listing_reminders(row.review_on)

    def words(self, rule: str, row: PublicListing) -> tuple[str, Sequence[str]]:
        return _("A public listing is due for review"), ()

    def path(self, row_id: UUID) -> str:
        return reverse("public_pages")


SUBJECTS: Final = (Entries(), Registrations(), Routes(), Listings())
