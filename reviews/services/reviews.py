"""Working on an audit until it is signed."""

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
from reviews.codes import WasDone
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
    """The audit as the actor sees it, to be added to; locked until the transaction ends.

    Raises DoesNotExist when it is not seen, PermissionDenied when it is read-only, ValidationError when
    it is signed or discarded.
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
    """Say something to a report's figures; an empty text takes it away.

    `shown` is the digest of what the writer saw. Raises as `locked_review`, and StaleVersion.
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
        _save(actor, comment, by="written_by_id", at="written_at")
    elif not comment._state.adding:
        comment.delete()
    _touch(actor, review, ["comments"])


@transaction.atomic
def conclude(*, actor: Actor, review_id: UUID, conclusion: str, shown: str = "") -> None:
    """What the audit comes to, in the supervisor's words. Raises as `comment_figure`."""
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
    """How good a meeting's record is. Raises as `locked_review`; one's own meeting is a ValidationError."""
    review = locked_review(actor, review_id)
    sample: SampledMeeting = review.samples.get(pk=sample_id)
    if _took_part(actor, sample.meeting_id):
        raise ValidationError(_("You took part in this meeting, so another supervisor must check it."))
    assign(sample, {"facts_apart": facts_apart, "follow_up_recorded": follow_up_recorded, "note": note})
    _save(actor, sample, by="marked_by_id", at="marked_at")
    _touch(actor, review, ["samples"])
    return sample


@transaction.atomic
def note_call(
    *, actor: Actor, review_id: UUID, call_id: UUID, answer: str, note: str = ""
) -> RungOrganisation:
    """What an organisation said when it was rung back. Raises as `locked_review`."""
    review = locked_review(actor, review_id)
    call: RungOrganisation = review.calls.get(pk=call_id)
    assign(call, {"answer": answer, "note": note})
    _save(actor, call, by="rung_by_id", at="rung_at")
    _touch(actor, review, ["calls"])
    return call


@transaction.atomic
def agree_action(
    *, actor: Actor, review_id: UUID, text: str, due_on: date, owner: User | None = None
) -> AgreedAction:
    """What is to be done. Raises as `locked_review`."""
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
    """It is not agreed after all. Raises as `locked_review`."""
    review = locked_review(actor, review_id)
    review.actions.get(pk=action_id).delete()
    _touch(actor, review, ["actions"])


@transaction.atomic
def check_action(*, actor: Actor, review_id: UUID, action_id: UUID, answer: str, note: str = "") -> None:
    """Whether what an earlier audit agreed was done; dropped it needs a reason. Raises as `locked_review`."""
    review = locked_review(actor, review_id)
    action = agreed_before(review).get(pk=action_id)
    check = review.checks.filter(action=action).first() or ActionCheck(review=review, action=action)
    assign(check, {"answer": answer, "note": note})
    check.full_clean(exclude=["review", "action"])
    if check.answer == WasDone.NO_LONGER_NEEDED and not check.note:
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
    review.conclusion, review.blind_spots = "", []
    review.candidate_meetings, review.candidate_organisations = [], []
    review.discarded_by_id, review.discarded_at = actor.id, timezone.now()
    _touch(actor, review, ["discarded_at"])


# --- What else is asked of an audit -----------------------------------------------------------------------


def _took_part(actor: Actor, meeting_id: UUID) -> bool:
    meeting = Meeting.objects.filter(pk=meeting_id)
    own = meeting.of_officer(actor.id).exists()
    return own or (actor.id is not None and meeting.filter(logged_by=actor.id).exists())


def _save(actor: Actor, part: P, *, by: str, at: str) -> None:
    """Stamp a part with who and when, check and save it."""
    setattr(part, by, actor.id)
    setattr(part, at, timezone.now())
    part.full_clean(exclude=["review", by.removesuffix("_id")])
    part.save()


def _touch(actor: Actor, review: Review, names: list[str]) -> None:
    review.version += 1
    review.updated_at = timezone.now()
    review.save()
    record_update(actor, review, names)


def record_update(actor: Actor, review: Review, names: list[str], *, purpose: str = "") -> None:
    """Write the event; of what is signed, `purpose` is its digest."""
    _record(actor, Action.UPDATE, Op.UPDATED, review, names, purpose)


def _record(
    actor: Actor, action: Action, op: Op, review: Review, names: list[str], purpose: str = ""
) -> None:
    changed = Changed("review", review.pk, op, review.version, [review.district_id], field_names=names)
    record_changes(actor, action, [changed], purpose=purpose)
