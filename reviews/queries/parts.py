"""Parts of an audit for pages and files, with names as they were."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.models import Incident
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting
from reviews.codes import ActionOutcome
from reviews.models import (
    ActionCheck,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    KeptName,
    Review,
    SignedRecord,
)

AT_MOST: Final = 500
MODELS: Final[dict[str, Any]] = {
    "organisations": Organisation,
    "meetings": Meeting,
    "follow-ups": FollowUp,
    "concerns": Concern,
    "incidents": Incident,
}


def readable(actor: Actor, noun: str, ids: Collection[UUID]) -> Any:
    """Return the records of a figure that the actor sees now, with the relations that pages need."""
    rows = MODELS[noun].objects.visible_to(actor).filter(pk__in=ids)
    match noun:
        case "follow-ups":
            return rows.with_homes()
        case "incidents":
            return rows.select_related("protocol")
    return rows


def figures_of(review: Review) -> QuerySet[FrozenFigure]:
    """Return the figures in scorecard order, without IDs. `comment` is the comment on the report."""
    comment_texts = FigureComment.objects.filter(review=OuterRef("review"), slug=OuterRef("slug")).values(
        "text"
    )
    rows = review.figures.defer("ids").annotate(comment=Subquery(comment_texts[:1]))
    return rows.order_by("position")


def with_meetings(actor: Actor, review: Review) -> QuerySet[Any]:
    """Return the samples with `held_at` as drawn, and the `subject` of the meeting if the actor sees it.

    A signed audit shows no subject, because it may have been edited or erased since.
    """
    visible_meetings = Meeting.objects.visible_to(actor).filter(pk=OuterRef("meeting_id"))
    held_at = Coalesce("starts_at", Subquery(visible_meetings.values("starts_at")[:1]))
    subject = Subquery(visible_meetings.values("subject")[:1])
    return review.samples.annotate(held_at=held_at, subject=subject).order_by("position")


def with_organisations(actor: Actor, review: Review) -> QuerySet[Any]:
    """Return the organisations to call, with their name in `organisation`. An older audit has no old name."""
    visible_names = (
        Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation_id")).values("name")
    )
    kept_name = _kept_name(review, "organisation_id")
    name = kept_name if review.parts else Subquery(visible_names[:1])
    return review.calls.annotate(organisation=name).order_by("position")


def is_kept(review: Review) -> bool:
    """Whether the names of colleagues are stored: not for drafts or audits without a record."""
    return review.is_signed and SignedRecord.objects.filter(review=review).exists()


def with_names(review: Review, rows: QuerySet[Any], column: str, *, has_kept_names: bool) -> QuerySet[Any]:
    """Add `person` to parts of an audit: the colleague's stored name, or the name of today."""
    with_person: QuerySet[Any] = rows.annotate(
        person=_kept_name(review, f"{column}_id") if has_kept_names else F(f"{column}__name")
    )
    return with_person


def starter_of(review: Review, *, has_kept_names: bool) -> str:
    """Return the name of the person who started the audit; empty if it was erased."""
    if has_kept_names and review.started_by_id:
        names = review.kept_names.filter(object_id=review.started_by_id)
        return names.values_list("name", flat=True).first() or ""
    return review.started_by.name if review.started_by else ""


def digest_of_record(review: Review) -> str:
    """Return the SHA-256 of the signed record as hexadecimal digits; empty for an audit without one."""
    records = SignedRecord.objects.filter(review=review) if review.is_signed else SignedRecord.objects.none()
    record = records.values_list("record", flat=True).first()
    return hashlib.sha256(record.encode()).hexdigest() if record else ""


def _kept_name(review: Review, column: str) -> Subquery:
    return Subquery(KeptName.objects.filter(review=review.pk, object_id=OuterRef(column)).values("name")[:1])


