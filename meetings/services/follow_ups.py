"""Promising, keeping and moving what was promised. `first_due_on` stays as it was first promised."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Contact, Organisation
from lib.conflicts import check_version
from lib.days import city_today
from lib.external_ids import ExternalIdRow, set_external_ids
from lib.limits import MOST_AT_A_MEETING, refuse_more
from lib.rows import assign
from meetings.codes import FollowUpStatus
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.policies import (
    can_add_follow_up,
    can_complete_follow_up,
    can_edit_follow_up,
    can_reassign_follow_up,
)
from meetings.rules import ACTION_AGREED
from meetings.services.folding import fold_follow_up
from meetings.services.meetings import add_outcome
from reminders.services import refresh_reminders

# What the owner may change wherever the organisations are at home.
OWNERS = frozenset({"status", "result", "cancel_reason"})


class FollowUpFields(TypedDict, total=False):
    """Writable fields of a follow-up, as in domain.md."""

    title: str
    kind: str
    contact: Contact | None
    meeting: Meeting | None
    concern: Concern | None
    owner: User
    due_on: date
    status: str
    cancel_reason: str
    result: str


@transaction.atomic
def create_follow_up(
    *,
    actor: Actor,
    id: UUID | None = None,
    organisations: Iterable[Organisation] = (),
    external_ids: Sequence[ExternalIdRow] = (),
    **fields: Unpack[FollowUpFields],
) -> FollowUp:
    """A promise to some organisations, with an owner and a day. One of a meeting is agreed there.

    Raises PermissionDenied unless the home district of one of them is covered (without any: unless
    the actor owns it), ValidationError by field, also for what the actor does not see.
    """
    promised_to = list({o.pk: o for o in organisations}.values())
    refuse_more("organisations", promised_to, MOST_AT_A_MEETING)
    follow_up = FollowUp(**({"id": id} if id else {}))
    changed = assign(follow_up, fields)
    _check_seen(actor, follow_up, changed, promised_to)
    if not can_add_follow_up(actor, promised_to, follow_up.owner_id):
        raise PermissionDenied
    follow_up.first_due_on = follow_up.due_on
    _stamp(follow_up)
    _check(follow_up, changed)
    follow_up.save(force_insert=True)
    FollowUpOrganisation.objects.bulk_create(
        FollowUpOrganisation(follow_up=follow_up, organisation=organisation) for organisation in promised_to
    )
    set_external_ids(follow_up, external_ids)
    _agree(actor, follow_up, changed)
    refresh_reminders("follow_up", follow_up.pk)
    districts = {organisation.home_district_id for organisation in promised_to}
    _record(actor, Action.CREATE, Op.CREATED, follow_up, districts, list(fields))
    return follow_up


@transaction.atomic
def edit_follow_up(
    *,
    actor: Actor,
    follow_up_id: UUID,
    version: int | None = None,
    organisations: Iterable[Organisation] | None = None,
    told: Collection[UUID] = (),
    untold: Collection[UUID] = (),
    external_ids: Sequence[ExternalIdRow] | None = None,
    may_have_left: bool = False,
    **fields: Unpack[FollowUpFields],
) -> FollowUp:
    """Change the given fields; what is not given stays, and so do organisations the actor does not see.

    `told` and `untold` are ids of organisations that were told of the result today, or were not
    after all. The moment of completion follows the status.
    Raises DoesNotExist when the actor does not see it, PermissionDenied (an owner from elsewhere
    changes status and result only), StaleVersion, ValidationError by field.
    Nothing changed: nothing is written and the version stays.
    """
    follow_up = locked_follow_up(actor, follow_up_id)
    only_status = organisations is None and external_ids is None and not told and not untold
    _allow(actor, follow_up, fields, only_status=only_status)
    check_version(follow_up.version, version)
    districts = _districts(follow_up)
    changed = assign(follow_up, fields)
    given = None if organisations is None else list(organisations)
    _check_seen(actor, follow_up, changed, given or [])
    if given is not None and _set_organisations(actor, follow_up, given):
        changed.append("organisations")
    if _set_told(follow_up, told, city_today()) | _set_told(follow_up, untold, None):
        changed.append("reported_back_on")
    if external_ids is not None and set_external_ids(follow_up, external_ids):
        changed.append("external_ids")
    if not changed:
        return follow_up
    _stamp(follow_up)
    _check(follow_up, () if may_have_left else changed)
    follow_up.version += 1
    follow_up.updated_at = timezone.now()
    follow_up.save()
    _agree(actor, follow_up, changed)
    refresh_reminders("follow_up", follow_up.pk)
    after = _districts(follow_up)
    refuse_widening(actor, districts, after)
    _record(actor, Action.UPDATE, Op.UPDATED, follow_up, districts | after, changed)
    return follow_up


def complete_follow_up(
    *,
    actor: Actor,
    follow_up_id: UUID,
    version: int | None = None,
    result: str | None = None,
    told: Collection[UUID] = (),
) -> FollowUp:
    """The promise is kept; `told` are ids of organisations that know already. Raises as `edit_follow_up`."""
    fields: FollowUpFields = {"status": FollowUpStatus.DONE}
    if result is not None:
        fields["result"] = result
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, told=told, **fields)


def reopen_follow_up(
    *, actor: Actor, follow_up_id: UUID, version: int | None = None, untold: Collection[UUID] = ()
) -> FollowUp:
    """Not done, or not cancelled, after all. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        untold=untold,
        status=FollowUpStatus.OPEN,
        cancel_reason="",
    )


