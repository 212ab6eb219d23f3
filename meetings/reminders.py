"""Reminder subjects: meetings, follow-ups, concerns, duty shifts and portfolios."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import DutyShift, Role, User, UserQuerySet
from contacts.models import Organisation
from districts.models import District
from lib.acting import Acting
from lib.days import city_day, city_today
from meetings import rules
from meetings.codes import ConcernKind
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.models.follow_up import FollowUpQuerySet
from meetings.models.meeting import MeetingQuerySet
from meetings.queries.calendar_entries import add_subject, calendar_bytes, meeting_entry, new_calendar
from meetings.queries.calls import is_near, matches_concern
from meetings.queries.stand_ins import StandIns, is_away, recipient_of
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import AHEAD, LOOKBACK, Occurrence, Recipient
from reminders.services.channels import day_in_full

NAMED = 20
_DAY = timedelta(days=1)


class Meetings(Subject[Meeting]):
    code = "meeting"
    known_rules = (
        Rule(rules.MEETING_DAY_BEFORE, gettext_lazy("meeting tomorrow"), daily=True),
        Rule(rules.MEETING_HOUR_BEFORE, gettext_lazy("meeting in an hour")),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        planned = Meeting.objects.filter(pk__in=ids).planned().select_related("district")
        rows = list(planned.prefetch_related("officers"))
        unattended = [
            row.pk for row in rows if all(is_away(officer, row.starts_at) for officer in row.officers.all())
        ]
        links = MeetingOrganisation.objects.filter(meeting__in=unattended)
        stand_ins, supervisors = StandIns(Meeting.objects, links, "meeting"), Supervisors()
        for row in rows:
            officers = list(row.officers.all())
            recipients = [
                recipient_of(officer) for officer in officers if not is_away(officer, row.starts_at)
            ]
            if officers and not recipients:
                district_supervisors = supervisors.for_lineage(row.district.lineage)
                recipients = [
                    *stand_ins.for_row(row.pk, district_supervisors, but={officer.pk for officer in officers})
                ]
            for occurrence in rules.meeting_reminders(
                status=row.status,
                starts_at=row.starts_at,
                officers=recipients or map(recipient_of, officers),
                now=now,
            ):
                if row.has_exact_time or occurrence.rule != rules.MEETING_HOUR_BEFORE:
                    yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return _starting_soon(now).values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return _starting_soon(now).of_officer(user.pk).values_list("pk", flat=True)

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Meeting]:
        return Meeting.objects.visible_to(actor).prefetch_related("officers").filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: Meeting) -> tuple[str, Sequence[str]]:
        starts_at = timezone.localtime(row.starts_at)
        when = {"day": day_in_full(starts_at.date()), "time": f"{starts_at:%H:%M}"}
        absences = [line for officer in row.officers.all() for line in _absence(officer)]
        if not row.has_exact_time:
            part = row.get_precision_display().capitalize()
            lines = [row.subject, when["day"], part, row.place, *absences]
            return _("Meeting on %(day)s") % when, [line for line in lines if line]
        lines = [row.subject, _("%(day)s at %(time)s") % when, row.place, *absences]
        return _("Meeting on %(day)s at %(time)s") % when, [line for line in lines if line]

    def attachment(self, row: Meeting) -> MIMEBase:
        part = MIMEBase("text", "calendar", method="PUBLISH", charset="utf-8")
        part.set_payload(_calendar_file(row))
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
        return part


def _starting_soon(now: datetime) -> MeetingQuerySet:
    until = now + AHEAD + timedelta(days=1)
    return Meeting.objects.planned().filter(starts_at__gt=now, starts_at__lte=until)


def _calendar_file(meeting: Meeting) -> bytes:
    entry, calendar = meeting_entry(meeting, timezone.now()), new_calendar()
    add_subject(entry, meeting)
    calendar.add("method", "PUBLISH")
    return calendar_bytes(calendar, [entry])


class FollowUps(Subject[FollowUp]):
    code = "follow_up"
    known_rules = (
        Rule(rules.FOLLOW_UP_DAY_BEFORE, gettext_lazy("follow-up due tomorrow"), daily=True),
        Rule(rules.FOLLOW_UP_WRITTEN, gettext_lazy("follow-up promised today for today")),
        Rule(rules.FOLLOW_UP_DUE, gettext_lazy("follow-up due today"), daily=True),
        Rule(rules.FOLLOW_UP_OVERDUE, gettext_lazy("follow-up overdue"), daily=True),
        Rule(rules.FOLLOW_UP_ESCALATED, gettext_lazy("follow-up long overdue in your district"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = list(FollowUp.objects.filter(pk__in=ids).pending().select_related("owner").with_homes())
        away = [row.pk for row in rows if row.owner.is_away]
        links = FollowUpOrganisation.objects.filter(follow_up__in=away)
        stand_ins = StandIns(FollowUp.objects, links, "follow_up")
        homes = District.objects.filter(pk__in={home for row in rows for home in row.home_ids})
        lineages, supervisors = dict(homes.values_list("pk", "lineage")), Supervisors()
        for row in rows:
            notified_supervisors = list(
                supervisors.for_lineage(pk for home in row.home_ids for pk in lineages[home])
            )
            timing: dict[str, Any] = {
                "status": row.status,
                "written_at": row.created_at,
                "due_on": row.due_on,
                "now": now,
            }
            absence_stand_ins = (
                stand_ins.for_row(row.pk, notified_supervisors, but={row.owner_id})
                if row.owner.is_away
                else ()
            )
            for occurrence in rules.follow_up_reminders(
                **timing, owner=recipient_of(row.owner), supervisors=notified_supervisors
            ):
                if not (
                    absence_stand_ins
                    and occurrence.recipient_id == row.owner_id
                    and is_away(row.owner, occurrence.at)
                ):
                    yield row.pk, occurrence
            for stand_in in absence_stand_ins:
                for occurrence in rules.follow_up_reminders(**timing, owner=stand_in, supervisors=()):
                    if is_away(row.owner, occurrence.at):
                        yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return _due_soon(now).values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        """The user's follow-ups, and late ones in the districts that the user supervises."""
        homes = District.objects.under(*user.districts.all())
        follow_up_links = FollowUpOrganisation.objects.filter(organisation__home_district__in=homes)
        since = city_day(now - LOOKBACK) - 9 * _DAY  # escalated after seven days
        late = _due_soon(now).filter(due_on__gte=since, pk__in=follow_up_links.values("follow_up"))
        return {
            *_due_soon(now).of_owner(user.pk).values_list("pk", flat=True),
            *late.values_list("pk", flat=True),
        }

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, FollowUp]:
        visible = FollowUp.objects.visible_to(actor).with_homes().select_related("owner")
        return visible.filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: FollowUp) -> tuple[str, Sequence[str]]:
        """Title and text lines. Supervisors get a link without the content."""
        late = (city_today() - row.due_on).days
        day = {"day": day_in_full(row.due_on)}
        if rule == rules.FOLLOW_UP_ESCALATED:
            title = ngettext(
                "A follow-up in your district is %(n)d day late",
                "A follow-up in your district is %(n)d days late",
                late,
            )
            text = _("It was due on %(day)s. Open the follow-up to see who it is assigned to.")
            return title % {"n": late}, [text % day]
        if late > 0:
            title = ngettext("A follow-up is %(n)d day late", "A follow-up is %(n)d days late", late)
            title %= {"n": late}
        elif late == 0:
            title = _("A follow-up is due today")
        else:
            title = _("A follow-up is due on %(day)s") % day
        return title, [row.title, _("Due on %(day)s.") % day, *_absence(row.owner)]

    def record(self, row: FollowUp) -> Record:
        return Record(self.code, [row.pk], row.home_ids)


