"""Write services for staff accounts: invite, edit, deactivate.

Accounts are never deleted, because the activity log names them for years.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actors import SYSTEM, Actor
from accounts.models import Act, PendingAct, Role, User, UserQuerySet
from accounts.policies import can_manage_users, can_set_absence
from accounts.services import second_factor
from accounts.services.acts import (
    MOVES_REMINDERS,
    REFRESH_REMINDERS,
    ask,
    is_above_officer,
    mail_new_role,
    opens_records,
    reads_or_decides,
    withdraw,
)
from accounts.services.credentials import begin_afresh, password_link
from accounts.services.mailing import render_mail
from accounts.services.notices import mail_account_change
from accounts.services.sessions import end_sessions
from audit.models import Action, Op
from audit.services import Changed, record, record_changes
from districts.models import District
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.mail import sending
from lib.waking import wake_on_commit

log = structlog.get_logger(__name__)


class UserFields(TypedDict, total=False):
    """Fields that administrators set."""

    email: str
    name: str
    phone: str
    role: str
    language: str
    is_active: bool


class Preferences(TypedDict, total=False):
    """Fields that users set for themselves."""

    language: str
    phone: str
    public_name: str
    absent_until: date | None
    time_zone: str
    theme: str
    reminder_channels: list[str]
    uses_shortcuts: bool


@transaction.atomic
def invite_user(
    *, actor: Actor, districts: Iterable[District] = (), id: UUID | None = None, **fields: Unpack[UserFields]
) -> User:
    """Create an account without a password; `send_invitation` mails a link for choosing one.

    A role above officer and districts are pending until a second person confirms them, except on the server's
    command line. Raises PermissionDenied, and ValidationError by field.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    user = User(**({"id": id} if id else {}))
    assign(user, fields)
    _let_role_wait(actor, user)
    user.set_unusable_password()
    _validate(user)
    user.save(force_insert=True)
    if user.asked_role:
        ask(actor, Act.ROLE, user=user)
    elif actor.kind == "system":
        mail_new_role(user)
    _set_districts(actor, user, list(districts), confirmed_ids=())
    _record_user(actor, Action.CREATE, Op.CREATED, user, _districts(user), [*fields, "districts"])
    return user


def send_invitation(*, actor: Actor, user_id: UUID) -> None:
    """Mail a link for choosing a password. Earlier links stop working when this link is used.

    Raises PermissionDenied, ValidationError for a deactivated account, MailNotSent.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    user = User.objects.visible_to(actor).get(pk=user_id)
    if not user.is_active:
        raise ValidationError(_("This account is deactivated."))
    context = {"inviter": actor.name, "link": password_link(user)}
    subject, body = render_mail(user, "accounts/email/invitation", context)
    message = EmailMessage(subject, body, to=[user.email])
    with sending():
        message.send()
    record(actor, Action.NOTIFY, "user", [user.pk])


@transaction.atomic
def edit_user(
    *,
    actor: Actor,
    user_id: UUID,
    version: int | None = None,
    districts: Iterable[District] | None = None,
    **fields: Unpack[UserFields],
) -> User:
    """Change the given fields. Deactivating ends all sessions.

    Changes that give access to records are pending until a second person confirms them: a role above officer
    and districts not covered before; for accounts with access to records also the address and reactivation.
    Until then the user is an officer and other values stay. Sending the current value withdraws a pending
    request.

    Raises PermissionDenied, StaleVersion and ValidationError: users cannot change their own role or
    `is_active`, and at least one administrator and one privacy officer must remain.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    # These locks make two administrators who deactivate each other, or the last privacy officers, take turns.
    kept_roles = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
    list(User.objects.with_role(*kept_roles).select_for_update(no_key=True).order_by("pk"))
    user: User = User.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).get(pk=user_id)
    check_version(user.version, version)
    old = User.objects.get(pk=user_id)
    before, sensitive = _districts(user), opens_records(user)
    changed = assign(user, fields)
    changed = _role_changes(actor, user, old, changed, fields)
    changed += _address_waits(actor, user, old, changed, fields) if sensitive else []
    changed += _reactivation_waits(actor, user, old, changed, fields) if sensitive else []
    starts_reading = old.role not in rules.READS_OWN_DISTRICTS and user.role in rules.READS_OWN_DISTRICTS
    if districts is not None or (starts_reading and before):
        requested_districts = list(user.districts.all() if districts is None else districts)
        # No second person confirmed the districts of an administrator or confirmer for reading.
        confirmed_ids = () if starts_reading and old.role not in rules.READS_EVERYWHERE else before
        changed += _set_districts(actor, user, requested_districts, confirmed_ids=confirmed_ids)
    if not changed:
        return user
    _keep_administrators(actor, user, changed)
    _keep_privacy_officers(user, old, changed)
    _validate(user)
    if "email" in changed:
        begin_afresh(user, keeps_factor=reads_or_decides(user))
        mail_account_change(user, "email", "done", {old.email, user.email})
    closed = "is_active" in changed and not user.is_active
    if closed:
        end_sessions(user.pk)
        user.deactivated_at = timezone.now()
    _save(user, [*changed, "deactivated_at"] if closed else changed)
    if "role" in changed and actor.kind == "system":
        mail_new_role(user)
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if closed else (Action.UPDATE, Op.UPDATED)
    _record_user(actor, action, op, user, before | _districts(user), changed)
    return user


