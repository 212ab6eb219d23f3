"""The writer of plans: start, edit, adopt and close a plan. Each change of a part ends with `write_plan`."""

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor, actor_for
from accounts.models import User
from accounts.rules import WRITES
from audit.models import Action as Did
from audit.models import Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import Kind, Link
from contacts.services.public_texts import refuse_named
from districts.models import District
from lib import erasable
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version
from lib.days import city_today
from lib.erasable import Keys, Rewrite, Writer
from plans.codes import ChangeKind, PlanStatus
from plans.models import Action, Goal, Indicator, Milestone, Partner, Plan, PlanChange
from plans.policies import can_start_plan, can_write_action, can_write_plan
from plans.rules import SHORTEST_REASON, is_too_long
from plans.services.changes import keep_change, keep_title
from plans.services.first_records import note_first_records
from reminders.services.reminders import refresh_reminders


@transaction.atomic
def create_plan(*, actor: Actor, district: District, **fields: Any) -> Plan:
    """Start a draft. The actor keeps it unless `fields` have another keeper.

    Raises PermissionDenied unless the actor supervises the whole district, ValidationError by field.
    """
    if not can_start_plan(actor, district):
        raise PermissionDenied
    plan = Plan(district=district)
    if actor.kind == "user":
        plan.keeper_id = actor.id
    assign(plan, fields)
    _validate(plan, fields)
    plan.save(force_insert=True)
    write_plan(actor, plan, [], op=Op.CREATED)
    return plan


@transaction.atomic
def edit_plan(*, actor: Actor, plan_id: UUID, version: int | None = None, **fields: Any) -> Plan:
    """Change the plan itself, not its parts. The start of an adopted plan changes only after a review.

    Raises as `locked_plan`, StaleVersion, ValidationError.
    """
    plan = locked_plan(actor, plan_id)
    check_version(plan.version, version)
    before = Plan(title=plan.title, starts_on=plan.starts_on, ends_on=plan.ends_on)
    if changed := assign(plan, fields):
        _validate(plan, fields)
        if not plan.is_draft and {"starts_on", "ends_on"} & set(changed):
            _refuse_outside(plan)
        if "starts_on" in changed:
            _refuse_unreviewed_start(plan)
            note_first_records(plan)
        _keep_changes(plan, before)
        write_plan(actor, plan, changed)
    return plan


@transaction.atomic
def adopt_plan(*, actor: Actor, plan_id: UUID, adopted_on: date, adopted_by: str) -> Plan:
    """Adopt a draft. Its milestones are due from now on. Raises as `locked_plan`."""
    plan = locked_plan(actor, plan_id)
    if not plan.is_draft:
        raise ValidationError(_("This plan is already adopted."), code="adopted")
    if not Action.objects.filter(goal__plan=plan).exists():
        raise ValidationError(_("Add a goal with an action before the plan is adopted."), code="empty")
    plan.status = PlanStatus.ADOPTED
    assign(plan, {"adopted_on": adopted_on, "adopted_by": adopted_by})
    refuse_future(plan, ["adopted_on"])
    if not plan.adopted_by:
        raise ValidationError({"adopted_by": _("Enter who adopted the plan.")})
    _validate(plan)
    _refuse_outside(plan)
    note_first_records(plan)
    _refuse_named(plan)
    write_plan(actor, plan, ["status"], is_change=False)
    return plan


@transaction.atomic
def close_plan(*, actor: Actor, plan_id: UUID, reason: str) -> Plan:
    """Close an adopted plan for a reason. Its milestones and reviews are no longer due. It stays public.

    Raises as `locked_plan`, and ValidationError by field.
    """
    plan = locked_plan(actor, plan_id)
    if not plan.is_adopted:
        raise ValidationError(_("Only an adopted plan can be closed."), code="not_adopted")
    assign(plan, {"closed_reason": reason})
    if len(plan.closed_reason) < SHORTEST_REASON:
        message = _("Enter why, in 10 characters or more.")
        raise ValidationError({"closed_reason": message}, code="reason")
    plan.status, plan.closed_on = PlanStatus.CLOSED, city_today()
    _validate(plan)
    write_plan(actor, plan, ["status"], is_change=False)
    return plan