def _absence(owner: User) -> Iterator[str]:
    """Yield the reason why a stand-in gets the reminder, if the owner is away."""
    if owner.is_away and owner.absent_until:
        back = {"name": owner.name, "day": day_in_full(owner.absent_until)}
        yield _("%(name)s is away until %(day)s.") % back


def _due_soon(now: datetime) -> FollowUpQuerySet:
    """Pending follow-ups that are late or soon due in any time zone."""
    return FollowUp.objects.pending().filter(due_on__lte=city_day(now + AHEAD) + 2 * _DAY)


class Concerns(Subject[Concern]):
    code = "concern"
    known_rules = (Rule(rules.CONCERN_RECEIVED, gettext_lazy("new concern")),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        for concern in Concern.objects.filter(pk__in=ids).select_related("district"):
            recipients = map(recipient_of, _officers_to_notify(concern))
            for occurrence in rules.concern_reminders(
                logged_at=concern.created_at, recipients=recipients, now=now
            ):
                yield concern.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return Concern.objects.filter(created_at__gte=now - LOOKBACK).values_list("pk", flat=True)

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Concern]:
        return Concern.objects.visible_to(actor).with_site(actor).filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: Concern) -> tuple[str, Sequence[str]]:
        kinds = capfirst(", ".join(str(ConcernKind(kind).label) for kind in row.kinds))
        title = _("New concern in %(district)s") % {"district": row.district.name}
        return title, [kinds, _("Open the concern to see what happened and who to call.")]


