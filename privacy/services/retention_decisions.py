"""Reviews of records whose period is over: one is kept for a reason, several are erased at once."""

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
from privacy.queries.retention import AGED, blanked
from privacy.queries.review_queue import AT_A_TIME, REVIEWED, Overdue, find
from privacy.rules.retention import IN_A_ROW, SHORTEST, in_letters, is_in_words, needs_sentence
from privacy.services.erasures import ask_erasure_of

OBJECT_TYPE: Final = "retention_decision"


@transaction.atomic
def keep_record(
    *, actor: Actor, noun: str, object_id: UUID, reason: str, until: date | None = None, sentence: str = ""
) -> RetentionDecision:
    """Keep one record for a reason, at most for the days of its rule.

    The third keep of a record, or of a person in a row, needs a sentence. Raises PermissionDenied,
    ValidationError by field.
    """
    _wait_for_own(actor)
    [one] = _due(actor, noun, [object_id])
    latest = city_today() + timedelta(days=one.rule.days)
    until, sentence = until or latest, squash(clean_text(sentence))
    wrong = {}
    if reason not in KeepReason.values:
        wrong["reason"] = _("Choose why the record is still needed.")
    if not city_today() < until <= latest:
        wrong["until"] = _("Choose a date from tomorrow until %(day)s.") % {"day": f"{latest:%Y-%m-%d}"}
    if wants_sentence(actor, one) or sentence:
        wrong |= _check_sentence(actor, sentence)
    if wrong:
        raise ValidationError(wrong)
    row = _decided(actor, one, RetentionChoice.KEEP, reason=reason, until=until, sentence=sentence)
    names = ["decision", "reason", "until"]
    record(actor, Action.CREATE, OBJECT_TYPE, [row.pk, object_id], field_names=names, purpose=_why(one))
    return row


def wants_sentence(actor: Actor, one: Overdue) -> bool:
    """Whether keeping this record needs a sentence."""
    latest = RetentionDecision.objects.valid().filter(decided_by=actor.id).latest_first()[:IN_A_ROW]
    in_a_row = 0
    for row in latest:
        if row.decision != RetentionChoice.KEEP or row.sentence:
            break
        in_a_row += 1
    return needs_sentence(one.kept, in_a_row)


@transaction.atomic
def undo_keep(*, actor: Actor, decision_id: UUID) -> RetentionDecision:
    """Undo the actor's own decision to keep a record. Raises PermissionDenied, DoesNotExist."""
    if not can_review_records(actor):
        raise PermissionDenied
    kept = RetentionDecision.objects.visible_to(actor).valid().filter(decided_by=actor.id)
    row: RetentionDecision = kept.select_for_update(of=("self",)).get(
        pk=decision_id, decision=RetentionChoice.KEEP
    )
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk, row.object_id], field_names=["undone_at"])
    return row


@transaction.atomic
def erase_records(*, actor: Actor, records: Mapping[str, Collection[UUID]]) -> int:
    """Erase contacts and remove texts of other records, by type, and return how many. It cannot be undone.

    Contacts leave by the eraser of the privacy desk (`ask_erasure_of`): with their names in texts, with
    notices to recipients, and with a second person for several contacts or a second one on a day. Two people
    have already decided on the rule that removes the texts of other records within 30 days. Raises
    PermissionDenied, ValidationError.
    """
    if sum(map(len, records.values())) > AT_A_TIME:
        raise ValidationError(_("Select at most 20 records."))
    done = 0
    for noun, ids in sorted(records.items()):
        found = _due(actor, noun, ids)
        if noun == "contact":
            ask_erasure_of(actor, [one.row.pk for one in found])
        else:
            _remove_texts(actor, noun, [one.row.pk for one in found])
        choice = RetentionChoice.ERASE if noun == "contact" else RetentionChoice.BLANK
        made = [_decided(actor, one, choice) for one in found]
        about = [*(row.pk for row in made), *(row.object_id for row in made)]
        record(actor, Action.ERASE, OBJECT_TYPE, about, field_names=["decision"], purpose=_why(found[0]))
        done += len(found)
    if not done:
        raise ValidationError(_("Select at least one record."))
    return done


@opened(Opened.WRITER)
def _remove_texts(actor: Actor, noun: str, ids: Collection[UUID]) -> None:
    for aged in AGED[REVIEWED[noun]]:
        rows = aged.rows.filter(**{f"{aged.record}__in": ids}).exclude(aged.stays).order_by("pk")
        keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
        writers()[aged.label].write(actor, keys, partial(blanked, aged))


def _due(actor: Actor, noun: str, ids: Collection[UUID]) -> list[Overdue]:
    """These records, all of which the actor can review now."""
    if not can_review_records(actor):
        raise PermissionDenied
    found = find(actor, noun, ids) if noun in REVIEWED else []
    if not ids or {one.row.pk for one in found} != set(ids):
        raise ValidationError(_("A record is no longer up for review. Open the list again."))
    return found


def _check_sentence(actor: Actor, sentence: str) -> dict[str, Any]:
    if len(sentence) < SHORTEST or not is_in_words(sentence):
        return {"sentence": _("Explain in a few words, at least 20 characters, why this record is needed.")}
    earlier = RetentionDecision.objects.filter(decided_by=actor.id).exclude(sentence="")
    if in_letters(sentence) in map(in_letters, earlier.values_list("sentence", flat=True)):
        return {"sentence": _("You have already used this sentence. Explain why this record is needed.")}
    return {}


def _decided(actor: Actor, one: Overdue, decision: str, **values: Any) -> RetentionDecision:
    row = RetentionDecision(
        rule=one.rule,
        object_type=one.noun,
        object_id=one.row.pk,
        decision=decision,
        due_on=one.due_on,
        decided_by_id=actor.id,
        **values,
    )
    row.clean_fields(exclude=["rule", "decided_by"])
    with constraints_in_words(RetentionDecision):
        row.save(force_insert=True)
    return row


def _why(one: Overdue) -> str:
    return f"retention {one.rule.code} {one.rule.number}"


def _wait_for_own(actor: Actor) -> None:
    """Wait for another keep by the actor, so that of several at once each counts those before."""
    if actor.id:
        claim_alone(int.from_bytes(actor.id.bytes[:8], byteorder="big", signed=True))


def forget_sentences(_actor: Actor, leaving: Leaving) -> None:
    """Delete what was written about contacts that are erased."""
    about = RetentionDecision.objects.of("contact", leaving.ids)
    about.exclude(sentence="").update(sentence="")