@transaction.atomic
def reopen_plan(*, actor: Actor, plan_id: UUID) -> Plan:
    """Undo `close_plan`. Raises as `locked_plan`, and ValidationError for a plan that is not closed."""
    plan = _visible_plan(actor, plan_id)
    if not can_write_plan(actor, plan):
        raise PermissionDenied
    if plan.status != PlanStatus.CLOSED:
        raise ValidationError(_("This plan is not closed."), code="not_closed")
    plan.status, plan.closed_on, plan.closed_reason = PlanStatus.ADOPTED, None, ""
    write_plan(actor, plan, ["status"], is_change=False)
    return plan


@transaction.atomic
def discard_plan(*, actor: Actor, plan_id: UUID) -> None:
    """Delete a draft with its parts. Raises as `locked_plan`, and ValidationError once it was adopted."""
    plan = locked_plan(actor, plan_id)
    refuse_adopted(plan)
    changed = Changed("plan", plan.pk, Op.ERASED, plan.version + 1, _districts_within(plan))
    record_changes(actor, Did.ERASE, [changed])
    plan.delete()


# --- Shared steps -----------------------------------------------------------------------------------------


def locked_plan(actor: Actor, plan_id: UUID) -> Plan:
    """Return a plan for writing, locked until the transaction ends.

    Raises DoesNotExist if the actor does not see the plan, PermissionDenied if the actor cannot write it, and
    ValidationError if it is closed.
    """
    plan = _visible_plan(actor, plan_id)
    if not can_write_plan(actor, plan):
        raise PermissionDenied
    return _refuse_closed(plan)


def locked_action(actor: Actor, plan_id: UUID, action_id: UUID) -> Action:
    """Return an action for its owner or a writer of the plan, with its locked plan.

    Raises as `locked_plan`.
    """
    plan = _visible_plan(actor, plan_id)
    action = Action.objects.select_related("goal").get(goal__plan=plan, pk=action_id)
    if not can_write_action(actor, plan, action):
        raise PermissionDenied
    action.goal.plan = _refuse_closed(plan)
    return action


def write_plan(
    actor: Actor, plan: Plan, names: Collection[str], *, op: Op = Op.UPDATED, is_change: bool = True
) -> None:
    """Save a locked plan in its next version, and record the change.

    `is_change` is true for a change of the adopted contents, and false for progress. Raises ValidationError
    for a public text that names someone.
    """
    if is_change and "partners" not in names:  # an agreement can end in any case
        _refuse_named(plan)
    if op != Op.CREATED:
        plan.version += 1
        plan.changes += is_change and not plan.is_draft
        plan.updated_at = timezone.now()
        plan.save()
    action = Did.CREATE if op == Op.CREATED else Did.UPDATE
    changed = Changed("plan", plan.pk, op, plan.version, _districts_within(plan), field_names=names)
    record_changes(actor, action, [changed])
    if not plan.is_draft:
        refresh_reminders("plan", plan.pk)


def _refuse_named(plan: Plan) -> None:
    """Raise ValidationError for a public text of the plan that names someone who has not agreed.

    A partner that agreed can be named. Drafts are read by staff alone.
    """
    if plan.is_draft or not plan.is_public:
        return
    of_parts = {Goal: "plan", Action: "goal__plan", Milestone: "action__goal__plan"}
    titles = [
        title
        for model, path in of_parts.items()
        for title in model.objects.filter(**{path: plan}).values_list("title", flat=True)  # type: ignore[attr-defined]  # of each model
    ]
    partners = Partner.objects.filter(action__goal__plan=plan, agreed_on__isnull=False)
    texts = {name: getattr(plan, name) for name in ("title", "summary", "adopted_by")}
    refuse_named(
        texts | {NON_FIELD_ERRORS: "\n".join(titles)},
        agreed_organisation_ids=list(partners.values_list("organisation", flat=True)),
    )


def refuse_adopted(plan: Plan) -> None:
    """Raise ValidationError for an adopted plan: parts are removed only from a draft."""
    if not plan.is_draft:
        raise ValidationError(
            _("An adopted plan keeps what was adopted. Drop an action instead, with a reason."),
            code="adopted",
        )


def check_person(plan: Plan, name: str, user: User | None) -> None:
    """Raise ValidationError unless the user writes and sees the plan."""
    if user is None:
        return
    visible = Plan.objects.visible_to(actor_for(user)).filter(pk=plan.pk)
    is_writer = user.is_active and user.role in WRITES
    if not is_writer or not (plan._state.adding or visible.exists()):
        raise ValidationError({name: _("Choose an officer or supervisor with an active account.")})


