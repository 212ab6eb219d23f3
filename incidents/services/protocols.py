"""Draft and approve protocols. A second person approves, and a protocol in force never changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act
from accounts.services.acts import ask, refuse_same_device, withdraw
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from districts.models import District
from incidents.codes import ProtocolStatus
from incidents.models import Protocol, ProtocolAgreement, ProtocolStep
from incidents.policies import can_approve_protocol, can_write_protocol
from incidents.queries.step_plans import city_calendar, people_in, steps_of
from incidents.rules.steps import AffectedOrganisation, plan_steps
from lib.cleaning import assign
from lib.conflicts import constraints_in_words
from reminders.services.reminders import refresh_reminders

BEFORE_MORNING: Final = timedelta(hours=5)  # a moment of the night


@transaction.atomic
def draft_protocol(
    *,
    actor: Actor,
    steps: Sequence[Mapping[str, Any]],
    agreed_with: Sequence[tuple[Organisation, date]] = (),
    **fields: Any,
) -> Protocol:
    """Create a new version of a protocol as a draft, with its steps in order.

    Raises PermissionDenied if the actor does not cover the district, and ValidationError by field.
    """
    protocol = Protocol(author_id=actor.id)
    assign(protocol, fields)
    if not can_write_protocol(actor, protocol.district):
        raise PermissionDenied
    family = Protocol.objects.filter(code=protocol.code, district=protocol.district)
    protocol.number = (family.aggregate(last=Max("number"))["last"] or 0) + 1
    if not steps:
        raise ValidationError({"steps": _("Add at least one step.")})
    protocol.full_clean(exclude=["author", "approved_by"])
    with constraints_in_words(Protocol, ProtocolAgreement, ProtocolStep):
        protocol.save(force_insert=True)
        ProtocolStep.objects.bulk_create(_validated_steps(protocol, steps))
        ProtocolAgreement.objects.bulk_create(
            ProtocolAgreement(protocol=protocol, organisation=organisation, agreed_on=day)
            for organisation, day in agreed_with
        )
    districts = [protocol.district] if protocol.district else list(District.objects.filter(parent=None))
    ask(actor, Act.PROTOCOL, subject=protocol.pk, districts=districts)
    _record_protocol(actor, Action.CREATE, protocol, ["steps", *fields])
    return protocol


@transaction.atomic
def approve_protocol(*, actor: Actor, protocol_id: UUID) -> Protocol:
    """Put a draft in force. It replaces the version in force, but incidents under way keep theirs.

    Raises DoesNotExist, PermissionDenied for the author or an actor who does not cover the district, and
    ValidationError if it is no draft.
    """
    protocol = Protocol.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=protocol_id)
    if not can_approve_protocol(actor, protocol):
        raise PermissionDenied
    refuse_same_device(actor, protocol.author_id)
    if not protocol.is_draft:
        raise ValidationError(_("Only a draft can be approved."), code="not_draft")
    approved_at = timezone.now()
    before = Protocol.objects.in_force().filter(code=protocol.code, district=protocol.district)
    replaced = list(before.values_list("pk", flat=True))
    before.update(status=ProtocolStatus.REPLACED, updated_at=approved_at)
    protocol.status, protocol.approved_by_id = ProtocolStatus.IN_FORCE, actor.id
    protocol.in_force_since = protocol.updated_at = approved_at
    protocol.version += 1
    with constraints_in_words(Protocol):
        protocol.save()
    withdraw(Act.PROTOCOL, subject=protocol.pk)
    _record_protocol(actor, Action.UPDATE, protocol, ["status"])
    for pk in (*replaced, protocol.pk):
        refresh_reminders("protocol", pk)
    return protocol


def unowned_steps(district: District) -> list[ProtocolStep]:
    """Return steps of protocols in force in a district that no one would get: no supervisor covers it.

    The worst case counts, by day and at night: no one is on duty, no organisation is affected or none has a
    lead officer, and the concern comes from a key.
    """
    people, calendar = people_in(district, logged_by=None), city_calendar()
    morning = calendar.morning(timezone.now())
    anyone = AffectedOrganisation(id=district.pk, is_the_place=True)
    unowned = []
    for protocol in Protocol.objects.holding_in(district).order_by("code", "pk"):
        steps = {step.pk: step for step in protocol.steps.select_related("protocol").order_by("position")}
        another = AffectedOrganisation(id=protocol.pk)
        planned = [
            planned_step
            for started_at in (morning, morning - BEFORE_MORNING)
            for organisations in ([], [anyone, another])
            for planned_step in plan_steps(
                steps_of(protocol), started_at, organisations, people, calendar, has_other_place=True
            )
        ]
        owned = {planned_step.step_id for planned_step in planned if planned_step.owner_id}
        without = {planned_step.step_id for planned_step in planned if planned_step.owner_id is None}
        unowned += [step for step in steps.values() if step.pk in without or step.pk not in owned]
    return unowned


def _validated_steps(protocol: Protocol, steps: Sequence[Mapping[str, Any]]) -> list[ProtocolStep]:
    protocol_steps = []
    for position, values in enumerate(steps, start=1):
        step = ProtocolStep(protocol=protocol, position=position)
        assign(step, values)
        step.full_clean(exclude=["protocol"], validate_unique=False)
        protocol_steps.append(step)
    return protocol_steps


def _record_protocol(actor: Actor, action: Action, protocol: Protocol, names: Sequence[str]) -> None:
    district_ids = [protocol.district_id] if protocol.district_id else []
    record(actor, action, "protocol", [protocol.pk], district_ids=district_ids, field_names=names)
