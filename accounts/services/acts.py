"""Two-person rule: one person asks for an act that opens records, and a second person confirms or rejects it.

`ask` and `withdraw` are for services, inside their transaction. An act without a decision is withdrawn after
a week. `accounts.rules.ACTS` lists the acts that take effect some days after the confirmation.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Act, PendingAct, User
from accounts.policies import can_cancel, can_confirm, can_confirm_acts
from accounts.services import devices, effects, second_factor
from accounts.services.credentials import begin_afresh
from accounts.services.notices import mail_account_change
from accounts.services.sessions import end_sessions
from audit.models import Action, Event, Op
from audit.services import Changed, record_changes
from districts.models import District
from lib.conflicts import check_version
from lib.waking import wake_on_commit

REFRESH_REMINDERS = "reminders.refresh_of_user"
TEND: Final = "accounts.tend_acts"
LATELY: Final = timedelta(days=30)
MOVES_REMINDERS = frozenset(
    {"time_zone", "reminder_channels", "districts", "role", "is_active", "absent_until"}
)


def opens_records(user: User) -> bool:
    """Whether taking over this account would give access to records: through districts, role or follow-ups.

    An account that has signed in may own follow-ups, which their owner sees without covering a district. The
    same is true of an account whose districts changed recently.
    """
    return user.last_login is not None or reads_or_decides(user)


def reads_or_decides(user: User) -> bool:
    """Whether a second person has given this account districts or a role above officer."""
    return is_above_officer(user) or user.districts.exists() or had_districts_lately(user, timezone.now())


def had_districts_lately(user: User, moment: datetime) -> bool:
    """Whether the activity log records a change of the user's districts in the last 30 days."""
    changes = Event.objects.filter(
        object_ids__contains=[user.pk], object_type="user", at__gte=moment - LATELY
    )
    changes = changes.exclude(action=Action.CREATE)  # also names pending districts
    return changes.filter(field_names__contains=["districts"], allowed=True).exists()


def is_above_officer(user: User) -> bool:
    return user.role in rules.ABOVE_OFFICER or bool(user.asked_role)


def ask(
    actor: Actor,
    kind: Act,
    *,
    user: User | None = None,
    subject: UUID | None = None,
    email: str = "",
    districts: Collection[District] = (),
) -> bool:
    """Create a pending act and return whether it is new. An identical pending act stays unchanged.

    It is about the account `user` or the row `subject`.
    """
    role = user.asked_role if user is not None and kind == Act.ROLE else ""
    waiting = PendingAct.objects.waiting().of_kind(kind).concerning(user=user, subject=subject).first()
    if waiting is not None:
        same = (waiting.email, waiting.role) == (email, role)
        same = same and set(waiting.districts.all()) == set(districts)
        if same and (kind != Act.ROLE or waiting.asked_by_id == actor.id):
            return False
        withdraw(kind, user=user, subject=subject)
    asked_by = actor.id if actor.kind == "user" else None
    act = PendingAct(user=user, subject=subject, kind=kind, email=email, role=role, asked_by_id=asked_by)
    act.full_clean(
        exclude=["user", "subject", "asked_by", "decided_by", "decided_at", "takes_effect_at", "mailed_at"]
    )
    act.save(force_insert=True)
    act.districts.set(districts)
    wake_on_commit(TEND)
    return True


def withdraw(kind: Act, *, user: User | None = None, subject: UUID | None = None) -> bool:
    """Withdraw the pending act of this kind, if there is one. Return whether there was one."""
    waiting = PendingAct.objects.waiting().of_kind(kind).concerning(user=user, subject=subject)
    return bool(waiting.update(decided_at=timezone.now()))


@transaction.atomic
def confirm_act(*, actor: Actor, act_id: UUID, version: int | None = None) -> PendingAct:
    """Let an act take effect, after the delay of its kind if it has one.

    Raises like `refuse_act`. Raises ValidationError, too, if the address is taken, the act is confirmed
    already, or the requester has left or has signed in on this device.
    """
    act = _lock_waiting(actor, act_id, version)
    if not can_confirm(actor, act):
        raise PermissionDenied
    _refuse_left(act.asked_by_id)
    refuse_same_device(actor, act.asked_by_id)
    if act.is_agreed:
        raise ValidationError(_("This request is already confirmed. It takes effect later."))
    effect = effects.effect_of(act.kind)
    if not (delay := delay_of(actor, act)):
        effect.confirmed(actor, act)
        _decide(actor, act, is_confirmed=True)
        return act
    act.takes_effect_at, act.decided_by_id, act.mailed_at = timezone.now() + delay, actor.id, None
    act.save(update_fields=["takes_effect_at", "decided_by", "mailed_at"])
    effect.agreed(actor, act)
    wake_on_commit(TEND)
    return act


