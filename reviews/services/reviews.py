"""Write the parts of a draft audit: comments, conclusion, checks, calls and actions."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from audit.models import Action, Op
from audit.services import Changed, record_changes
from lib.cleaning import assign
from lib.conflicts import check_digest
from meetings.models import Meeting
from reports.indicators.catalogue import REPORTS
from reviews.codes import ActionOutcome
from reviews.models import (
    ActionCheck,
    AgreedAction,
    FigureComment,
    Review,
    RungOrganisation,
    SampledMeeting,
)
from reviews.policies import can_write_review
from reviews.queries.parts import agreed_before

P = TypeVar("P", bound=models.Model)


def locked_review(actor: Actor, review_id: UUID) -> Review:
    """Lock a draft audit until the transaction ends.

    Raises DoesNotExist if the actor does not see the audit, PermissionDenied if the actor can only read it,
    and ValidationError if it is signed or discarded.
    """
    review = Review.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=review_id)
    if not can_write_review(actor, review):
        raise PermissionDenied
    if review.is_signed:
        raise ValidationError(_("This audit is signed. Write an addendum instead."), code="signed")
    if review.is_discarded:
        raise ValidationError(_("This draft was discarded. Start a new audit."), code="discarded")
    return review


@transaction.atomic
def comment_figure(*, actor: Actor, review_id: UUID, slug: str, text: str, shown: str = "") -> None:
    """Comment on the figures of a report. An empty text deletes the comment.

    `shown` is the digest of the text on the actor's page. Raises as `locked_review`, and StaleVersion.
    """
    review = locked_review(actor, review_id)
    if slug not in REPORTS:
        raise ValidationError({"text": _("Report not found.")})
    comment = review.comments.filter(slug=slug).first() or FigureComment(review=review, slug=slug)
    check_digest(comment, ("text",), shown)
    changed = assign(comment, {"text": text})
    if not changed:
        return
    if comment.text:
        _save(actor, comment, author_column="written_by_id", time_column="written_at")
    elif not comment._state.adding:
        comment.delete()
    _touch(actor, review, ["comments"])


@transaction.atomic
def conclude(*, actor: Actor, review_id: UUID, conclusion: str, shown: str = "") -> None:
    """Write the conclusion of the audit. Raises as `comment_figure`."""
    review = locked_review(actor, review_id)
    check_digest(review, ("conclusion",), shown)
    if assign(review, {"conclusion": conclusion}):
        review.clean_fields(["district", "started_by", "signed_by", "signed_at"])
        _touch(actor, review, ["conclusion"])


@transaction.atomic
def mark_sample(
    *,
    actor: Actor,
    review_id: UUID,
    sample_id: UUID,
    facts_apart: str,
    follow_up_recorded: str,
    note: str = "",
) -> SampledMeeting:
    """Judge the record of a sampled meeting.

    Raises as `locked_review`, and ValidationError if the actor took part in the meeting.
    """
    review = locked_review(actor, review_id)
    sample: SampledMeeting = review.samples.get(pk=sample_id)
    if _took_part(actor, sample.meeting_id):
        raise ValidationError(_("You took part in this meeting, so another supervisor must check it."))
    assign(sample, {"facts_apart": facts_apart, "follow_up_recorded": follow_up_recorded, "note": note})
    _save(actor, sample, author_column="marked_by_id", time_column="marked_at")
    _touch(actor, review, ["samples"])
    return sample


@transaction.atomic
def note_call(
    *, actor: Actor, review_id: UUID, call_id: UUID, answer: str, note: str = ""
) -> RungOrganisation:
    """Record the answer of an organisation that was called back. Raises as `locked_review`."""
    review = locked_review(actor, review_id)
    call: RungOrganisation = review.calls.get(pk=call_id)
    assign(call, {"answer": answer, "note": note})
    _save(actor, call, author_column="rung_by_id", time_column="rung_at")
    _touch(actor, review, ["calls"])
    return call


@transaction.atomic
def agree_action(
    *, actor: Actor, review_id: UUID, text: str, due_on: date, owner: User | None = None
) -> AgreedAction:
    """Agree an action. Raises as `locked_review`, and ValidationError by field."""
    review = locked_review(actor, review_id)
    action = AgreedAction(review=review)
    assign(action, {"text": text, "due_on": due_on, "owner": owner})
    if owner and not (owner.is_active and owner.role in WRITES):
        raise ValidationError({"owner": _("Choose an officer or supervisor with an active account.")})
    action.full_clean(exclude=["review"])
    action.save(force_insert=True)
    _touch(actor, review, ["actions"])
    return action


@transaction.atomic
def drop_action(*, actor: Actor, review_id: UUID, action_id: UUID) -> None:
    """Delete an agreed action. Raises as `locked_review`."""
    review = locked_review(actor, review_id)
    review.actions.get(pk=action_id).delete()
    _touch(actor, review, ["actions"])


@transaction.atomic
def check_action(*, actor: Actor, review_id: UUID, action_id: UUID, answer: str, note: str = "") -> None:
    """Record the outcome of an action of an earlier audit.

    "No longer needed" requires a note. Raises as `locked_review`, and ValidationError by field.
    """
    review = locked_review(actor, review_id)
    action = agreed_before(review).get(pk=action_id)
    check = review.checks.filter(action=action).first() or ActionCheck(review=review, action=action)
    assign(check, {"answer": answer, "note": note})
    check.full_clean(exclude=["review", "action"])
    if check.answer == ActionOutcome.NO_LONGER_NEEDED and not check.note:
        raise ValidationError({"note": _("Enter why this is no longer needed.")}, code="required")
    check.save()
    _touch(actor, review, ["checks"])


@transaction.atomic
def discard_review(*, actor: Actor, review_id: UUID) -> None:
    """Delete the parts and texts of a draft. The draft stays listed, with who discarded it and when.

    A new draft of the same district and period has the same draw. Raises as `locked_review`.
    """
    review = locked_review(actor, review_id)
    review.checks.all().delete()
    review.comments.all().delete()
    review.figures.all().delete()
    review.samples.all().delete()
    review.calls.all().delete()
    review.actions.all().delete()
    review.kept_names.all().delete()
    review.conclusion, review.blind_spots, review.withdrawn_incidents = "", [], []
    review.candidate_meetings, review.candidate_organisations = [], []
    review.discarded_by_id, review.discarded_at = actor.id, timezone.now()
    _touch(actor, review, ["discarded_at"])


def _took_part(actor: Actor, meeting_id: UUID) -> bool:
    meeting = Meeting.objects.filter(pk=meeting_id)
    took_part = meeting.of_officer(actor.id).exists()
    return took_part or (actor.id is not None and meeting.filter(logged_by=actor.id).exists())


def _save(actor: Actor, part: P, *, author_column: str, time_column: str) -> None:
    """Set the author and time of a part, validate and save it."""
    setattr(part, author_column, actor.id)
    setattr(part, time_column, timezone.now())
    part.full_clean(exclude=["review", author_column.removesuffix("_id")])
    part.save()


def _touch(actor: Actor, review: Review, names: list[str]) -> None:
    review.version += 1
    review.updated_at = timezone.now()
    review.save()
    record_update(actor, review, names)


def record_update(actor: Actor, review: Review, names: list[str], *, purpose: str = "") -> None:
    """Record the update. For signed content, `purpose` has its digest."""
    _record(actor, Action.UPDATE, Op.UPDATED, review, names, purpose)


def _record(
    actor: Actor, action: Action, op: Op, review: Review, names: list[str], purpose: str = ""
) -> None:
    changed = Changed("review", review.pk, op, review.version, [review.district_id], field_names=names)
    record_changes(actor, action, [changed], purpose=purpose)
