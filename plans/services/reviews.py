"""Review a plan with the communities: enter voices during the meeting, then sign the review."""

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
from plans.models import Action, Indicator, Milestone, PlanReview, PlanVoice
from plans.queries.values import Value, baseline_of, values_of
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
    _set_fields(actor, review, meeting, fields)
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
    review = _unsigned_review(actor, plan_id, planreview_id)
    check_digest(review, ("meeting", *fields), shown)
    _set_fields(actor, review, meeting, fields)
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
    """Write the voice of an organisation, without its name if `organisation` is empty.

    Raises as `edit_review`.
    """
    review = _unsigned_review(actor, plan_id, planreview_id)
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
    review = _unsigned_review(actor, plan_id, planreview_id)
    review.voices.get(pk=voice_id).delete()
    write_plan(actor, review.plan, ["voices"], is_change=False)


@transaction.atomic
def sign_review(*, actor: Actor, plan_id: UUID, planreview_id: UUID) -> PlanReview:
    """Sign a review: freeze the values and the progress of each action. A signed review never changes.

    Raises as `edit_review`, and ValidationError without a conclusion.
    """
    review = _unsigned_review(actor, plan_id, planreview_id)
    if not review.conclusion:
        raise ValidationError({"conclusion": _("Enter a conclusion.")}, code="required")
    review.values, review.actions = _values_at_review(review), _actions_at_review(review)
    review.signed_by_id, review.signed_at = actor.id, timezone.now()
    review.full_clean(exclude=["plan", "meeting", "started_by", "signed_by"])
    review.save()
    write_plan(actor, review.plan, ["reviews"], is_change=False)
    return review


@transaction.atomic
def discard_review(*, actor: Actor, plan_id: UUID, planreview_id: UUID) -> None:
    """Delete a review that is not signed. Raises as `edit_review`."""
    review = _unsigned_review(actor, plan_id, planreview_id)
    review.delete()
    write_plan(actor, review.plan, ["reviews"], is_change=False)


def _unsigned_review(actor: Actor, plan_id: UUID, review_id: UUID) -> PlanReview:
    """Return a review that is not signed, with its locked plan."""
    plan = locked_plan(actor, plan_id)
    review: PlanReview = plan.reviews.select_for_update(of=("self",)).get(pk=review_id)
    if review.is_signed:
        raise ValidationError(_("This review is signed."), code="signed")
    review.plan = plan
    return review


def _set_fields(actor: Actor, review: PlanReview, meeting: Meeting | None, fields: dict[str, Any]) -> None:
    if meeting:
        rows = Meeting.objects.visible_to(actor).filter(kind__in=KINDS)
        if not rows.filter(pk=meeting.pk).exists():
            raise ValidationError({"meeting": _("Choose one from the list.")}, code="invalid_choice")
        review.meeting = meeting
    assign(review, fields)
    refuse_future(review, ["held_on"])
    first_day = min(review.plan.adopted_on or review.plan.starts_on, review.plan.starts_on)
    if review.held_on and review.held_on < first_day:
        raise ValidationError({"held_on": _("Enter a day after the plan was adopted.")}, code="before")
    review.full_clean(exclude=["plan", "meeting", "started_by", "signed_by"])


def _values_at_review(review: PlanReview) -> list[dict[str, Any]]:
    """Baseline and latest value of each indicator up to the day of the review."""
    rows = Indicator.objects.filter(goal__plan=review.plan_id).order_by("goal__position", "position")
    indicators = list(rows.select_related("goal__plan", "district"))
    values = values_of(indicators)
    rows_of_values = []
    for row in indicators:
        values_then = [value for value in values[row.pk] if value.period.until <= review.held_on]
        rows_of_values.append(
            {
                "indicator": row.pk,
                "title": row.title,
                "unit": row.unit,
                "target": row.target,
                "baseline": _value_fields(baseline_of(values_then)),
                "latest": _value_fields(values_then[-1] if values_then else None),
            }
        )
    return rows_of_values


def _value_fields(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "period_start": value.period.since,
        "period_end": value.period.until,
        "n": value.n,
        "of": value.total,
        "value": value.value,
        "vintage": value.vintage,
    }


def _actions_at_review(review: PlanReview) -> list[dict[str, Any]]:
    """Status and milestone numbers of each action on the day of the review."""
    rows: Any = Action.objects.filter(goal__plan=review.plan_id).order_by("goal__position", "position")
    rows_of_actions = []
    for row in rows.prefetch_related(Prefetch("milestones", Milestone.objects.all(), to_attr="dated")):
        progress = progress_of(row.dated, review.held_on)
        rows_of_actions.append(
            {
                "action": row.pk,
                "title": row.title,
                "status": row.status,
                "reason": row.reason,
                **{name: getattr(progress, name) for name in ("done", "due", "moved", "dropped")},
            }
        )
    return rows_of_actions
