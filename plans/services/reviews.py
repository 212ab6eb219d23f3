"""Reviewing a plan with the communities: voices are typed during the meeting, then it is signed."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_digest
from lib.limits import refuse_more
from meetings.codes import MeetingKind
from meetings.models import Meeting
from plans.models import Action, Indicator, IndicatorValue, Milestone, PlanReview, PlanVoice
from plans.rules import progress_of
from plans.services.plans import locked_plan, write_plan

MOST_VOICES: Final = 100
#: Meetings at which a plan can be reviewed.
KINDS: Final = (MeetingKind.ADVISORY_GROUP, MeetingKind.PUBLIC_MEETING)


@transaction.atomic
def start_review(*, actor: Actor, plan_id: UUID, meeting: Meeting | None = None, **fields: Any) -> PlanReview:
    """Start a review of an adopted plan. Raises as `locked_plan`, and ValidationError by field."""
    plan = locked_plan(actor, plan_id)
    if plan.is_draft:
        raise ValidationError(_("This plan is not adopted yet."), code="draft")
    if plan.reviews.filter(signed_at=None).exists():
        raise ValidationError(_("Another review of this plan is not signed yet."), code="open")
    review = PlanReview(plan=plan, started_by_id=actor.id)
    _fill(actor, review, meeting, fields)
    review.save(force_insert=True)
    write_plan(actor, plan, ["reviews"], is_change=False)
    return review


@transaction.atomic
def edit_review(
    *,
    actor: Actor,
    plan_id: UUID,
    planreview_id: UUID,
    meeting: Meeting | None = None,
    shown: str = "",
    **fields: Any,
) -> PlanReview:
    """Change a review that is not signed.

    Raises as `locked_plan`, DoesNotExist, StaleVersion, ValidationError.
    """
    review = _unsigned(actor, plan_id, planreview_id)
    check_digest(review, ("meeting", *fields), shown)
    _fill(actor, review, meeting, fields)
    review.save()
    write_plan(actor, review.plan, ["reviews"], is_change=False)
    return review


@transaction.atomic
def save_voice(
    *,
    actor: Actor,
    plan_id: UUID,
    planreview_id: UUID,
    voice_id: UUID | None = None,
    organisation: Organisation | None = None,
    **fields: Any,
) -> PlanVoice:
    """Write what an organisation says. Without `organisation` it is left out. Raises as `edit_review`."""
    review = _unsigned(actor, plan_id, planreview_id)
    refuse_more("says", range(review.voices.count() + 1), MOST_VOICES)
    voice = review.voices.get(pk=voice_id) if voice_id else PlanVoice(review=review)
    if organisation and not Organisation.objects.visible_to(actor).filter(pk=organisation.pk).exists():
        raise ValidationError({"organisation": _("Choose one from the list.")}, code="invalid_choice")
    voice.organisation = organisation
    assign(voice, fields)
    voice.full_clean(exclude=["review", "organisation"])
    voice.save()
    write_plan(actor, review.plan, ["voices"], is_change=False)
    return voice


@transaction.atomic
def remove_voice(*, actor: Actor, plan_id: UUID, planreview_id: UUID, voice_id: UUID) -> None:
    review = _unsigned(actor, plan_id, planreview_id)
    review.voices.get(pk=voice_id).delete()
    write_plan(actor, review.plan, ["voices"], is_change=False)


@transaction.atomic
def sign_review(*, actor: Actor, plan_id: UUID, planreview_id: UUID) -> PlanReview:
    """Sign a review: it keeps the values and what each action has become, and never changes again.

    Raises as `edit_review`, and ValidationError without a conclusion.
    """
    review = _unsigned(actor, plan_id, planreview_id)
    if not review.conclusion:
        raise ValidationError({"conclusion": _("Enter a conclusion.")}, code="required")
    review.values, review.actions = _values(review), _actions(review)
    review.signed_by_id, review.signed_at = actor.id, timezone.now()
    review.full_clean(exclude=["plan", "meeting", "started_by", "signed_by"])
    review.save()
    write_plan(actor, review.plan, ["reviews"], is_change=False)
    return review


@transaction.atomic
def discard_review(*, actor: Actor, plan_id: UUID, planreview_id: UUID) -> None:
    """Delete a review that is not signed. Raises as `edit_review`."""
    review = _unsigned(actor, plan_id, planreview_id)
    review.delete()
    write_plan(actor, review.plan, ["reviews"], is_change=False)


def _unsigned(actor: Actor, plan_id: UUID, review_id: UUID) -> PlanReview:
    """A review with its locked plan."""
    plan = locked_plan(actor, plan_id)
    review: PlanReview = plan.reviews.select_for_update(of=("self",)).get(pk=review_id)
    if review.is_signed:
        raise ValidationError(_("This review is signed."), code="signed")
    review.plan = plan
    return review


def _fill(actor: Actor, review: PlanReview, meeting: Meeting | None, fields: dict[str, Any]) -> None:
    if meeting:
        rows = Meeting.objects.visible_to(actor).filter(kind__in=KINDS)
        if not rows.filter(pk=meeting.pk).exists():
            raise ValidationError({"meeting": _("Choose one from the list.")}, code="invalid_choice")
        review.meeting = meeting
    assign(review, fields)
    refuse_future(review, ["held_on"])
    first = min(review.plan.adopted_on or review.plan.starts_on, review.plan.starts_on)
    if review.held_on and review.held_on < first:
        raise ValidationError({"held_on": _("Enter a day after the plan was adopted.")}, code="before")
    review.full_clean(exclude=["plan", "meeting", "started_by", "signed_by"])


def _values(review: PlanReview) -> list[dict[str, Any]]:
    """The baseline and the latest value of each indicator up to the day of the review."""
    known = IndicatorValue.objects.standing().filter(period_end__lte=review.held_on).order_by("period_end")
    rows: Any = Indicator.objects.filter(goal__plan=review.plan_id).order_by("goal__position", "position")
    found = []
    for row in rows.prefetch_related(Prefetch("values", known, to_attr="known")):
        baseline = next((one for one in row.known if one.is_baseline), None)
        found.append(
            {
                "indicator": row.pk,
                "title": row.title,
                "unit": row.unit,
                "target": row.target,
                "baseline": _stated(baseline),
                "latest": _stated(row.known[-1] if row.known else None),
            }
        )
    return found


def _stated(value: IndicatorValue | None) -> dict[str, Any] | None:
    names = ("period_start", "period_end", "n", "of", "value")
    return {name: getattr(value, name) for name in names} if value else None


def _actions(review: PlanReview) -> list[dict[str, Any]]:
    """What each action has become, with its milestones counted on the day of the review."""
    rows: Any = Action.objects.filter(goal__plan=review.plan_id).order_by("goal__position", "position")
    found = []
    for row in rows.prefetch_related(Prefetch("milestones", Milestone.objects.all(), to_attr="dated")):
        progress = progress_of(row.dated, review.held_on)
        found.append(
            {
                "action": row.pk,
                "title": row.title,
                "status": row.status,
                "reason": row.reason,
                **{name: getattr(progress, name) for name in ("done", "due", "moved", "dropped")},
            }
        )
    return found
