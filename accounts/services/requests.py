"""Two-person rule: an administrator requests access to records, and a second person confirms or rejects it.

`ask` and `withdraw` are for the accounts services, inside their transaction.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules, second_factor
from accounts.actors import Actor
from accounts.models import AccountRequest, Asked, User
from accounts.policies import can_confirm, can_confirm_requests
from accounts.services.notices import mail_account_change
from accounts.sessions import end_sessions
from accounts.sign_in import forget_addresses
from audit.models import Action, Event, Op
from audit.services import Changed, record_changes
from districts.models import District
from lib.conflicts import check_version
from lib.waking import wake_on_commit

REFRESH_REMINDERS = "meetings.refresh_reminders_of_user"
LATELY: Final = timedelta(days=30)
MOVES_REMINDERS = frozenset({"time_zone", "reminder_channels", "districts", "role", "is_active"})


def opens_the_book(user: User) -> bool:
    """Whether taking over this account would give access to records: through districts, role or follow-ups.

    An account that has signed in may own follow-ups, which their owner sees without covering a district. The
    same is true of an account whose districts changed recently.
    """
    return (
        is_above_officer(user)
        or user.last_login is not None
        or user.districts.exists()
        or had_districts_lately(user, timezone.now())
    )


def had_districts_lately(user: User, now: datetime) -> bool:
    """Whether the activity log records a change of the user's districts in the last 30 days."""
    changes = Event.objects.filter(object_ids__contains=[user.pk], object_type="user", at__gte=now - LATELY)
    changes = changes.exclude(action=Action.CREATE)  # also names pending districts
    return changes.filter(field_names__contains=["districts"], allowed=True).exists()


def is_above_officer(user: User) -> bool:
    return user.role in rules.ABOVE_OFFICER or bool(user.asked_role)


def ask(
    actor: Actor, user: User, kind: Asked, *, email: str = "", districts: Collection[District] = ()
) -> bool:
    """Create a pending request and return whether it is new. An identical pending request stays unchanged."""
    waiting = user.requests.waiting().of_kind(kind).first()
    if waiting is not None:
        same = waiting.email == email and set(waiting.districts.all()) == set(districts)
        if same and (kind != Asked.ROLE or waiting.asked_by_id == actor.id):
            return False
        withdraw(user, kind)
    asked_by = actor.id if actor.kind == "user" else None
    request = AccountRequest(user=user, kind=kind, email=email, asked_by_id=asked_by)
    request.full_clean(exclude=["user", "asked_by", "decided_by", "decided_at"])
    request.save(force_insert=True)
    request.districts.set(districts)
    return True


def withdraw(user: User, kind: Asked) -> bool:
    """Withdraw the pending request of this kind and return whether there was one."""
    waiting = user.requests.waiting().of_kind(kind)
    return bool(waiting.update(decided_at=timezone.now()))


@transaction.atomic
def confirm_request(*, actor: Actor, request_id: UUID, version: int | None = None) -> AccountRequest:
    """Apply a request. Raises like `refuse_request`, and ValidationError if the address is taken."""
    request = _waiting(actor, request_id, version)
    user, was = request.user, request.user.email
    changed = _HOLDS[Asked(request.kind)](request, user)
    _decided(actor, request, changed, is_confirmed=True)
    if request.kind in (Asked.EMAIL, Asked.SECOND_FACTOR):
        end_sessions(user.pk)
        mail_account_change(user, request.kind, "confirmed", {was, user.email})
    return request


@transaction.atomic
def refuse_request(*, actor: Actor, request_id: UUID, version: int | None = None) -> AccountRequest:
    """Reject a request: the account stays unchanged. `version` is the account version that was shown.

    Raises PermissionDenied (also for the actor's own requests), StaleVersion, or DoesNotExist if nothing is
    pending.
    """
    request = _waiting(actor, request_id, version)
    if request.kind == Asked.ROLE:
        request.user.asked_role = ""
    _decided(actor, request, [f"asked_{request.kind}"], is_confirmed=False)
    return request


@transaction.atomic
def confirm_all(*, actor: Actor, user_id: UUID) -> list[AccountRequest]:
    """Confirm all pending requests of an account, for the command line.

    Raises ValidationError if there are none.
    """
    found = AccountRequest.objects.visible_to(actor).filter(user=user_id).in_order()
    confirmed = [confirm_request(actor=actor, request_id=pk) for pk in found.values_list("pk", flat=True)]
    if not confirmed:
        raise ValidationError(_("Nothing is pending for this account."))
    return confirmed


def _waiting(actor: Actor, request_id: UUID, version: int | None) -> AccountRequest:
    if not can_confirm_requests(actor):
        raise PermissionDenied
    seen = AccountRequest.objects.visible_to(actor)
    user_id = seen.values_list("user", flat=True).get(pk=request_id)
    user: User = User.objects.select_for_update(no_key=True).get(pk=user_id)
    request: AccountRequest = seen.get(pk=request_id)  # again, under the lock
    request.user = user
    if not can_confirm(actor, request):
        raise PermissionDenied
    check_version(user.version, version)
    return request


def _role_holds(request: AccountRequest, user: User) -> list[str]:
    user.role, user.asked_role = user.asked_role, ""
    return ["role", "asked_role"]


def _districts_hold(request: AccountRequest, user: User) -> list[str]:
    user.districts.add(*request.districts.all())
    return ["districts"]


def _email_holds(request: AccountRequest, user: User) -> list[str]:
    user.email = request.email
    forget_addresses(user)
    return ["email"]


def _factor_holds(request: AccountRequest, user: User) -> list[str]:
    second_factor.forget(user)
    return ["second_factor"]


def _reactivation_holds(request: AccountRequest, user: User) -> list[str]:
    user.is_active = True
    return ["is_active"]


_HOLDS = {
    Asked.ROLE: _role_holds,
    Asked.DISTRICTS: _districts_hold,
    Asked.EMAIL: _email_holds,
    Asked.SECOND_FACTOR: _factor_holds,
    Asked.REACTIVATION: _reactivation_holds,
}


def _decided(actor: Actor, request: AccountRequest, changed: list[str], *, is_confirmed: bool) -> None:
    user = request.user
    user.full_clean(exclude=["password"])
    user.version += 1
    user.save()
    request.decided_at, request.is_confirmed = timezone.now(), is_confirmed
    request.decided_by_id = actor.id if actor.kind == "user" else None
    request.save()
    if MOVES_REMINDERS & set(changed):
        wake_on_commit(REFRESH_REMINDERS, str(user.pk))
    districts = user.districts.values_list("pk", flat=True)
    row = Changed("user", user.pk, Op.UPDATED, user.version, districts, field_names=changed)
    record_changes(actor, Action.UPDATE, [row])