def next_position(rows: Any) -> int:
    """Return the position after the last of a parent's rows."""
    last_position = rows.order_by("-position").values_list("position", flat=True).first()
    return (last_position or 0) + 1


def _districts_within(plan: Plan) -> list[UUID]:
    """IDs of the plan's district and its parts. Officers of any of them get its changes in the feed."""
    rows = District.objects.filter(lineage__contains=[plan.district_id])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _visible_plan(actor: Actor, plan_id: UUID) -> Plan:
    return Plan.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=plan_id)


def _refuse_closed(plan: Plan) -> Plan:
    if plan.status == PlanStatus.CLOSED:
        raise ValidationError(_("This plan is closed."), code="closed")
    return plan


def _keep_changes(plan: Plan, before: Plan) -> None:
    """Record the earlier title and days of an adopted plan."""
    keep_title(plan, plan, before.title)
    for kind, name in ((ChangeKind.STARTS, "starts_on"), (ChangeKind.ENDS, "ends_on")):
        was_on, now_on = getattr(before, name), getattr(plan, name)
        if was_on != now_on:
            keep_change(plan, kind, plan, was_on=was_on, now_on=now_on)


def _refuse_outside(plan: Plan) -> None:
    """Raise ValidationError for a milestone on a day outside the plan."""
    rows = Milestone.objects.filter(action__goal__plan=plan, dropped_on=None)
    inside = Q(due_on__gte=plan.starts_on, due_on__lte=plan.ends_on)
    if row := rows.exclude(inside).order_by("due_on", "pk").first():
        text = _("The milestone “%(title)s” is due on %(day)s, outside the plan. Change its due date first.")
        day = date_format(row.due_on)
        raise ValidationError(text % {"title": row.title, "day": day}, code="outside")


def _refuse_unreviewed_start(plan: Plan) -> None:
    """Raise ValidationError for a new start of an adopted plan that no signed review has discussed.

    The start sets the baselines. A review counts if it was held since the adoption and the last new start.
    """
    if plan.is_draft or plan.adopted_on is None:
        return
    last_change = plan.later_changes.filter(kind=ChangeKind.STARTS).newest_first().first()
    since = max(plan.adopted_on, last_change.changed_on if last_change else plan.adopted_on)
    if not plan.reviews.signed().filter(held_on__gte=since).exists():
        message = _("The first day sets the baselines. Sign a review of the plan first, then change the day.")
        raise ValidationError({"starts_on": message}, code="not_reviewed")


def _validate(plan: Plan, fields: Collection[str] = ()) -> None:
    plan.full_clean(exclude=["district", "keeper"])
    if is_too_long(plan.starts_on, plan.ends_on):
        raise ValidationError({"ends_on": _("A plan is at most 6 years long.")})
    if "keeper" in fields:
        if plan.keeper is None:
            raise ValidationError({"keeper": _("Choose who keeps the plan.")})
        check_person(plan, "keeper", plan.keeper)


def _districts_of(plans: Collection[Plan]) -> dict[UUID, set[UUID]]:
    return {plan.pk: set(_districts_within(plan)) for plan in plans}


# --- Erasing a person -------------------------------------------------------------------------------------

_PARTS: Final[dict[Any, str]] = {
    Plan: "pk",
    Goal: "plan",
    Action: "goal__plan",
    Milestone: "action__goal__plan",
    Indicator: "goal__plan",
    PlanChange: "plan",
}


@transaction.atomic
def _rewrite_part(model: Any, actor: Actor, keys: Keys, rewrite: Rewrite) -> None:
    """Rewrite texts of a plan's parts, in the next version of the plan."""
    ids = set(model.objects.filter(pk__in=keys).values_list(_PARTS[model], flat=True))
    erasable.write_texts(model, actor, keys, rewrite)
    for plan in Plan.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)):
        write_plan(actor, plan, ["texts"], is_change=False)


WRITERS: Final = [Writer(model, partial(_rewrite_part, model)) for model in _PARTS]


PLANS: Final = Kind(
    "plan",
    Plan,
    _districts_of,
    is_seen_from_parts=True,
    # The content of a reference to a practice depends on whether the practice is published.
    links=(Link("plan", "practice", "goals__actions__practice"),),
)
