"""Reminders of reviews: supervisors each month if there is something to review, privacy officers yearly."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import actor_for
from accounts.models import Role, User, UserQuerySet
from lib.acting import Acting
from meetings.queries.stand_ins import recipient_of
from privacy.models import RetentionRule
from privacy.overdue import queue
from privacy.rules.retention import REVIEW_QUEUE, RULE_REVIEW, review_reminders
from reminders.models.subjects import Record, Rule, Subject
from reminders.rules import Occurrence


class Reviewers(Subject[User]):
    """The rows are those who review: an email names no record and says how many there are."""

    code = "reviewer"
    known_rules = (
        Rule(REVIEW_QUEUE, gettext_lazy("records to review"), daily=True),
        Rule(RULE_REVIEW, gettext_lazy("yearly review of retention rules"), daily=True),
    )

    def occurrences(self, ids: Collection[UUID], now: datetime) -> Iterator[tuple[UUID, Occurrence]]:
        days = [row.in_force_on for row in RetentionRule.objects.in_force()]
        for user in _reviewers().filter(pk__in=ids):
            is_supervisor = user.role == Role.SUPERVISOR
            for one in review_reminders(recipient_of(user), days, now=now, is_supervisor=is_supervisor):
                yield user.pk, one

    def coming(self, now: datetime) -> Iterable[UUID]:
        return list(_reviewers().values_list("pk", flat=True))

    def coming_for(self, user: User, now: datetime) -> Iterable[UUID]:
        return list(_reviewers().filter(pk=user.pk).values_list("pk", flat=True))

    def seen_by(self, actor: Acting, ids: Collection[UUID]) -> Mapping[UUID, User]:
        """The actor's own row. A supervisor with nothing to review gets no email."""
        found: dict[UUID, Any] = _reviewers().in_bulk([pk for pk in ids if pk == actor.id])
        for row in found.values():
            row.to_review = sum(queue(actor_for(row))[1].values())
        return {pk: row for pk, row in found.items() if row.role != Role.SUPERVISOR or row.to_review}

    def words(self, rule: str, row: Any) -> tuple[str, Sequence[str]]:
        if rule == RULE_REVIEW:
            return _("Review the retention rules"), [_("A year has passed since a rule was put in force.")]
        said = ngettext(
            "%(count)s record is up for review.", "%(count)s records are up for review.", row.to_review
        )
        return _("Records to review"), [said % {"count": row.to_review}]

    def path(self, row_id: UUID) -> str:
        return reverse("retention_review")

    def record(self, row: Any) -> Record:
        return Record("user", [row.pk], [])


def _reviewers() -> UserQuerySet:
    users: UserQuerySet = User.objects.with_role(Role.SUPERVISOR, Role.PRIVACY_OFFICER)
    return users


SUBJECTS: Final = (Reviewers(),)