def _role_changes(actor: Actor, user: User, old: User, changed: list[str], fields: UserFields) -> list[str]:
    """Make a role above officer pending, and return the changed field names."""
    if "role" in changed:
        _let_role_wait(actor, user)
        changed.remove("role")
        changed += [name for name in ("role", "asked_role") if getattr(user, name) != getattr(old, name)]
    elif "role" in fields and old.asked_role:
        user.asked_role = ""  # the user stays an officer
        changed.append("asked_role")
    if "role" in fields:
        if user.asked_role:
            ask(actor, Act.ROLE, user=user)
        else:
            withdraw(Act.ROLE, user=user)
    return changed


def _address_waits(actor: Actor, user: User, old: User, changed: list[str], fields: UserFields) -> list[str]:
    """Make a new address pending, because its owner can set the password."""
    if "email" not in fields or actor.kind == "system":
        return []
    if "email" not in changed:
        return ["asked_email"] if withdraw(Act.EMAIL, user=user) else []
    _validate(user)  # reject a taken or invalid address now
    asked_email, user.email = user.email, old.email
    changed.remove("email")
    if asked_email == old.email or not ask(actor, Act.EMAIL, user=user, email=asked_email):
        return []
    mail_account_change(user, "email", "asked", {old.email})
    return ["asked_email"]


def _reactivation_waits(
    actor: Actor, user: User, old: User, changed: list[str], fields: UserFields
) -> list[str]:
    if "is_active" not in fields or actor.kind == "system":
        return []
    if not user.is_active or old.is_active:
        return ["asked_reactivation"] if withdraw(Act.REACTIVATION, user=user) else []
    user.is_active = False
    changed.remove("is_active")
    return ["asked_reactivation"] if ask(actor, Act.REACTIVATION, user=user) else []


def _set_districts(
    actor: Actor, user: User, requested: list[District], *, confirmed_ids: Collection[UUID]
) -> list[str]:
    """Assign confirmed districts, make the others pending, and return the changed field names."""
    before = _districts(user)
    holds = [
        district
        for district in requested
        if actor.kind == "system" or set(district.lineage) & set(confirmed_ids)
    ]
    user.districts.set(holds)
    changed = ["districts"] if before != _districts(user) else []
    unconfirmed = [district for district in requested if district not in holds]
    if unconfirmed:
        return changed + (
            ["asked_districts"] if ask(actor, Act.DISTRICTS, user=user, districts=unconfirmed) else []
        )
    return changed + (["asked_districts"] if withdraw(Act.DISTRICTS, user=user) else [])


def follow_redrawn(district: District, successor: District) -> None:
    """Add the successor of a redrawn district to its users and to pending requests for the district."""
    users = User.objects.filter(districts=district).exclude(districts=successor)
    for user in users.select_for_update(of=("self",), no_key=True).order_by("pk"):
        user.districts.add(successor)
        _save(user, ["districts"])
        _record_user(SYSTEM, Action.UPDATE, Op.UPDATED, user, [district.pk, successor.pk], ["districts"])
    for act in PendingAct.objects.filter(districts=district).exclude(districts=successor):
        act.districts.add(successor)


@transaction.atomic
def forget_second_factor(*, actor: Actor, user_id: UUID) -> User:
    """Remove a lost second factor: the user is signed out everywhere and sets up a new one.

    For a role above officer, a privacy officer must confirm this first. Raises PermissionDenied.
    """
    if not can_manage_users(actor) or user_id == actor.id:
        raise PermissionDenied
    user: User = User.objects.visible_to(actor).select_for_update(no_key=True).get(pk=user_id)
    waits = actor.kind != "system" and is_above_officer(user)
    if waits and not ask(actor, Act.SECOND_FACTOR, user=user):
        return user
    if not waits:
        second_factor.forget(user)
        end_sessions(user.pk)
    mail_account_change(user, "second_factor", "asked" if waits else "done", {user.email})
    user.version += 1
    user.save()
    changed = ["asked_second_factor" if waits else "second_factor"]
    _record_user(actor, Action.UPDATE, Op.UPDATED, user, _districts(user), changed)
    return user


