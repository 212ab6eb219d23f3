"""Reviews of records whose period is over: keep one for a reason, or erase several at once."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from lib.cleaning import clean_text
from lib.conflicts import constraints_in_words
from lib.days import city_today
from lib.erasable import Leaving, writers
from lib.fold import squash
from lib.leases import claim_alone
from lib.row_context import Opened, opened
from privacy.codes import KeepReason, RetentionChoice
from privacy.models import RetentionDecision
from privacy.policies import can_review_records
from privacy.queries.retention import texts_after_removal
from privacy.queries.review_queue import (
    AT_A_TIME,
    REVIEWED,
    OverdueRecord,
    reviewable_records,
    tables_of,
)
from privacy.rules.retention import IN_A_ROW, SHORTEST, in_letters, is_in_words, needs_sentence
from privacy.services.erasures import ask_erasure_of

OBJECT_TYPE: Final = "retention_decision"


@transaction.atomic
def keep_record(
    *, actor: Actor, noun: str, object_id: UUID, reason: str, until: date | None = None, sentence: str = ""
) -> RetentionDecision:
    """Keep one record for a reason, at most for the days of its rule.

    The third keep of a record, or an actor's third keep in a row, needs a sentence. Raises PermissionDenied,
    ValidationError by field.
    """
    _lock_keeps_of_actor(actor)
    [record_to_keep] = _reviewable(actor, noun, [object_id])
    latest = city_today() + timedelta(days=record_to_keep.rule.days)
    until, sentence = until or latest, squash(clean_text(sentence))
    errors = {}
    if reason not in KeepReason.values:
        errors["reason"] = _("Choose why the record is still needed.")
    if not city_today() < until <= latest:
        errors["until"] = _("Choose a date from tomorrow until %(day)s.") % {"day": f"{latest:%Y-%m-%d}"}
    if requires_sentence(actor, record_to_keep) or sentence:
        errors |= _check_sentence(actor, sentence)
    if errors:
        raise ValidationError(errors)
    row = _save_decision(
        actor, record_to_keep, RetentionChoice.KEEP, reason=reason, until=until, sentence=sentence
    )
    names = ["decision", "reason", "until"]
    record(
        actor,
        Action.CREATE,
        OBJECT_TYPE,
        [row.pk, object_id],
        field_names=names,
        purpose=_purpose(record_to_keep),
    )
    return row


def requires_sentence(actor: Actor, overdue: OverdueRecord) -> bool:
    """Whether keeping this record needs a sentence."""
    latest = RetentionDecision.objects.valid().filter(decided_by=actor.id).latest_first()[:IN_A_ROW]
    in_a_row = 0
    for row in latest:
        if row.decision != RetentionChoice.KEEP or row.sentence:
            break
        in_a_row += 1
    return needs_sentence(overdue.times_kept, in_a_row)


@transaction.atomic
def undo_keep(*, actor: Actor, decision_id: UUID) -> RetentionDecision:
    """Undo the actor's own decision to keep a record. Raises PermissionDenied, DoesNotExist."""
    if not can_review_records(actor):
        raise PermissionDenied
    own_decisions = RetentionDecision.objects.visible_to(actor).valid().filter(decided_by=actor.id)
    row: RetentionDecision = own_decisions.select_for_update(of=("self",)).get(
        pk=decision_id, decision=RetentionChoice.KEEP
    )
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk, row.object_id], field_names=["undone_at"])
    return row


@transaction.atomic
def erase_records(*, actor: Actor, records: Mapping[str, Collection[UUID]]) -> int:
    """Erase contacts and remove texts of other records, by type, and return how many. It cannot be undone.

    Contacts are erased as at the privacy desk (`ask_erasure_of`): also from texts, with notices to
    recipients, and with a second person for several contacts or a second erasure on a day. For texts of
    other records, two people have already decided on the rule. Raises PermissionDenied, ValidationError.
    """
    if sum(map(len, records.values())) > AT_A_TIME:
        raise ValidationError(_("Select at most 20 records."))
    done = 0
    for noun, ids in sorted(records.items()):
        overdue_records = _reviewable(actor, noun, ids)
        if noun == "contact":
            ask_erasure_of(actor, [overdue.row.pk for overdue in overdue_records])
        else:
            _remove_texts(actor, noun, [overdue.row.pk for overdue in overdue_records])
        choice = RetentionChoice.ERASE if noun == "contact" else RetentionChoice.BLANK
        decisions = [_save_decision(actor, overdue, choice) for overdue in overdue_records]
        object_ids = [*(row.pk for row in decisions), *(row.object_id for row in decisions)]
        record(
            actor,
            Action.ERASE,
            OBJECT_TYPE,
            object_ids,
            field_names=["decision"],
            purpose=_purpose(overdue_records[0]),
        )
        done += len(overdue_records)
    if not done:
        raise ValidationError(_("Select at least one record."))
    return done


@opened(Opened.WRITER)
def _remove_texts(actor: Actor, noun: str, ids: Collection[UUID]) -> None:
    for aged in tables_of(noun):
        rows = aged.rows.filter(**{f"{aged.record}__in": ids}).exclude(aged.stays).order_by("pk")
        keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
        writers()[aged.label].write(actor, keys, partial(texts_after_removal, aged))


def _reviewable(actor: Actor, noun: str, ids: Collection[UUID]) -> list[OverdueRecord]:
    """Return these records, all of which the actor must be able to review now."""
    if not can_review_records(actor):
        raise PermissionDenied
    overdue_records = reviewable_records(actor, noun, ids) if noun in REVIEWED else []
    if not ids or {overdue.row.pk for overdue in overdue_records} != set(ids):
        raise ValidationError(_("A record is no longer up for review. Open the list again."))
    return overdue_records


def _check_sentence(actor: Actor, sentence: str) -> dict[str, Any]:
    if len(sentence) < SHORTEST or not is_in_words(sentence):
        return {"sentence": _("Explain in a few words, at least 20 characters, why this record is needed.")}
    earlier = RetentionDecision.objects.filter(decided_by=actor.id).exclude(sentence="")
    if in_letters(sentence) in map(in_letters, earlier.values_list("sentence", flat=True)):
        return {"sentence": _("You have already used this sentence. Explain why this record is needed.")}
    return {}


def _save_decision(actor: Actor, overdue: OverdueRecord, decision: str, **values: Any) -> RetentionDecision:
    row = RetentionDecision(
        rule=overdue.rule,
        object_type=overdue.noun,
        object_id=overdue.row.pk,
        decision=decision,
        due_on=overdue.due_on,
        decided_by_id=actor.id,
        **values,
    )
    row.clean_fields(exclude=["rule", "decided_by"])
    with constraints_in_words(RetentionDecision):
        row.save(force_insert=True)
    return row


def _purpose(overdue: OverdueRecord) -> str:
    return f"retention {overdue.rule.code} {overdue.rule.number}"


def _lock_keeps_of_actor(actor: Actor) -> None:
    """Wait for a parallel keep by the actor, so that each keep counts the earlier ones."""
    if actor.id:
        claim_alone(int.from_bytes(actor.id.bytes[:8], byteorder="big", signed=True))


def forget_sentences(_actor: Actor, leaving: Leaving) -> None:
    """Empty the sentences about contacts that are erased."""
    decisions = RetentionDecision.objects.of_records("contact", leaving.ids)
    decisions.exclude(sentence="").update(sentence="")
