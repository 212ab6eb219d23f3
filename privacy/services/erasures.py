"""Start erasures of people: for a request, or because the period of their records is over.

A second person confirms an erasure of several people, also merged ones, or a second erasure on one day.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, actor_for
from accounts.models import Act, PendingAct, User
from accounts.services.acts import ask
from accounts.services.effects import ActSummary, Effect
from audit.models import Action
from audit.services import record
from contacts.services.erasures import (
    ASKED,
    merge_warning,
    merged_counts_of,
    needs_confirmation,
    wait_for_own_erasures,
)
from jobs.services.jobs import queue_job
from privacy.codes import ERASING_KINDS, RequestStatus, RestrictionGround, RetentionChoice
from privacy.inventory import labels
from privacy.models import DataRequest, Erasure, Finding, HiddenText, Restriction, RetentionDecision
from privacy.queries.contacts import contacts_of
from privacy.services.calling_off import stopped_erasure
from privacy.services.freezing import other_requests_needing
from privacy.services.requests import OBJECT_TYPE, locked_request

ERASE: Final = "privacy_erase"  # the kind of the background task


@transaction.atomic
def ask_erasure(*, actor: Actor, request_id: UUID, version: int | None = None) -> Erasure:
    """Erase the person of a request as a background task. All findings need a verdict.

    A second person confirms it first if it `needs_confirmation`. An erasure that stopped continues. Raises as
    `locked_request`, ValidationError.
    """
    row = locked_request(actor, request_id, version)
    refuse_erasure(row)
    begun = Erasure.objects.filter(request=row).first()
    if begun is not None and begun.places is None and begun.contact_ids != contacts_of(row):
        begun.delete()  # it stopped, and its contacts have changed
        begun = None
    if begun is not None:
        _record(actor, begun, ASKED)
        _start(actor, begun)
        return begun
    return _ask(actor, row, contacts_of(row))


def ask_erasure_of(actor: Actor, contact_ids: Collection[UUID]) -> Erasure:
    """Erase contacts whose period is over, with the same eraser, daily limit and second person.

    The caller has checked that the actor can erase them, and records why.
    """
    return _ask(actor, None, sorted(contact_ids))


def _ask(actor: Actor, request: DataRequest | None, contacts: list[UUID]) -> Erasure:
    wait_for_own_erasures(actor)
    is_for_two = needs_confirmation(actor, contacts)
    erasure = Erasure.objects.create(request=request, contact_ids=contacts, asked_by_id=actor.id)
    _record(actor, erasure, ASKED)
    if is_for_two:
        ask(actor, Act.ERASING, subject=erasure.pk)
    else:
        _start(actor, erasure)
    return erasure


def refuse_erasure(row: DataRequest) -> None:
    """Raise ValidationError if the person of this request cannot be erased now."""
    begun = Erasure.objects.filter(request=row).first()
    if begun is not None and stopped_erasure(begun) is None:
        raise ValidationError(_("The erasure was already requested."))
    if begun is None or begun.places is None:
        refuse_to_begin(row)


def refuse_to_begin(row: DataRequest) -> None:
    """Raise ValidationError if an erasure must not begin, also if it was requested earlier."""
    if row.kind not in ERASING_KINDS:
        raise ValidationError(_("Only a request for erasure or an objection leads to an erasure."))
    if not row.is_pending:
        raise ValidationError(_("The request is already closed."))
    if row.status != RequestStatus.DECIDING:
        raise ValidationError(_("Search for the person before you decide."))
    if Finding.objects.of_request(row).blocking().exists():
        raise ValidationError(
            _("Give every finding a verdict. Someone else must read those you are unsure of.")
        )
    contacts, findings = contacts_of(row), Finding.objects.of_request(row).about_person()
    if not contacts and not findings.exists():
        raise ValidationError(_("No finding is about this person, so there is nothing to erase."))
    evidence = Restriction.objects.standing().filter(ground=RestrictionGround.EVIDENCE)
    if evidence.filter(Q(contact_id__in=contacts) | Q(request=row)).exists():
        raise ValidationError(
            _("This contact is needed as evidence. Lift the restriction first, or refuse the request.")
        )
    hidden_keys = HiddenText.objects.filter(restriction__in=evidence).values_list(
        "model", "object_id", "field"
    )
    if set(hidden_keys).intersection(findings.values_list("model", "object_id", "field")):
        raise ValidationError(
            _("A text is needed as evidence. Lift its restriction first, or refuse the request.")
        )
    if other_numbers := other_requests_needing(row):
        text = _("Other requests need the same data. Answer these first: %(numbers)s.")
        raise ValidationError(text % {"numbers": ", ".join(other_numbers)})


def _start(actor: Actor, erasure: Erasure) -> None:
    job = queue_job(actor=actor, kind=ERASE, parameters={"erasure": str(erasure.pk)})
    erasure.job = job.pk
    erasure.save(update_fields=["job"])


# --- The second person --------------------------------------------------------------------------------


def _locked(act: PendingAct) -> Erasure | None:
    subject: Any = act.subject  # acts of this kind are about an erasure
    return locked_erasure(subject)


def locked_erasure(pk: UUID) -> Erasure | None:
    """Lock the request, if there is one, and then the erasure; None if it was called off."""
    DataRequest.objects.select_for_update(no_key=True).filter(erasure=pk).first()
    return Erasure.objects.select_for_update(no_key=True).filter(pk=pk).first()


def _lock(act: PendingAct) -> None:
    _locked(act)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    erasure = _locked(act)
    if erasure is not None and erasure.job is None:
        if erasure.request is not None:
            refuse_to_begin(erasure.request)
        _record(actor, erasure, "confirmed_erasure")
        _start(actor_for(User.objects.get(pk=erasure.asked_by_id)), erasure)


def _dropped(actor: Actor, act: PendingAct) -> None:
    """Delete the rejected erasure. It can be requested again."""
    erasure = _locked(act)
    if erasure is not None:
        _record(actor, erasure, "dropped_erasure")
        if erasure.request_id is None:
            undo_decisions(erasure.contact_ids)
        erasure.delete()


def _record(actor: Actor, erasure: Erasure, step: str) -> None:
    object_ids = [pk for pk in (erasure.request_id, *erasure.contact_ids) if pk]
    noun = OBJECT_TYPE if erasure.request_id else "contact"
    record(actor, Action.UPDATE, noun, object_ids, field_names=[step])


def undo_decisions(contact_ids: Collection[UUID]) -> None:
    """Put contacts back into the review queue whose erasure a second person rejected."""
    erase_decisions = (
        RetentionDecision.objects.valid()
        .of_records("contact", contact_ids)
        .filter(decision=RetentionChoice.ERASE)
    )
    erase_decisions.update(undone_at=timezone.now())


def _shown_acts(ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Return the acts for confirmers: numbers of places by type, and no name, since they see no contact."""
    rows = list(Erasure.objects.filter(pk__in=ids).select_related("request"))
    merged = merged_counts_of([pk for row in rows for pk in row.contact_ids])
    return {row.pk: _shown_act(row, sum(merged.get(pk, 0) for pk in row.contact_ids)) for row in rows}


def _shown_act(row: Erasure, merged: int) -> ActSummary:
    count = len(row.contact_ids)
    line = ngettext("%(count)s contact is erased.", "%(count)s contacts are erased.", count)
    lines = [line % {"count": count}, *([merge_warning(merged)] if merged else [])]
    if row.request is None:
        title = _("Contacts whose period is over")
        lines.append(_("Their names and numbers leave the texts of other records, too."))
        return ActSummary(title, lines, contact_ids=row.contact_ids)
    findings = Finding.objects.of_request(row.request).about_person().exclude(model="contacts.Contact")
    numbers = findings.order_by().values_list("model").annotate(places=Count("pk")).order_by("model")
    for label, places in numbers:
        noun = labels.table(apps.get_model(label))
        text = ngettext("%(type)s: %(count)s place", "%(type)s: %(count)s places", places)
        lines.append(text % {"type": noun, "count": places})
    title = _("Data request %(number)s") % {"number": row.request.number}
    url = reverse("data_request", args=[row.request_id])
    return ActSummary(title, lines, url=url, contact_ids=row.contact_ids)


EFFECT: Final = Effect([Act.ERASING], _lock, _confirmed, _dropped, _shown_acts)
