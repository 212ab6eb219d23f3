"""What people are reminded of in the library: the subjects `practice` and `takeaway` of `reminders`."""

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
    """An email names practices, which name no one."""

    code = "practice"
    known_rules = (
        Rule(rules.PRACTICE_CONFIRM, gettext_lazy("practice to confirm"), daily=True),
        Rule(rules.PRACTICE_RETIRED, gettext_lazy("practice that was retired"), daily=True),
        Rule(rules.REVIEW_WAITING, gettext_lazy("practice that waits for a review"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = list(_asked(now).filter(pk__in=ids).select_related("author"))
        supervisors = [recipient_of(user) for user in _supervisors()] if rows else []
        for row in rows:
            kept = recipient_of(row.author) if row.author and row.author.is_active else None
            own = {row.author_id, row.edited_by_id}
            waits = row.status == PracticeStatus.IN_REVIEW and not row.is_reviewed
            for one in rules.practice_reminders(
                keepers=[kept] if kept else supervisors,
                reviewers=[one for one in supervisors if one.id not in own],
                confirm_by=row.confirm_by if row.is_published else None,
                submitted_on=row.submitted_on if waits else None,
                retired_on=row.retired_on,
                now=now,
            ):
                yield row.pk, one

    def coming(self, now: datetime) -> Iterable[UUID]:
        return set(_asked(now).values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return self.coming(now)

    def seen_by(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Practice]:
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
    """Asked once, after 90 days. The answer takes two taps."""

    code = "takeaway"
    known_rules = (Rule(rules.TAKEAWAY_TRIED, gettext_lazy("takeaway to try"), daily=True),)

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        rows = _untried(now).filter(pk__in=ids).select_related("follow_up__owner")
        for row in rows:
            owner = recipient_of(row.follow_up.owner)
            for one in rules.takeaway_reminder(owner=owner, taken_on=row.taken_on, now=now):
                yield row.pk, one

    def coming(self, now: datetime) -> Iterable[UUID]:
        return set(_untried(now).values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return set(_untried(now).filter(follow_up__owner=user).values_list("pk", flat=True))

    def seen_by(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, Takeaway]:
        return Takeaway.objects.visible_to(actor).select_related("follow_up").filter(pk__in=ids).in_bulk()

    def words(self, rule: str, row: Takeaway) -> tuple[str, Sequence[str]]:
        return _("Tried it? You took this home from a workshop"), [row.follow_up.title]

    def record(self, row: Takeaway) -> Record:
        return Record("follow_up", [row.pk], [])


def _asked(now: datetime) -> Any:
    """Practices of this city that are in review, near their confirmation, or just retired."""
    day = city_day(now)
    soon = day + timedelta(days=rules.CONFIRM_DAYS + LOOKBACK.days)
    recently = day - timedelta(days=LOOKBACK.days + 1)
    rows = Practice.objects.ours().filter(
        Q(status=PracticeStatus.IN_REVIEW)
        | Q(status=PracticeStatus.PUBLISHED, confirm_by__lte=soon)
        | Q(retired_on__gte=recently)
    )
    reviews = EditorialReview.objects.filter(practice=OuterRef("pk"), edition=OuterRef("edition"))
    return rows.annotate(is_reviewed=Exists(reviews))


def _supervisors() -> Any:
    return User.objects.active().with_role(Role.SUPERVISOR).order_by("pk")


def _untried(now: datetime) -> Any:
    since = city_day(now) - timedelta(days=rules.TRIED_DAYS + LOOKBACK.days + 1)
    rows = Takeaway.objects.filter(taken_on__gte=since, follow_up__adoption=None)
    return rows.exclude(follow_up__status="cancelled")


SUBJECTS: Final = (Practices(), Takeaways())
