"""Roles above officer: asked for by an administrator, confirmed or refused by a privacy officer."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.policies import can_confirm_role, can_confirm_roles
from accounts.services.users import MOVES_REMINDERS, REFRESH_REMINDERS
from audit.models import Action, Op
from audit.services import Changed, record_changes
from lib.conflicts import check_version
from lib.waking import wake_on_commit


@transaction.atomic
def confirm_role(*, actor: Actor, user_id: UUID, version: int | None = None) -> User:
    """From now on the role that was asked for holds. Raises as `refuse_role`."""
    user = _waiting(actor, user_id, version)
    user.role, user.asked_role = user.asked_role, ""
    return _decided(actor, user, ["role", "asked_role"])


@transaction.atomic
def refuse_role(*, actor: Actor, user_id: UUID, version: int | None = None) -> User:
    """They stay an officer.

    Raises PermissionDenied, also for one's own; StaleVersion; ValidationError where nothing waits.
    """
    user = _waiting(actor, user_id, version)
    user.asked_role = ""
    return _decided(actor, user, ["asked_role"])


def _waiting(actor: Actor, user_id: UUID, version: int | None) -> User:
    if not can_confirm_roles(actor):
        raise PermissionDenied
    user: User = User.objects.visible_to(actor).select_for_update(no_key=True).get(pk=user_id)
    if not can_confirm_role(actor, user.pk):
        raise PermissionDenied
    check_version(user.version, version)
    if not user.asked_role:
        raise ValidationError(_("No role waits here."))
    return user


def _decided(actor: Actor, user: User, changed: list[str]) -> User:
    user.full_clean(exclude=["password"])
    user.version += 1
    user.save()
    if MOVES_REMINDERS & set(changed):
        wake_on_commit(REFRESH_REMINDERS, str(user.pk))
    districts = user.districts.values_list("pk", flat=True)
    row = Changed("user", user.pk, Op.UPDATED, user.version, districts, field_names=changed)
    record_changes(actor, Action.UPDATE, [row])
    return user
