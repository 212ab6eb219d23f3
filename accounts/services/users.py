"""Accounts: invited, changed, switched off, never deleted: the trail names them for years."""

from collections.abc import Iterable
from typing import TypedDict, Unpack
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import rules, second_factor
from accounts.actors import Actor
from accounts.models import Role, User, UserQuerySet
from accounts.policies import can_manage_users
from accounts.sessions import end_sessions
from accounts.sign_in import forget_addresses, password_link
from audit.models import Action, Op
from audit.services import Changed, record, record_changes
from districts.models import District
from lib.conflicts import check_version
from lib.mail import sending
from lib.rows import assign
from lib.waking import wake_on_commit

REFRESH_REMINDERS = "meetings.refresh_reminders_of_user"
MOVES_REMINDERS = frozenset({"time_zone", "reminder_channels", "districts", "role", "is_active"})

log = structlog.get_logger(__name__)


class UserFields(TypedDict, total=False):
    """What administrators decide."""

    email: str
    name: str
    phone: str
    role: str
    language: str
    is_active: bool


class Preferences(TypedDict, total=False):
    """What everybody decides for themselves."""

    language: str
    phone: str
    time_zone: str
    theme: str
    reminder_channels: list[str]
    uses_shortcuts: bool


@transaction.atomic
def invite_user(
    *, actor: Actor, districts: Iterable[District] = (), id: UUID | None = None, **fields: Unpack[UserFields]
) -> User:
    """A new account without a password; `send_invitation` lets its person choose one.

    A role above officer waits until a privacy officer confirms it, unless the server's command line gives it.
    Raises PermissionDenied, and ValidationError by field.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    user = User(**({"id": id} if id else {}))
    assign(user, fields)
    _let_role_wait(actor, user)
    user.set_unusable_password()
    _check(user)
    user.save(force_insert=True)
    user.districts.set(districts)
    _record(actor, Action.CREATE, Op.CREATED, user, _districts(user), [*fields, "districts"])
    return user


def send_invitation(*, actor: Actor, user_id: UUID) -> None:
    """Mail a link for choosing a password; earlier links stop working when it is used.

    Raises PermissionDenied, ValidationError for an account that is switched off, MailNotSent.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    user = User.objects.visible_to(actor).get(pk=user_id)
    if not user.is_active:
        raise ValidationError(_("This account is switched off."))
    context = {"user": user, "inviter": actor.name, "city": settings.CITY_NAME, "link": password_link(user)}
    with translation.override(user.language):
        subject = render_to_string("accounts/email/invitation_subject.txt", context).strip()
        message = EmailMessage(
            subject, render_to_string("accounts/email/invitation_message.txt", context), to=[user.email]
        )
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
    """Change the given fields; what is not given stays. Switching off ends the sessions at once.

    Of a role above officer nothing holds until a privacy officer confirms it: till then they are an officer.
    Raises PermissionDenied, StaleVersion and ValidationError: of one's own account neither role nor
    `is_active` can be changed, and one administrator stays.
    """
    if not can_manage_users(actor):
        raise PermissionDenied
    # Two administrators who switch off each other wait for each other here.
    list(User.objects.with_role(Role.ADMINISTRATOR).select_for_update(no_key=True).order_by("pk"))
    user: User = User.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).get(pk=user_id)
    check_version(user.version, version)
    before, role, asked = _districts(user), user.role, user.asked_role
    changed = assign(user, fields)
    if "role" in changed:
        _let_role_wait(actor, user)
        changed.remove("role")
        changed += [
            name for name, was in (("role", role), ("asked_role", asked)) if getattr(user, name) != was
        ]
    elif "role" in fields and asked:
        user.asked_role = ""  # an officer it stays
        changed.append("asked_role")
    if districts is not None:
        user.districts.set(districts)
        if before != _districts(user):
            changed.append("districts")
    if not changed:
        return user
    _keep_administrators(actor, user, changed)
    _check(user)
    if "email" in changed:
        forget_addresses(user)
    if "is_active" in changed and not user.is_active:
        end_sessions(user.pk)
    _save(user, changed)
    closed = "is_active" in changed and not user.is_active
    action, op = (Action.ARCHIVE, Op.ARCHIVED) if closed else (Action.UPDATE, Op.UPDATED)
    _record(actor, action, op, user, before | _districts(user), changed)
    return user


@transaction.atomic
def forget_second_factor(*, actor: Actor, user_id: UUID) -> None:
    """For who has lost it: they are signed out everywhere and set up a new one. Raises PermissionDenied."""
    if not can_manage_users(actor) or user_id == actor.id:
        raise PermissionDenied
    user: User = User.objects.visible_to(actor).select_for_update(no_key=True).get(pk=user_id)
    second_factor.forget(user)
    end_sessions(user.pk)
    user.version += 1
    user.save()
    _record(actor, Action.UPDATE, Op.UPDATED, user, _districts(user), ["second_factor"])


@transaction.atomic
def edit_preferences(*, actor: Actor, **fields: Unpack[Preferences]) -> User:
    """Change one's own settings. Raises ValidationError by field."""
    user: User = User.objects.select_for_update(no_key=True).get(pk=actor.id)
    changed = assign(user, fields)
    if changed:
        _check(user)
        _save(user, changed)
        _record(actor, Action.UPDATE, Op.UPDATED, user, (), changed)
    return user


@transaction.atomic
def create_administrator(*, actor: Actor, email: str, another: bool = False) -> User:
    """The first administrator; with `another` a further one. Asked again before the first sign-in: the same.

    Raises PermissionDenied, and ValidationError where there is one already.
    """
    there: UserQuerySet = User.objects.active().with_role(Role.ADMINISTRATOR)
    if waiting := there.with_address(email).filter(last_login__isnull=True).first():
        return waiting
    if there.exists() and not another:
        raise ValidationError(_("There is an administrator already. Add --another for one more."))
    return invite_user(actor=actor, email=email, name=email.partition("@")[0], role=Role.ADMINISTRATOR)


def _let_role_wait(actor: Actor, user: User) -> None:
    """A role above officer is asked for, not given, but by the server's command line."""
    user.asked_role = ""
    if user.role in rules.ABOVE_OFFICER and actor.kind != "system":
        user.role, user.asked_role = rules.OFFICER, user.role


def _keep_administrators(actor: Actor, user: User, changed: list[str]) -> None:
    """Nobody locks herself out, nor everybody."""
    if user.pk == actor.id:
        for field in ("role", "is_active"):
            if field in changed:
                raise ValidationError({field: _("Ask another administrator to change this for you.")})
    stays = user.is_active and user.role == Role.ADMINISTRATOR
    others = User.objects.active().with_role(Role.ADMINISTRATOR).exclude(pk=user.pk)
    if {"role", "is_active"} & set(changed) and not stays and not others.exists():
        raise ValidationError(_("One administrator has to stay."))


def _check(user: User) -> None:
    """Constraints; an address is kept in small letters, as django-allauth looks for it."""
    user.email = user.email.lower()
    user.full_clean(exclude=["password"])


def _save(user: User, changed: list[str]) -> None:
    user.version += 1
    user.save()
    if MOVES_REMINDERS & set(changed):
        wake_on_commit(REFRESH_REMINDERS, str(user.pk))


def _districts(user: User) -> set[UUID]:
    return set(user.districts.values_list("pk", flat=True))


def _record(
    actor: Actor, action: Action, op: Op, user: User, districts: Iterable[UUID], names: Iterable[str]
) -> None:
    record_changes(actor, action, [Changed("user", user.pk, op, user.version, districts, field_names=names)])
