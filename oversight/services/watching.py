"""Services of watched records: mark one, note a review, and stop watching."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action
from audit.services import record
from contacts.models import Contact, Organisation
from lib.reasons import check_reason
from oversight.models import WatchedRecord, WatchedType
from oversight.policies import can_watch_records

_MODELS: dict[str, Any] = {WatchedType.ORGANISATION: Organisation, WatchedType.CONTACT: Contact}


@transaction.atomic
def watch_record(*, actor: Actor, object_type: str, object_id: UUID, reason: str) -> WatchedRecord:
    """Mark a record at risk. Raises DoesNotExist if the actor does not see the record."""
    _privacy_officers_only(actor)
    row = _MODELS[object_type].objects.visible_to(actor).get(pk=object_id)
    reason = check_reason(reason)
    if WatchedRecord.objects.current().filter(object_type=object_type, object_id=row.pk).exists():
        raise ValidationError(_("This record is already watched."), code="unique")
    marker = User.objects.get(pk=actor.id)
    mark = WatchedRecord.objects.create(
        object_type=object_type, object_id=row.pk, reason=reason, marked_by=marker
    )
    _record_mark(actor, Action.CREATE, mark)
    return mark


@transaction.atomic
def review_lookups(*, actor: Actor, mark_id: UUID, until: datetime) -> WatchedRecord:
    """Note that all look-ups until this moment were reviewed."""
    mark = _locked(actor, mark_id)
    if until > timezone.now() or (mark.reviewed_until and until < mark.reviewed_until):
        raise ValidationError(_("Reload the page: the list has changed."), code="stale")
    mark.reviewed_until, mark.reviewed_by_id = until, actor.id
    mark.save(update_fields=["reviewed_until", "reviewed_by"])
    _record_mark(actor, Action.UPDATE, mark, "reviewed_until")
    return mark


@transaction.atomic
def stop_watching(*, actor: Actor, mark_id: UUID) -> WatchedRecord:
    """End the mark. Its row stays."""
    mark = _locked(actor, mark_id)
    mark.ended_at, mark.ended_by_id = timezone.now(), actor.id
    mark.save(update_fields=["ended_at", "ended_by"])
    _record_mark(actor, Action.ARCHIVE, mark)
    return mark


def _locked(actor: Actor, mark_id: UUID) -> WatchedRecord:
    _privacy_officers_only(actor)
    rows = WatchedRecord.objects.visible_to(actor).current()
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=mark_id)


def _privacy_officers_only(actor: Actor) -> None:
    if not can_watch_records(actor):
        raise PermissionDenied


def _record_mark(actor: Actor, action: Action, mark: WatchedRecord, *names: str) -> None:
    """Record an event about the mark, without a district, so that only privacy officers read it."""
    record(actor, action, "watched_record", [mark.pk], field_names=names)