def _officers_to_notify(concern: Concern) -> Iterable[User]:
    """Supervisors of the district, and lead and deputy officers of the organisations concerned who see it."""
    organisations = Organisation.objects.active().filter(
        matches_concern(concern) | Q(pk=concern.raised_by_organisation_id) | is_near(concern)
    )
    officer_ids = chain.from_iterable(organisations.values_list("lead_officer", "deputy_officer"))
    district_staff: UserQuerySet = User.objects.active().covering(concern.district)
    return district_staff.filter(
        Q(role=Role.SUPERVISOR) | Q(role=Role.OFFICER, pk__in=set(officer_ids) - {None})
    )


class Shifts(Subject[DutyShift]):
    """Shifts that officers begin, that supervisors plan, and that end. No text names a district."""

    code = "shift"
    known_rules = (
        Rule(rules.SHIFT_BEGUN, gettext_lazy("officer who began a duty shift")),
        Rule(rules.SHIFT_PLANNED, gettext_lazy("duty shift planned")),
        Rule(rules.SHIFT_ENDS, gettext_lazy("duty shift that ends in half an hour")),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        supervisors = Supervisors()
        shifts = DutyShift.objects.filter(pk__in=ids).with_districts()
        for shift in shifts.prefetch_related("user__districts"):
            own_lineage = [pk for district in shift.user.districts.all() for pk in district.lineage]
            begun: dict[datetime, list[UUID]] = defaultdict(list)
            for row in shift.shift_districts.all():
                if row.added_by_id == shift.user_id != shift.planned_by_id:
                    begun[row.since] += row.district.lineage
            for since, lineage in begun.items():
                notified_supervisors = supervisors.for_lineage([*lineage, *own_lineage])
                yield from _for_row(
                    shift, rules.shift_begun_reminders(at=since, supervisors=notified_supervisors, moment=now)
                )
            officer = recipient_of(shift.user)
            if shift.planned_by_id is not None:
                colleagues = [officer, *supervisors.for_lineage(own_lineage)]
                notified = {
                    colleague.id: colleague for colleague in colleagues if colleague.id != shift.planned_by_id
                }
                yield from _for_row(
                    shift,
                    rules.shift_planned_reminders(
                        at=shift.created_at, recipients=notified.values(), moment=now
                    ),
                )
            if shift.ended_at is None:
                yield from _for_row(
                    shift,
                    rules.shift_ends_reminders(
                        starts_at=shift.starts_at, ends_at=shift.ends_at, officer=officer, moment=now
                    ),
                )

    def coming(self, now: datetime) -> Iterable[UUID]:
        rows = DutyShift.objects.filter(
            Q(starts_at__gte=now - LOOKBACK, starts_at__lte=now + AHEAD) | Q(created_at__gte=now - LOOKBACK)
        )
        return rows.values_list("pk", flat=True)

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return DutyShift.objects.of_user(user.pk).not_over_at(now).values_list("pk", flat=True)

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, DutyShift]:
        return DutyShift.objects.visible_to(actor).with_districts().filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: DutyShift) -> tuple[str, Sequence[str]]:
        starts_at, until = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
        names = {
            "officer": row.user.name,
            "start": f"{starts_at:%H:%M}",
            "time": f"{until:%H:%M}",
            "day": day_in_full(starts_at.date()),
            "reason": row.get_reason_display(),
        }
        if rule == rules.SHIFT_ENDS:
            title = _("Your duty shift ends at %(time)s") % names
            return title, [_("Hand over what is open: choose who gets it, and say what matters.")]
        if rule == rules.SHIFT_PLANNED:
            works = _("%(officer)s is on duty on %(day)s from %(start)s to %(time)s. Reason: %(reason)s.")
            return _("A duty shift was planned"), [works % names]
        works = _("%(officer)s is on duty until %(time)s. Reason: %(reason)s.") % names
        request = _("Everything they open is marked in the activity log. Say within 3 days if it was right.")
        return _("An officer began a duty shift"), [works, request]

    def path(self, row_id: UUID) -> str:
        return reverse("duty")

    def record(self, row: DutyShift) -> Record:
        return Record(self.code, [row.pk], [district.pk for district in row.districts])