@transaction.atomic
def refuse_act(*, actor: Actor, act_id: UUID, version: int | None = None) -> PendingAct:
    """Reject an act, or cancel it before it takes effect: nothing changes. The requester can withdraw it.

    `version` is the version of the account that the page showed. Raises PermissionDenied, StaleVersion,
    or DoesNotExist if nothing is pending.
    """
    act = _lock_waiting(actor, act_id, version)
    if not can_cancel(actor, act):
        raise PermissionDenied
    effects.effect_of(act.kind).dropped(actor, act)
    _decide(actor, act, is_confirmed=False)
    return act


def delay_of(actor: Actor, act: PendingAct) -> timedelta:
    """Return the delay after the confirmation: none on the command line or for the first holder of a role.

    Deactivated holders count, because an administrator could deactivate them first.
    """
    rule = rules.ACTS[act.kind]
    if actor.kind == "system" or not rule.if_role:
        return timedelta() if actor.kind == "system" else rule.delay
    role = act.user.asked_role if act.user else ""
    is_first = not User.objects.with_role(role).exists()
    return rule.delay if role in rule.if_role and not is_first else timedelta()


def _refuse_left(asker_id: UUID | None) -> None:
    """Raise ValidationError if the account of the person who asked is deactivated."""
    if asker_id is not None and not User.objects.active().filter(pk=asker_id).exists():
        raise ValidationError(
            _("The person who asked for this has left. Reject it, and ask for it yourself.")
        )


def refuse_same_device(actor: Actor, asker_id: UUID | None) -> None:
    """Raise ValidationError if the person who asked has signed in on the device of the second person."""
    if not actor.device or asker_id is None or asker_id == actor.id:
        return
    asker = User.objects.filter(pk=asker_id).first()
    if asker is not None and devices.knows(actor.device, asker):
        text = _(
            "%(name)s has signed in on this device, too. Confirm on a device that only you use, so that two "
            "people decide."
        )
        raise ValidationError(text % {"name": asker.name})


@transaction.atomic
def confirm_all(*, actor: Actor, user_id: UUID) -> list[PendingAct]:
    """Confirm all pending acts on an account, for the command line.

    Raises ValidationError if there are none.
    """
    acts = PendingAct.objects.visible_to(actor).filter(user=user_id).in_order()
    confirmed = [confirm_act(actor=actor, act_id=pk) for pk in acts.values_list("pk", flat=True)]
    if not confirmed:
        raise ValidationError(_("Nothing is pending for this account."))
    return confirmed


def withdraw_expired() -> int:
    """Withdraw acts without a decision after a week, and return their number."""
    expired = PendingAct.objects.expired(timezone.now()).in_order().values_list("pk", flat=True)
    return sum(_expire(pk) for pk in list(expired[:500]))


def take_effect() -> int:
    """Let confirmed acts take effect whose delay is over, and return their number."""
    due = PendingAct.objects.taking_effect(timezone.now()).in_order().values_list("pk", flat=True)
    return sum(_take_effect(pk) for pk in list(due[:500]))


@transaction.atomic
def _take_effect(act_id: UUID) -> bool:
    """Let an act take effect, or drop it if the asker has left or the second may no longer confirm it."""
    try:
        act = _lock_act(SYSTEM, act_id)
    except PendingAct.DoesNotExist:  # cancelled meanwhile
        return False
    people = {act.asked_by_id, act.decided_by_id} - {None}
    active = {user.pk: user for user in User.objects.active().filter(pk__in=people)}
    second, is_confirmed = active.get(act.decided_by_id), people == set(active)
    is_confirmed = is_confirmed and second is not None and can_confirm(actor_for(second), act)
    effect, act.mailed_at = effects.effect_of(act.kind), None
    if second is not None and is_confirmed:
        try:
            with transaction.atomic():
                effect.confirmed(actor_for(second), act)
        except ValidationError:  # the subject has changed meanwhile
            is_confirmed = False
    if not is_confirmed:
        effect.dropped(SYSTEM, act)
    act.decided_at, act.is_confirmed = timezone.now(), is_confirmed
    act.save(update_fields=["decided_at", "is_confirmed", "mailed_at"])
    return True


