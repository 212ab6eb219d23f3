"""Record breaches, describe them in phases, and close them. A breach cannot be deleted."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from privacy.codes import BreachKind, BreachRisk, RegisterPart
from privacy.models import Breach, BreachPhase, RegisterText
from privacy.models.number_series import next_number
from privacy.policies import can_handle_requests
from reminders.services.reminders import refresh_reminders

OBJECT_TYPE: Final = "breach"
#: Fields for the authority, in the order of GDPR, Article 33(3).
_TOLD: Final = (
    *("scenario", "kinds", "noticed_at", "aware_at", "what", "people_kinds", "people"),
    *("data_kinds", "records", "consequences"),
    *("measures", "risk", "delay_reason", "told_people_at", "told_people"),
)
_MOMENTS: Final = ("noticed_at", "aware_at", "told_authority_at", "told_people_at")


@transaction.atomic
def record_breach(*, actor: Actor, **fields: Any) -> Breach:
    """Record a breach. Raises PermissionDenied, ValidationError by field."""
    if not can_handle_requests(actor):
        raise PermissionDenied
    row = Breach(recorded_by_id=actor.id)
    _fill(row, fields)
    row.number = next_number(city_today().year, Breach.objects.all(), of_breaches=True)
    with constraints_in_words(Breach):
        row.save(force_insert=True)
    record(actor, Action.CREATE, OBJECT_TYPE, [row.pk], field_names=fields)
    refresh_reminders(OBJECT_TYPE, row.pk)
    return row


@transaction.atomic
def describe_breach(*, actor: Actor, breach_id: UUID, version: int | None = None, **fields: Any) -> Breach:
    """Add information. The authority accepts information in phases (GDPR, Article 33(4))."""
    row = _locked(actor, breach_id, version)
    _fill(row, fields)
    return _save(actor, row, list(fields))


@transaction.atomic
def close_breach(*, actor: Actor, breach_id: UUID, version: int | None = None) -> Breach:
    """Close a breach. Its risk is set and every required notice is recorded.

    Raises PermissionDenied, Breach.DoesNotExist, StaleVersion, ValidationError.
    """
    row = _locked(actor, breach_id, version)
    if not row.risk:
        raise ValidationError(_("Choose the risk for people before you close the breach."))
    if row.risk != BreachRisk.UNLIKELY and row.told_authority_at is None:
        raise ValidationError(_("Enter when the authority was told before you close the breach."))
    if row.risk == BreachRisk.HIGH and not row.told_people:
        raise ValidationError(_("Enter how the people were told, or why not, before you close the breach."))
    row.closed_at = timezone.now()
    return _save(actor, row, ["closed_at"])


@transaction.atomic
def make_phase(*, actor: Actor, breach_id: UUID) -> BreachPhase:
    """Store the present information as the next phase for the authority.

    Raises PermissionDenied, Breach.DoesNotExist, ValidationError if nothing is new.
    """
    row = _locked(actor, breach_id, None)
    before = BreachPhase.objects.visible_to(actor).of_breach(row).last()
    told_texts = {name: text for name, text, _new in before.lines} if before else {}
    lines = [[name, text, told_texts.get(name) != text] for name, text in described(row)]
    if before is not None and not any(new for _name, _text, new in lines):
        raise ValidationError(_("Nothing is new since the last phase. Describe the breach first."))
    phase = BreachPhase.objects.create(
        breach=row, number=before.number + 1 if before else 1, lines=lines, made_by_id=actor.id
    )
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=["phase"])
    return phase


def described(row: Breach) -> Iterator[tuple[str, str]]:
    """Yield names and texts for the authority (GDPR, Article 33(3)) in the active language."""
    yield _("Number"), row.number
    for name in _TOLD:
        field: Any = Breach._meta.get_field(name)
        value: Any = getattr(row, name)
        if name == "kinds":
            value = ", ".join(str(BreachKind(code).label) for code in row.kinds)
        elif field.choices:
            value = getattr(row, f"get_{name}_display")()
        elif isinstance(value, datetime):
            value = f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        if value not in (None, ""):
            yield capfirst(str(field.verbose_name)), str(value)
    if officer := RegisterText.objects.filter(part=RegisterPart.DPO).values_list("text", flat=True).first():
        yield _("Data protection officer: contact point"), officer


def _fill(row: Breach, fields: dict[str, Any]) -> None:
    """Set the fields. Raises ValidationError by field."""
    values = dict(fields)
    if "kinds" in values:
        row.kinds = list(dict.fromkeys(values.pop("kinds")))
        if not row.kinds or not set(row.kinds) <= set(BreachKind.values):
            raise ValidationError({"kinds": _("Choose at least one kind.")})
    assign(row, values)
    now = timezone.now()
    errors = {
        name: _("Choose a moment that is not in the future.")
        for name in _MOMENTS
        if _is_later(row, name, now)
    }
    if row.noticed_at and row.aware_at and row.aware_at < row.noticed_at:
        errors["aware_at"] = _("Enter a moment after the breach was first noticed.")
    if row.is_told_late and not row.delay_reason:
        errors["delay_reason"] = _("Enter why the authority was told after 72 hours.")
    if errors:
        raise ValidationError(errors)
    row.clean_fields(exclude=["recorded_by", "number"])


def _is_later(row: Breach, name: str, now: datetime) -> bool:
    value: datetime | None = getattr(row, name)
    return value is not None and value > now


def _locked(actor: Actor, breach_id: UUID, version: int | None) -> Breach:
    if not can_handle_requests(actor):
        raise PermissionDenied
    row: Breach = Breach.objects.visible_to(actor).select_for_update(no_key=True).get(pk=breach_id)
    check_version(row.version, version)
    if row.closed_at is not None:
        raise ValidationError(_("The breach is already closed."))
    return row


def _save(actor: Actor, row: Breach, names: list[str]) -> Breach:
    row.version += 1
    with constraints_in_words(Breach):
        row.save()
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=names)
    refresh_reminders(OBJECT_TYPE, row.pk)
    return row