def _for_row(row: DutyShift, occurrences: Iterable[Occurrence]) -> Iterator[tuple[UUID, Occurrence]]:
    for occurrence in occurrences:
        yield row.pk, occurrence


class Portfolios(Subject[Sequence[Organisation]]):
    """Organisations due a meeting in an officer's portfolio. The row is the officer's account."""

    code = "user"
    known_rules = (Rule(rules.CADENCE_DIGEST, gettext_lazy("organisations due a meeting"), daily=True),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        meet_by = _earliest_meet_by(ids, city_day(now + AHEAD))
        for user in User.objects.active().filter(pk__in=meet_by):
            for occurrence in rules.digest_reminders(
                recipient=recipient_of(user), meet_by=meet_by[user.pk], now=now
            ):
                yield user.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return list(User.objects.active().values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return [user.pk]

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Organisation]]:
        if actor.id is None:
            return {}
        mine = Organisation.objects.visible_to(actor).of_officer(actor.id)
        waiting = list(mine.due_a_meeting(city_today()).order_by("meet_by", "pk"))
        return {actor.id: waiting} if waiting else {}

    def words(self, rule: str, row: Sequence[Organisation]) -> tuple[str, Sequence[str]]:
        count = len(row)
        title = ngettext(
            "%(n)d organisation is due a meeting", "%(n)d organisations are due a meeting", count
        ) % {"n": count}
        lines = [f"– {organisation.name}" for organisation in row[:NAMED]]
        if count > NAMED:
            lines.append(_("and %(n)d more") % {"n": count - NAMED})
        return title, [_("It has been longer than agreed since you last met:"), *lines]

    def path(self, row_id: UUID) -> str:
        return reverse("organisations") + "?overdue=true&mine=true"

    def record(self, row: Sequence[Organisation]) -> Record:
        return Record(
            "organisation",
            [organisation.pk for organisation in row],
            [organisation.home_district_id for organisation in row],
        )


def _earliest_meet_by(user_ids: Collection[UUID], before: date) -> dict[UUID, date]:
    """The earliest `meet_by` of the organisations that each user leads or deputises."""
    earliest: dict[UUID, date] = {}
    for field in ("lead_officer", "deputy_officer"):
        rows = Organisation.objects.due_a_meeting(before).filter(**{f"{field}__in": user_ids})
        for user_id, meet_by in rows.values_list(field).annotate(Min("meet_by")).order_by():
            earliest[user_id] = min(meet_by, earliest.get(user_id, meet_by))
    return earliest


class Supervisors:
    """Active supervisors by their own districts, read once at the first use."""

    def __init__(self) -> None:
        self._by_district: Mapping[UUID, list[User]] | None = None

    def for_lineage(self, lineage: Iterable[UUID]) -> Iterable[Recipient]:
        """Supervisors of any of these districts. Absent ones are included only if all are absent."""
        if self._by_district is None:
            self._by_district = self._read()
        supervisors = {user.pk: user for pk in lineage for user in self._by_district.get(pk, [])}
        present_supervisors = [user for user in supervisors.values() if not user.is_away]
        return map(recipient_of, present_supervisors or supervisors.values())

    def _read(self) -> Mapping[UUID, list[User]]:
        by_district: dict[UUID, list[User]] = defaultdict(list)
        users = User.objects.active().with_role(Role.SUPERVISOR).prefetch_related("districts")
        for user in users:
            for district in user.districts.all():
                by_district[district.pk].append(user)
        return by_district


SUBJECTS: Final = (Meetings(), FollowUps(), Concerns(), Shifts(), Portfolios())