@transaction.atomic
def _expire(act_id: UUID) -> bool:
    try:
        act = _lock_act(SYSTEM, act_id)
    except PendingAct.DoesNotExist:  # decided meanwhile
        return False
    effects.effect_of(act.kind).dropped(SYSTEM, act)
    _decide(SYSTEM, act, is_confirmed=False)
    return True


def _lock_waiting(actor: Actor, act_id: UUID, version: int | None) -> PendingAct:
    if not can_confirm_acts(actor):
        raise PermissionDenied
    act = _lock_act(actor, act_id)
    if act.user:
        check_version(act.user.version, version)
    return act


def _lock_act(actor: Actor, act_id: UUID) -> PendingAct:
    """Lock the subject, then the act: services that change a subject and withdraw its act do the same."""
    visible = PendingAct.objects.visible_to(actor)
    act = visible.get(pk=act_id)
    effects.effect_of(act.kind).lock(act)
    locked: PendingAct = visible.select_for_update(of=("self",), no_key=True).get(pk=act_id)
    locked.user = act.user
    return locked


def _decide(actor: Actor, act: PendingAct, *, is_confirmed: bool) -> None:
    act.decided_at, act.is_confirmed = timezone.now(), is_confirmed
    act.decided_by_id = actor.id if actor.kind == "user" else None
    if is_confirmed:
        act.mailed_at = None  # some acts notify others when they take effect
        wake_on_commit(TEND)
    act.save(update_fields=["decided_at", "is_confirmed", "decided_by", "mailed_at"])


def mail_new_role(user: User) -> None:
    """Queue an email to the holders of a role that the command line gave to another account."""
    if is_above_officer(user):
        moment = timezone.now()
        PendingAct.objects.create(
            user=user, kind=Act.ROLE, asked_at=moment, decided_at=moment, is_confirmed=True
        )
        wake_on_commit(TEND)


# --- Acts on accounts ---------------------------------------------------------------------------------


def _lock_account(act: PendingAct) -> None:
    act.user = User.objects.select_for_update(no_key=True).get(pk=act.user_id)


def _account_confirmed(actor: Actor, act: PendingAct) -> None:
    user: Any = act.user
    old_email = user.email
    _save_account(actor, user, _APPLY[Act(act.kind)](act, user))
    if act.kind in rules.TAKES_OVER:
        end_sessions(user.pk)
        mail_account_change(user, act.kind, "confirmed", {old_email, user.email})


def _account_agreed(actor: Actor, act: PendingAct) -> None:
    user: Any = act.user
    _save_account(actor, user, [f"confirmed_{act.kind}"])


def _account_dropped(actor: Actor, act: PendingAct) -> None:
    user: Any = act.user
    if act.kind == Act.ROLE:
        user.asked_role = ""
    _save_account(actor, user, [f"asked_{act.kind}"])


def _apply_role(act: PendingAct, user: User) -> list[str]:
    if act.role != user.asked_role:  # confirmed for another role
        raise ValidationError(_("The role was changed after the request. Ask for the new role."))
    user.role, user.asked_role = user.asked_role, ""
    return ["role", "asked_role"]


def _apply_districts(act: PendingAct, user: User) -> list[str]:
    user.districts.add(*act.districts.all())
    return ["districts"]


def _apply_email(act: PendingAct, user: User) -> list[str]:
    user.email = act.email
    begin_afresh(user, keeps_factor=reads_or_decides(user))
    return ["email"]


def _apply_second_factor(act: PendingAct, user: User) -> list[str]:
    second_factor.forget(user)
    return ["second_factor"]


def _apply_reactivation(act: PendingAct, user: User) -> list[str]:
    user.is_active = True
    return ["is_active"]


_APPLY = {
    Act.ROLE: _apply_role,
    Act.DISTRICTS: _apply_districts,
    Act.EMAIL: _apply_email,
    Act.SECOND_FACTOR: _apply_second_factor,
    Act.REACTIVATION: _apply_reactivation,
}


def _save_account(actor: Actor, user: User, changed: list[str]) -> None:
    user.full_clean(exclude=["password"])
    user.version += 1
    user.save()
    if MOVES_REMINDERS & set(changed):
        wake_on_commit(REFRESH_REMINDERS, str(user.pk))
    districts = user.districts.values_list("pk", flat=True)
    row = Changed("user", user.pk, Op.UPDATED, user.version, districts, field_names=changed)
    record_changes(actor, Action.UPDATE, [row])


EFFECT: Final = effects.Effect(
    _APPLY,
    _lock_account,
    _account_confirmed,
    _account_dropped,
    lambda _subjects: {},  # the inbox shows acts on accounts in its own words
    agreed=_account_agreed,
)
