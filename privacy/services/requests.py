"""Handle data requests: receive, identify, extend, search, answer or withdraw them.

Every step is recorded. A user cannot work on a request that names their own account.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.models import User
from audit.models import Action, Op
from audit.services import Changed, record_changes
from jobs.services.jobs import queue_job
from lib.cleaning import assign, refuse_future
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from lib.fold import squash
from privacy.codes import ERASING_KINDS, Decision, Identity, Regime, RequestKind, RequestStatus, grounds_of
from privacy.models import DataRequest, Erasure, Finding
from privacy.models.number_series import next_number
from privacy.policies import can_handle_requests
from privacy.queries.contacts import contacts_who_may_be
from privacy.rules.deadlines import correct_by, due_on, longest_extension, purge_on
from privacy.rules.finding import person_search
from privacy.rules.reminding import REQUEST
from privacy.services import searches
from privacy.services.calling_off import call_off, has_begun, refuse_fixed
from privacy.services.found_texts import forget_found_texts
from privacy.services.searches import ask_search, is_cleared, names_group
from reminders.services.reminders import refresh_reminders

OBJECT_TYPE: Final = "data_request"
SEARCH: Final = "privacy_search"  # the kind of the background task
MOST_TERMS: Final = 20  # names, phones or emails of one person


@transaction.atomic
def receive_request(
    *, actor: Actor, terms: Mapping[str, Sequence[str]], regimes: Collection[str], **fields: Any
) -> DataRequest:
    """Record a request. `terms` are the names, phones, emails and organisations that the person stated.

    Raises PermissionDenied, also if the request names the actor's account; ValidationError by field.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    return new_request(actor, terms, regimes, fields)


