"""Reminder subjects of the library: practices and takeaways."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from lib.acting import Acting
from lib.days import city_day
from meetings.queries.stand_ins import recipient_of
from practices import rules
from practices.codes import PracticeStatus
from practices.models import EditorialReview, Practice, Takeaway
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import LOOKBACK, Occurrence


class Practices(Subject[Practice]):
    """Practices. An email names practices, but no person."""

    code = "practice"
    known_rules = (
        Rule(rules.PRACTICE_CONFIRM, gettext_lazy("practice to confirm"), daily=True),
        Rule(rules.PRACTICE_RETIRED, gettext_lazy("practice that was retired"), daily=True),
        Rule(rules.REVIEW_WAITING, gettext_lazy("practice that waits for a review"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = list(_practices_with_reminders(now).filter(pk__in=ids).select_related("author"))
        supervisors = [recipient_of(user) for user in _supervisors()] if rows else []
        for row in rows:
            keeper = recipient_of(row.author) if row.author and row.author.is_active else None
            writer_ids = {row.author_id, row.edited_by_id}
            waits_for_review = row.status == PracticeStatus.IN_REVIEW and not row.is_reviewed
            for occurrence in rules.practice_reminders(
                keepers=[keeper] if keeper else supervisors,
                reviewers=[supervisor for supervisor in supervisors if supervisor.id not in writer_ids],
                confirm_by=row.confirm_by if row.is_published else None,
                submitted_on=row.submitted_on if waits_for_review else None,
                retired_on=row.retired_on,
                now=now,
            ):
                yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return set(_practices_with_reminders(now).values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return self.coming(now)

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Practice]:
        return Practice.objects.visible_to(actor).with_texts().filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: Practice) -> tuple[str, Sequence[str]]:
        text = row.text_for()
        title = [text.title if text else str(row)]
        match rule:
            case rules.PRACTICE_CONFIRM:
                return _("Confirm a practice: is it still done in this way?"), title
            case rules.PRACTICE_RETIRED:
                return _("A practice was retired because it was not confirmed"), title
            case rules.REVIEW_WAITING:
                return _("A practice waits for your review"), title
        raise LookupError(rule)

    def record(self, row: Practice) -> Record:
        return Record(self.code, [row.pk], [])


class Takeaways(Subject[Takeaway]):
    """Takeaways. Their owner gets one reminder, after 90 days."""

    code = "takeaway"
    known_rules = (Rule(rules.TAKEAWAY_TRIED, gettext_lazy("takeaway to try"), daily=True),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = _untried_takeaways(now).filter(pk__in=ids).select_related("follow_up__owner")
        for row in rows:
            owner = recipient_of(row.follow_up.owner)
            for occurrence in rules.takeaway_reminder(owner=owner, taken_on=row.taken_on, now=now):
                yield row.pk, occurrence

    def coming(self, now: datetime) -> Iterable[UUID]:
        return set(_untried_takeaways(now).values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return set(_untried_takeaways(now).filter(follow_up__owner=user).values_list("pk", flat=True))

    def rows_visible_to(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Takeaway]:
        return Takeaway.objects.visible_to(actor).select_related("follow_up").filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: Takeaway) -> tuple[str, Sequence[str]]:
        return _("Tried it? You took this home from a workshop"), [row.follow_up.title]

    def record(self, row: Takeaway) -> Record:
        return Record("follow_up", [row.pk], [])


def _practices_with_reminders(now: datetime) -> Any:
    """Practices of this city that are in review, soon to be confirmed, or recently retired."""
    day = city_day(now)
    soon = day + timedelta(days=rules.CONFIRM_DAYS + LOOKBACK.days)
    recently = day - timedelta(days=LOOKBACK.days + 1)
    rows = Practice.objects.of_this_city().filter(
        Q(status=PracticeStatus.IN_REVIEW)
        | Q(status=PracticeStatus.PUBLISHED, confirm_by__lte=soon)
        | Q(retired_on__gte=recently)
    )
    reviews = EditorialReview.objects.filter(practice=OuterRef("pk"), edition=OuterRef("edition"))
    return rows.annotate(is_reviewed=Exists(reviews))


def _supervisors() -> Any:
    return User.objects.active().with_role(Role.SUPERVISOR).order_by("pk")


def _untried_takeaways(now: datetime) -> Any:
    since = city_day(now) - timedelta(days=rules.TRIED_DAYS + LOOKBACK.days + 1)
    rows = Takeaway.objects.filter(taken_on__gte=since, follow_up__adoption=None)
    return rows.exclude(follow_up__status="cancelled")


SUBJECTS: Final = (Practices(), Takeaways())