@transaction.atomic
def edit_preferences(*, actor: Actor, **fields: Unpack[Preferences]) -> User:
    """Change the actor's own settings. Raises ValidationError by field."""
    user: User = User.objects.select_for_update(no_key=True).get(pk=actor.id)
    changed = assign(user, fields)
    if changed:
        _validate(user)
        _save(user, changed)
        _record_user(actor, Action.UPDATE, Op.UPDATED, user, (), changed)
    return user


@transaction.atomic
def set_absence(*, actor: Actor, user_id: UUID, until: date | None) -> User:
    """Record on which day a colleague is back, or None if they are here. The reason is not stored.

    Raises DoesNotExist, and PermissionDenied unless the actor supervises one of the user's districts.
    """
    user: User = User.objects.visible_to(actor).select_for_update(no_key=True).get(pk=user_id)
    districts = _districts(user)
    if not can_set_absence(actor, user, districts):
        raise PermissionDenied
    if assign(user, {"absent_until": until}):
        _validate(user)
        _save(user, ["absent_until"])
        _record_user(actor, Action.UPDATE, Op.UPDATED, user, districts, ["absent_until"])
    return user


@transaction.atomic
def create_first(*, actor: Actor, role: Role, email: str, another: bool = False) -> User:
    """Create the first account with `role`, or a further one with `another`.

    If the account exists and has not signed in yet, return it. Raises PermissionDenied, and ValidationError
    if the role is taken.
    """
    active: UserQuerySet = User.objects.active().with_role(role)
    if waiting := active.with_address(email).filter(last_login__isnull=True).first():
        return waiting
    if active.exists() and not another:
        raise ValidationError(_("An account with this role already exists. Use --another to add one more."))
    return invite_user(actor=actor, email=email, name=email.partition("@")[0], role=role)


def _let_role_wait(actor: Actor, user: User) -> None:
    """Turn a role above officer into a pending one, except on the server's command line."""
    user.asked_role = ""
    if user.role in rules.ABOVE_OFFICER and actor.kind != "system":
        user.role, user.asked_role = rules.OFFICER, user.role


def _keep_administrators(actor: Actor, user: User, changed: list[str]) -> None:
    """Prevent administrators from locking out themselves or removing the last administrator."""
    if user.pk == actor.id:
        for field in ("role", "is_active"):
            if field in changed:
                raise ValidationError({field: _("Ask another administrator to change this for you.")})
    stays = user.is_active and user.role == Role.ADMINISTRATOR
    other_administrators = User.objects.active().with_role(Role.ADMINISTRATOR).exclude(pk=user.pk)
    if {"role", "is_active"} & set(changed) and not stays and not other_administrators.exists():
        raise ValidationError(_("There must be at least one administrator."))


def _keep_privacy_officers(user: User, old: User, changed: list[str]) -> None:
    """Keep at least one privacy officer, because no other role confirms roles or answers data requests."""
    was_privacy_officer = old.is_active and old.role == Role.PRIVACY_OFFICER
    stays = user.is_active and user.role == Role.PRIVACY_OFFICER
    other_privacy_officers = User.objects.active().with_role(Role.PRIVACY_OFFICER).exclude(pk=user.pk)
    if was_privacy_officer and not stays and not other_privacy_officers.exists():
        text = _("This is the only privacy officer. Invite another privacy officer first.")
        raise ValidationError({"is_active" if "is_active" in changed else "role": text})


def _validate(user: User) -> None:
    """Validate the account with its address in lower case, as django-allauth looks it up."""
    user.email = user.email.lower()
    user.full_clean(exclude=["password"])


def _save(user: User, changed: list[str]) -> None:
    user.version += 1
    user.save()
    if MOVES_REMINDERS & set(changed):
        wake_on_commit(REFRESH_REMINDERS, str(user.pk))


def _districts(user: User) -> set[UUID]:
    return set(user.districts.values_list("pk", flat=True))


def _record_user(
    actor: Actor, action: Action, op: Op, user: User, districts: Iterable[UUID], names: Iterable[str]
) -> None:
    record_changes(actor, action, [Changed("user", user.pk, op, user.version, districts, field_names=names)])
