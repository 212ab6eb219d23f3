"""Notices to recipients of data that was corrected, restricted or erased, and their answers."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from privacy.codes import NoticeAnswer, NoticeKind
from privacy.models import DataRequest, Notice
from privacy.policies import can_handle_requests
from privacy.queries.recipients import recipients_of
from reminders.services.reminders import refresh_reminders

OBJECT_TYPE: Final = "notice"
BY_KEYS: Final = (NoticeAnswer.DONE, NoticeAnswer.REFUSED)


def make_notices(
    actor: Actor,
    kind: NoticeKind,
    ids: Iterable[UUID],
    *,
    field_names: Collection[str] = (),
    request: DataRequest | None = None,
) -> list[Notice]:
    """Make a notice for each body and API key that received one of these records, and return them.

    The caller has changed the records, in the same transaction.
    """
    object_ids = list(dict.fromkeys(ids))
    now = timezone.now()
    notices = [
        Notice(
            request=request,
            kind=kind,
            object_ids=object_ids,
            field_names=sorted(field_names),
            recipient=receiver.name,
            key_id=receiver.key_id,
            made_at=now,
            made_by_id=actor.id if actor.kind == "user" else None,
            sent_at=now if receiver.key_id else None,
        )
        for receiver in (recipients_of(object_ids) if object_ids else ())
    ]
    Notice.objects.bulk_create(notices)
    if notices:
        record(actor, Action.CREATE, OBJECT_TYPE, [notice.pk for notice in notices], field_names=["kind"])
    return notices


@transaction.atomic
def mark_sent(*, actor: Actor, notice_id: UUID) -> Notice:
    """Record that a notice was sent by letter, email or phone. Raises as `answer_notice` does."""
    row = _locked(actor, notice_id)
    if row.sent_at is None:
        row.sent_at = timezone.now()
        row.save(update_fields=["sent_at"])
        record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=["sent_at"])
    return row


@transaction.atomic
def answer_notice(*, actor: Actor, notice_id: UUID, answer: str) -> Notice:
    """Record the answer of a recipient. A key answers its own notices, a privacy officer enters others.

    Raises PermissionDenied, Notice.DoesNotExist, ValidationError by field.
    """
    row = _locked(actor, notice_id)
    if answer not in (BY_KEYS if actor.kind == "key" else NoticeAnswer.values):
        raise ValidationError({"answer": _("Choose from the list.")})
    if row.answer != answer:
        row.answer, row.answered_at = answer, timezone.now()
        row.sent_at = row.sent_at or row.answered_at
        row.save(update_fields=["answer", "answered_at", "sent_at"])
        record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=["answer"])
        refresh_reminders(OBJECT_TYPE, row.pk)
    return row


def _locked(actor: Actor, notice_id: UUID) -> Notice:
    if actor.kind != "key" and not can_handle_requests(actor):
        raise PermissionDenied
    rows: Any = Notice.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    notice: Notice = rows.get(pk=notice_id)
    return notice