def cancel_follow_up(
    *, actor: Actor, follow_up_id: UUID, reason: str, version: int | None = None
) -> FollowUp:
    """It will not be done, and `reason` says why. Raises as `edit_follow_up`."""
    return edit_follow_up(
        actor=actor,
        follow_up_id=follow_up_id,
        version=version,
        status=FollowUpStatus.CANCELLED,
        cancel_reason=reason,
    )


def tell_organisations(
    *, actor: Actor, follow_up_id: UUID, organisation_ids: Collection[UUID], version: int | None = None
) -> FollowUp:
    """These organisations were told today what came of it. Raises as `edit_follow_up`."""
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, told=organisation_ids)


def locked_follow_up(actor: Actor, follow_up_id: UUID) -> FollowUp:
    """The follow-up as the actor sees it, locked until the transaction ends, organisations prefetched."""
    visible = FollowUp.objects.visible_to(actor).select_for_update(of=("self",))
    return visible.prefetch_related("organisation_links__organisation").get(pk=follow_up_id)


def _allow(actor: Actor, follow_up: FollowUp, fields: FollowUpFields, *, only_status: bool) -> None:
    if not can_complete_follow_up(actor, follow_up):
        raise PermissionDenied
    if not (only_status and fields.keys() <= OWNERS) and not can_edit_follow_up(actor, follow_up):
        raise PermissionDenied
    moves = "owner" in fields and fields["owner"].pk != follow_up.owner_id
    if moves and not can_reassign_follow_up(actor, follow_up):
        raise PermissionDenied


def _check_seen(
    actor: Actor, follow_up: FollowUp, changed: Collection[str], organisations: Collection[Organisation]
) -> None:
    """What is not seen is answered as what does not exist."""
    missing = _("Choose one from the list.")
    visible = Organisation.objects.visible_to(actor).filter(pk__in=[o.pk for o in organisations])
    if organisations and visible.count() < len({o.pk for o in organisations}):
        raise ValidationError({"organisations": missing})
    for name, model in (("contact", Contact), ("meeting", Meeting), ("concern", Concern)):
        pk = getattr(follow_up, f"{name}_id")
        if name in changed and pk and not model.objects.visible_to(actor).filter(pk=pk).exists():
            raise ValidationError({name: missing})


def _check(follow_up: FollowUp, changed: Collection[str]) -> None:
    """Constraints, and that the owner is somebody who writes here."""
    fold_follow_up(follow_up)
    follow_up.full_clean()
    owner = follow_up.owner
    if "owner" in changed and not (owner.is_active and owner.role in WRITES):
        raise ValidationError({"owner": _("Choose an officer or supervisor who works here now.")})


def _stamp(follow_up: FollowUp) -> None:
    """The moment of completion, and the reason of a cancellation, go with the status."""
    done = follow_up.status == FollowUpStatus.DONE
    follow_up.completed_at = (follow_up.completed_at or timezone.now()) if done else None
    if follow_up.status != FollowUpStatus.CANCELLED:
        follow_up.cancel_reason = ""
    elif not follow_up.cancel_reason:
        raise ValidationError({"cancel_reason": _("Say why it is cancelled.")})


def _agree(actor: Actor, follow_up: FollowUp, changed: Collection[str]) -> None:
    """A promise that is of a meeting from now on was agreed there."""
    if "meeting" in changed and follow_up.meeting_id:
        add_outcome(actor=actor, meeting_id=follow_up.meeting_id, outcome=ACTION_AGREED)


def _districts(follow_up: FollowUp) -> set[UUID]:
    return set(follow_up.organisation_links.values_list("organisation__home_district", flat=True))


def _set_organisations(actor: Actor, follow_up: FollowUp, given: Collection[Organisation]) -> bool:
    """Make the organisations those given and those the actor does not see; answers whether any changed."""
    before = set(follow_up.organisation_links.values_list("organisation", flat=True))
    seen = set(Organisation.objects.visible_to(actor).filter(pk__in=before).values_list("pk", flat=True))
    wanted = {organisation.pk for organisation in given}
    added, removed = wanted - before, seen - wanted
    if not added and not removed:
        return False
    if added:
        refuse_more("organisations", wanted, MOST_AT_A_MEETING)
    follow_up.organisation_links.filter(organisation__in=removed).delete()
    FollowUpOrganisation.objects.bulk_create(
        FollowUpOrganisation(follow_up=follow_up, organisation_id=pk) for pk in sorted(added)
    )
    after = Organisation.objects.filter(pk__in=(before | added) - removed)
    if not can_add_follow_up(actor, after, follow_up.owner_id):
        raise PermissionDenied
    return True


def _set_told(follow_up: FollowUp, organisation_ids: Collection[UUID], day: date | None) -> bool:
    """Set when the given organisations were told, unless they were already; None: not told after all."""
    if not organisation_ids:
        return False
    links = follow_up.organisation_links.filter(organisation__in=organisation_ids)
    return links.filter(reported_back_on__isnull=day is not None).update(reported_back_on=day) > 0


def _record(
    actor: Actor, action: Action, op: Op, follow_up: FollowUp, districts: set[UUID], names: list[str]
) -> None:
    record_changes(
        actor,
        action,
        [Changed("follow_up", follow_up.pk, op, follow_up.version, districts, field_names=names)],
    )