def new_request(
    actor: Actor,
    terms: Mapping[str, Sequence[str]],
    regimes: Collection[str],
    fields: Mapping[str, Any],
    *,
    contact_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> DataRequest:
    """Number, validate and save a request. The caller has checked that the actor can make it."""
    row = DataRequest(received_by_id=actor.id if actor.kind == "user" else None, contact_id=contact_id)
    row.organisation_id = organisation_id
    assign(row, {**fields, "regimes": list(dict.fromkeys(regimes))})
    if (row.kind == RequestKind.ORGANISATION_COPY) != (organisation_id is not None):
        raise ValidationError(
            {"kind": _("Open the organisation’s page, and select “Copy for the organisation”.")}
        )
    clean_terms = _clean_terms(terms)
    _refuse_own_account(actor, clean_terms)
    if row.received_on:
        refuse_future(row, ["received_on"])
    if row.received_on and set(row.regimes) & set(Regime.values):
        row.due_on = due_on(row.received_on, row.regimes, settings.LED_ANSWER_DAYS)
    row.number = next_number(city_today().year, DataRequest.objects.all())
    row.state_terms(clean_terms)
    if row.needs_search:
        row.frozen_contact_ids = contacts_who_may_be(clean_terms)
    excluded = ["received_by", "answered_by", *(["due_on"] if row.due_on is None else [])]
    row.clean_fields(exclude=excluded)
    with constraints_in_words(DataRequest):
        row.save(force_insert=True)
    _record(actor, Action.CREATE, Op.CREATED, row, [*fields, "regimes", "stated"])
    refresh_reminders(REQUEST, row.pk)
    return row


@transaction.atomic
def ask_identity(*, actor: Actor, request_id: UUID, version: int | None = None) -> DataRequest:
    """Record that the person was asked to prove their identity. The deadline stays."""
    row = locked_request(actor, request_id, version)
    if row.is_identified:
        raise ValidationError(_("The identity is already confirmed."))
    row.identity_asked_on, row.status = city_today(), RequestStatus.IDENTITY_ASKED
    return _save(actor, row, ["identity_asked_on", "status"])


@transaction.atomic
def confirm_identity(
    *, actor: Actor, request_id: UUID, identity: str, version: int | None = None
) -> DataRequest:
    """Record how the identity was confirmed today. Only then can the search start."""
    row = locked_request(actor, request_id, version)
    if identity not in set(Identity.values) - {Identity.NOT_YET}:
        raise ValidationError({"identity": _("Choose how you confirmed the identity.")})
    row.identity, row.identity_on = identity, city_today()
    if row.status == RequestStatus.IDENTITY_ASKED:
        row.status = RequestStatus.OPEN
    return _save(actor, row, ["identity", "identity_on", "status"])


@transaction.atomic
def extend_request(
    *, actor: Actor, request_id: UUID, extended_to: date, extension_reason: str, version: int | None = None
) -> DataRequest:
    """Move the last day. The person must be told, with the reason, before the first last day has passed."""
    row = locked_request(actor, request_id, version)
    if city_today() > row.due_on:
        raise ValidationError({"extended_to": _("The request is already late. Answer it.")})
    if not row.last_day < extended_to <= longest_extension(row.received_on):
        raise ValidationError(
            {"extended_to": _("Choose a later date, at most 3 months after the request was received.")}
        )
    assign(row, {"extended_to": extended_to, "extension_reason": extension_reason})
    if not row.extension_reason:
        raise ValidationError({"extension_reason": _("Enter the reason that you give to the person.")})
    return _save(actor, row, ["extended_to", "extension_reason"])


@transaction.atomic
def start_search(*, actor: Actor, request_id: UUID, version: int | None = None) -> DataRequest:
    """Search every text for the person, as a background task. Verdicts of an earlier search stay.

    The search can be repeated until the request is answered or its erasure is requested. If a name is like a
    word about a community, a second person confirms the search first.
    """
    row = locked_request(actor, request_id, version)
    if not row.is_identified:
        raise ValidationError(_("Confirm the identity before you search."))
    refuse_fixed(row)
    terms = row.terms()
    if not row.needs_search or not person_search(terms["names"], terms["phones"], terms["emails"]):
        raise ValidationError(_("There is nothing to search for."))
    if names_group(terms["names"]) and not is_cleared(row):
        ask_search(actor, row)
        return _save(actor, row, ["asked_search"])
    return _search(actor, row)


def _search(actor: Actor, row: DataRequest) -> DataRequest:
    """Queue the search of a locked request, and freeze new contacts who may be the person."""
    row.frozen_contact_ids = sorted({*row.frozen_contact_ids, *contacts_who_may_be(row.terms())})
    job = queue_job(actor=actor, kind=SEARCH, parameters={"request": str(row.pk)})
    row.search_job, row.status = job.pk, RequestStatus.SEARCHING
    return _save(actor, row, ["search_job", "status"])


@transaction.atomic
def answer_request(
    *,
    actor: Actor,
    request_id: UUID,
    decision: str,
    grounds: Collection[str] = (),
    neither_confirm: bool = False,
    late_reason: str = "",
    version: int | None = None,
) -> DataRequest:
    """Decide and close the request today. Every finding must have a verdict.

    An unsure finding counts as withheld after a second person has read it. An erasure that has not begun is
    called off.
    """
    row = locked_request(actor, request_id, version)
    today = city_today()
    call_off(actor, row)
    _check_decision(row, decision, grounds)
    if today > row.last_day and not squash(late_reason):
        raise ValidationError({"late_reason": _("Enter why the answer is late.")})
    assign(row, {"decision": decision, "late_reason": late_reason})
    row.grounds, row.neither_confirm = list(dict.fromkeys(grounds)), neither_confirm
    row.status, row.answered_on, row.answered_by_id = RequestStatus.ANSWERED, today, actor.id
    row.purge_on = purge_on(today)
    return _save(actor, row, ["decision", "grounds", "neither_confirm", "late_reason", "status"])


@transaction.atomic
def withdraw_request(*, actor: Actor, request_id: UUID, version: int | None = None) -> DataRequest:
    """Close a request that the person no longer makes. An erasure that has not begun is called off."""
    row = locked_request(actor, request_id, version)
    call_off(actor, row)
    if has_begun(row):
        raise ValidationError(_("The data was erased, or is being erased. Answer the request."))
    row.status, row.purge_on = RequestStatus.WITHDRAWN, purge_on(city_today())
    forget_found_texts(row)
    return _save(actor, row, ["status"])


@transaction.atomic
def ask_correction(*, actor: Actor, request_id: UUID, version: int | None = None) -> DataRequest:
    """Record that an organisation says its record is wrong. It must be corrected within 30 days."""
    row = _answered_copy(actor, request_id, version)
    if row.is_to_correct:
        raise ValidationError(_("The record is already to be corrected."))
    row.correct_by, row.corrected_on = correct_by(city_today()), None
    return _save(actor, row, ["correct_by"])


@transaction.atomic
def finish_correction(*, actor: Actor, request_id: UUID, version: int | None = None) -> DataRequest:
    """Record that the record of an organisation was corrected today."""
    row = _answered_copy(actor, request_id, version)
    if not row.is_to_correct:
        raise ValidationError(_("Nothing is to be corrected."))
    row.corrected_on = city_today()
    return _save(actor, row, ["corrected_on"])


def delete_old_statements() -> int:
    """Delete the statements of requests closed 90 days ago, and return their number."""
    rows = DataRequest.objects.to_purge(city_today())
    return sum(_delete_statement(pk) for pk in list(rows.values_list("pk", flat=True)[:500]))


def delete_requests(actor: Actor, keys: Iterable[str]) -> None:
    """Delete closed requests with all that belongs to them. The ledger of erasures stays.

    Rows of any table that refer to a request belong to it.
    """
    for row in DataRequest.objects.visible_to(actor).closed().filter(pk__in=keys).select_for_update():
        for relation in DataRequest._meta.related_objects:
            related_model: Any = relation.related_model
            related_model._base_manager.filter(**{relation.field.name: row}).delete()
        row.delete()


def renew_statements(*, with_data_keys: bool = True) -> int:
    """Encrypt all statements under the current key and return their number.

    The key is a data key, or SECRET_KEY if there is none or `with_data_keys` is False.
    """
    rows = DataRequest.objects.exclude(stated=None)
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.select_for_update().filter(pk=pk).first()
            if row is not None:
                row.state_terms(row.terms(), with_data_keys=with_data_keys)
                row.save(update_fields=["stated"])
    return rows.count()


def locked_request(actor: Actor, request_id: UUID, version: int | None) -> DataRequest:
    """Lock a pending request. Raises PermissionDenied, DoesNotExist, StaleVersion, ValidationError."""
    if not can_handle_requests(actor):
        raise PermissionDenied
    row: DataRequest = DataRequest.objects.visible_to(actor).select_for_update(no_key=True).get(pk=request_id)
    check_version(row.version, version)
    if not row.is_pending:
        raise ValidationError(_("The request is already closed."))
    _refuse_own_account(actor, row.terms())
    return row


def _answered_copy(actor: Actor, request_id: UUID, version: int | None) -> DataRequest:
    """Lock the answered request of an organisation. Raises as `locked_request`."""
    if not can_handle_requests(actor):
        raise PermissionDenied
    row: DataRequest = DataRequest.objects.visible_to(actor).select_for_update(no_key=True).get(pk=request_id)
    check_version(row.version, version)
    if row.kind != RequestKind.ORGANISATION_COPY or row.status != RequestStatus.ANSWERED:
        raise ValidationError(_("Answer the request of the organisation first."))
    return row


def _check_decision(row: DataRequest, decision: str, grounds: Collection[str]) -> None:
    findings = Finding.objects.of_request(row)
    if decision not in Decision.values:
        raise ValidationError({"decision": _("Choose a decision.")})
    if not row.needs_search and not row.is_identified and decision != Decision.REFUSED:
        raise ValidationError(_("Confirm who represents the organisation before you decide."))
    if row.needs_search and row.status != RequestStatus.DECIDING and decision != Decision.REFUSED:
        raise ValidationError(_("Search for the person before you decide."))
    if findings.blocking().exists() and decision != Decision.REFUSED:
        raise ValidationError(
            _("Give every finding a verdict. Someone else must read those you are unsure of.")
        )
    if decision in (Decision.PARTLY, Decision.REFUSED) and not grounds:
        raise ValidationError({"grounds": _("Choose at least one ground.")})
    if not set(grounds) <= set(grounds_of(row.kind)):
        raise ValidationError({"grounds": _("Choose a ground that the law gives for this kind of request.")})
    erases = row.kind in ERASING_KINDS and decision in (Decision.GRANTED, Decision.PARTLY)
    if erases and not Erasure.objects.done().filter(request=row).exists():
        raise ValidationError({"decision": _("Erase the data before you grant the request.")})
    if decision in (Decision.REFUSED, Decision.NOTHING_HELD) and has_begun(row):
        raise ValidationError(
            {"decision": _("The data was erased, or is being erased, so the letter must say so.")}
        )
    if decision == Decision.NOTHING_HELD and findings.about_person().exists():
        raise ValidationError({"decision": _("There are findings about this person.")})


def _clean_terms(terms: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    clean_terms = {
        name: list(dict.fromkeys(filter(None, map(squash, values)))) for name, values in terms.items()
    }
    for name, values in clean_terms.items():
        if len(values) > MOST_TERMS:
            raise ValidationError({name: _("Enter at most 20. One request is about one person.")})
    if not clean_terms.get("names"):
        raise ValidationError({"names": _("Enter at least one name.")})
    short_names = [name for name in clean_terms.get("names", ()) if not person_search([name], (), ())]
    if short_names:
        raise ValidationError({"names": _("Enter names of at least 2 characters.")})
    return clean_terms


def _refuse_own_account(actor: Actor, terms: Mapping[str, Iterable[str]]) -> None:
    """Raise PermissionDenied if the terms have the email of the actor's account."""
    if actor.kind != "user":
        return
    own_email = User.objects.filter(pk=actor.id).values_list("email", flat=True).first() or ""
    if own_email.casefold() in {email.casefold() for email in terms.get("emails", ())}:
        raise PermissionDenied


@transaction.atomic
def _delete_statement(pk: UUID) -> int:
    row = DataRequest.objects.to_purge(city_today()).select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None:
        return 0
    row.stated = None
    forget_found_texts(row)
    _save(SYSTEM, row, ["stated"])
    return 1


def _save(actor: Actor, row: DataRequest, names: list[str]) -> DataRequest:
    if not row.is_pending:
        row.frozen_contact_ids = []
    row.version += 1
    row.updated_at = timezone.now()
    row.clean_fields(exclude=["received_by", "answered_by"])
    with constraints_in_words(DataRequest):
        row.save()
    _record(actor, Action.UPDATE, Op.UPDATED, row, names)
    refresh_reminders(REQUEST, row.pk)
    return row


def _record(actor: Actor, action: Action, op: Op, row: DataRequest, names: Iterable[str]) -> None:
    changed = Changed(OBJECT_TYPE, row.pk, op, row.version, [], field_names=list(names))
    record_changes(actor, action, [changed])


EFFECT: Final = searches.effect_with(_search)