def earlier_actions(review: Review, *, has_kept_names: bool) -> QuerySet[Any]:
    """Return open actions of earlier audits, with the `answer` and `remark` of this audit."""
    own_checks = ActionCheck.objects.filter(review=review, action=OuterRef("pk"))
    rows = (
        agreed_before(review)
        .select_related("review")
        .annotate(
            answer=Subquery(own_checks.values("answer")[:1]), remark=Subquery(own_checks.values("note")[:1])
        )
    )
    return with_names(review, rows, "owner", has_kept_names=has_kept_names)


def registered_actions(actor: Actor, *, is_settled: bool) -> QuerySet[Any]:
    """Return the action register, with `answers` in standing audits and `times_not_done`.

    Superseded audits do not count, and neither do audits of the period in which the action was agreed.
    """
    standing = Review.objects.standing().order_by()
    rows = AgreedAction.objects.visible_to(actor)
    rows = rows.settled_by(standing) if is_settled else rows.not_settled_by(standing)
    checks = ActionCheck.objects.filter(review__in=standing).select_related("review")
    answers = Prefetch("checks", checks.order_by("review__signed_at", "pk"), to_attr="answers")
    same_period = Q(checks__review__since=F("review__since"), checks__review__until=F("review__until"))
    counts = Q(checks__answer=ActionOutcome.NOT_DONE, checks__review__in=standing) & ~same_period
    not_done = Count("checks", filter=counts)
    late = Q(due_on__lt=city_today())
    rows = rows.annotate(times_not_done=not_done, is_late=ExpressionWrapper(late, BooleanField()))
    return rows.select_related("owner", "review__district").prefetch_related(answers)


def counted_objects(actor: Actor, figure: FrozenFigure, ids: list[UUID] | None) -> list[Any]:
    """Return records that a figure counted or left out and that the actor sees now, at most AT_MOST.

    `kept` is the name of an organisation when the audit was frozen.
    """
    if figure.noun not in MODELS or not ids:
        return []
    rows = readable(actor, figure.noun, ids).order_by("pk")
    if rows.model is Organisation:
        kept_names = KeptName.objects.filter(review=figure.review_id, object_id=OuterRef("pk")).values("name")
        rows = rows.annotate(kept=Subquery(kept_names[:1]))
    return list(rows[:AT_MOST])


def has_signed(district_ids: Collection[UUID]) -> bool:
    """Whether a signed audit, even a superseded one, has figures of one of these districts."""
    return Review.objects.signed().filter(district__in=district_ids).exists()


def agreed_before(review: Review) -> models.QuerySet[AgreedAction]:
    """Return the earlier actions that this audit must answer, with their owners.

    They are actions of all earlier audits of the district that no standing audit of another period closed. A
    signed audit keeps its actions.
    """
    if review.is_signed:
        rows = AgreedAction.objects.filter(checks__review=review)
    else:
        earlier = Review.objects.before(review).order_by()
        rows = AgreedAction.objects.filter(review__in=earlier).not_settled_by(
            earlier.standing().other_periods(review)
        )
    return rows.select_related("owner").order_by("due_on", "pk")


def still_open(review: Review) -> Iterable[str]:
    """Yield in words each step that is missing before the audit can be signed."""
    if not review.conclusion.strip():
        yield _("Write a conclusion.")
    if n := review.samples.filter(marked_at__isnull=True).count():
        yield ngettext("%(n)d meeting has not been checked.", "%(n)d meetings have not been checked.", n) % {
            "n": n
        }
    if n := review.calls.filter(rung_at__isnull=True).count():
        yield ngettext(
            "%(n)d organisation has not been called back.",
            "%(n)d organisations have not been called back.",
            n,
        ) % {"n": n}
    if n := agreed_before(review).exclude(pk__in=review.checks.values("action")).count():
        yield ngettext(
            "Record whether %(n)d action from an earlier audit was done.",
            "Record whether %(n)d actions from earlier audits were done.",
            n,
        ) % {"n": n}
