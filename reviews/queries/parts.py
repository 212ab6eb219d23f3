"""What pages read of an audit: as it was kept, with the names of then."""

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
from reviews.codes import WasDone
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
    """Records of a figure that the actor sees now, with what a page names them by."""
    rows = MODELS[noun].objects.visible_to(actor).filter(pk__in=ids)
    match noun:
        case "follow-ups":
            return rows.with_homes()
        case "incidents":
            return rows.select_related("protocol")
    return rows


def figures_of(review: Review) -> QuerySet[FrozenFigure]:
    """In the scorecard's order, each with the `comment` on its report; without the ids, which are many."""
    said = FigureComment.objects.filter(review=OuterRef("review"), slug=OuterRef("slug")).values("text")
    rows = review.figures.defer("ids").annotate(comment=Subquery(said[:1]))
    return rows.order_by("position")


def with_meetings(actor: Actor, review: Review) -> QuerySet[Any]:
    """Samples, each with `held_at` as it was, and the `subject` of its meeting as the actor sees it now.

    A signed audit shows no subject: it may have been edited or erased since.
    """
    seen = Meeting.objects.visible_to(actor).filter(pk=OuterRef("meeting_id"))
    held_at = Coalesce("starts_at", Subquery(seen.values("starts_at")[:1]))
    subject = Subquery(seen.values("subject")[:1])
    return review.samples.annotate(held_at=held_at, subject=subject).order_by("position")


def with_organisations(actor: Actor, review: Review) -> QuerySet[Any]:
    """Organisations to ring, each with `organisation`: its name as it was; of an older audit, as it is."""
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation_id")).values("name")
    kept = _kept(review, "organisation_id")
    name = kept if review.parts else Subquery(seen[:1])
    return review.calls.annotate(organisation=name).order_by("position")


def is_kept(review: Review) -> bool:
    """Whether its colleagues' names were kept: not in a draft, nor in an audit older than records."""
    return review.is_signed and SignedRecord.objects.filter(review=review).exists()


def with_names(review: Review, rows: QuerySet[Any], column: str, *, kept: bool) -> QuerySet[Any]:
    """Parts of an audit, each with `person`: the colleague's name, as it was where it was `kept`."""
    found: QuerySet[Any] = rows.annotate(
        person=_kept(review, f"{column}_id") if kept else F(f"{column}__name")
    )
    return found


def starter_of(review: Review, *, kept: bool) -> str:
    """Who started the audit. Empty if the name was erased."""
    if kept and review.started_by_id:
        names = review.kept_names.filter(object_id=review.started_by_id)
        return names.values_list("name", flat=True).first() or ""
    return review.started_by.name if review.started_by else ""


def digest_of_record(review: Review) -> str:
    """SHA-256 of what was signed, in hexadecimal digits; empty for an audit without a record (`is_kept`)."""
    records = SignedRecord.objects.filter(review=review) if review.is_signed else SignedRecord.objects.none()
    record = records.values_list("record", flat=True).first()
    return hashlib.sha256(record.encode()).hexdigest() if record else ""


def _kept(review: Review, column: str) -> Subquery:
    return Subquery(KeptName.objects.filter(review=review.pk, object_id=OuterRef(column)).values("name")[:1])


def earlier_actions(review: Review, *, kept: bool) -> QuerySet[Any]:
    """What earlier audits agreed and is not settled, each with the `answer` and `remark` this audit gives."""
    own = ActionCheck.objects.filter(review=review, action=OuterRef("pk"))
    rows = (
        agreed_before(review)
        .select_related("review")
        .annotate(answer=Subquery(own.values("answer")[:1]), remark=Subquery(own.values("note")[:1]))
    )
    return with_names(review, rows, "owner", kept=kept)


def registered_actions(actor: Actor, *, is_settled: bool) -> QuerySet[Any]:
    """The action register, each with its `answers` in standing audits and `times_not_done`.

    An audit that was superseded does not count, nor does one of the period in which the action was agreed.
    """
    standing = Review.objects.standing().order_by()
    rows = AgreedAction.objects.visible_to(actor)
    rows = rows.settled_by(standing) if is_settled else rows.not_settled_by(standing)
    checks = ActionCheck.objects.filter(review__in=standing).select_related("review")
    answers = Prefetch("checks", checks.order_by("review__signed_at", "pk"), to_attr="answers")
    same_period = Q(checks__review__since=F("review__since"), checks__review__until=F("review__until"))
    counts = Q(checks__answer=WasDone.NOT_DONE, checks__review__in=standing) & ~same_period
    not_done = Count("checks", filter=counts)
    late = Q(due_on__lt=city_today())
    rows = rows.annotate(times_not_done=not_done, is_late=ExpressionWrapper(late, BooleanField()))
    return rows.select_related("owner", "review__district").prefetch_related(answers)


def counted_objects(actor: Actor, figure: FrozenFigure, ids: list[UUID] | None) -> list[Any]:
    """Objects that a figure counted or left out, as far as the actor sees them now; at most AT_MOST.

    Organisations have the name that they had, as `kept`.
    """
    if figure.noun not in MODELS or not ids:
        return []
    rows = readable(actor, figure.noun, ids).order_by("pk")
    if rows.model is Organisation:
        kept = KeptName.objects.filter(review=figure.review_id, object_id=OuterRef("pk")).values("name")
        rows = rows.annotate(kept=Subquery(kept[:1]))
    return list(rows[:AT_MOST])


def has_signed(district_ids: Collection[UUID]) -> bool:
    """Whether a signed audit has figures of one of these districts, even one that was superseded."""
    return Review.objects.signed().filter(district__in=district_ids).exists()


def agreed_before(review: Review) -> models.QuerySet[AgreedAction]:
    """Actions that this audit has to say something about, with their owners.

    Those of all earlier audits of the district that no standing audit of another period found done or
    dropped. A signed audit shows what it was asked then.
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
    """What has to be done before it can be signed, in words."""
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
