"""Erasing one contact. The second on the same day, or a merged contact, needs a confirmer.

See docs/adr/0045.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from accounts.services.acts import ask
from accounts.services.effects import ActSummary, Effect
from audit.models import Action, Event
from audit.services import record
from contacts.models import Contact, Merge
from contacts.services.change_feed import districts_of_contacts
from contacts.services.contacts import locked_contacts
from lib.days import city_today, day_starts_at
from lib.erasable import erase_people
from lib.freezing import refuse_frozen
from lib.leases import claim_alone
from lib.row_context import Opened, opened, writes

ASKED: Final = "asked_erasure"  # field name in the event of an erasure request


@writes
def erase_or_ask(*, actor: Actor, contact_id: UUID, version: int | None = None) -> bool:
    """Erase a contact or, if it `needs_confirmation`, request that. Return whether the contact was erased.

    Raises as `erase_contact`, and Frozen if the contact is needed for a data request.
    """
    wait_for_own_erasures(actor)
    [contact] = locked_contacts(actor, {contact_id: version})
    refuse_frozen(actor, [contact])
    if not needs_confirmation(actor, [contact.pk]):
        erase_people(actor, [contact.pk])
        return True
    if ask(actor, Act.ERASURE, subject=contact.pk):
        district_ids = districts_of_contacts([contact])[contact.pk]
        record(actor, Action.UPDATE, "contact", [contact.pk], district_ids=district_ids, field_names=[ASKED])
    return False


def wait_for_own_erasures(actor: Actor) -> None:
    """Wait for other erasures by the actor, so that only one of two at once is the first of the day."""
    if actor.id:
        claim_alone(int.from_bytes(actor.id.bytes[-8:], byteorder="big", signed=True))


def needs_confirmation(actor: Actor, contact_ids: Collection[UUID]) -> bool:
    """Whether a confirmer decides: several people may be erased, or it is not the actor's first today.

    A contact into which others were merged counts as several, however long ago. A merge can be undone for
    some minutes only, so later no one can check whether they were one person.
    """
    return len(contact_ids) > 1 or (
        actor.id is not None and (has_erased_today(actor) or bool(merged_counts_of(contact_ids)))
    )


@opened(Opened.WRITER)
def merged_counts_of(contact_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Return the number of contacts merged into each of these, without those that have none."""
    merges = Merge.objects.standing().filter(object_type="contact", kept_id__in=contact_ids)
    merged_counts: Counter[UUID] = Counter()
    for kept_id, gone_ids in merges.values_list("kept_id", "gone_ids"):
        merged_counts[kept_id] += len(gone_ids)
    return merged_counts


def merge_warning(count: int) -> str:
    """Return a sentence for the confirmer: the number of contacts merged into the one to erase."""
    text = ngettext(
        "%(count)s contact was merged into it. Check that they were one person.",
        "%(count)s contacts were merged into it. Check that they were one person.",
        count,
    )
    return text % {"count": count}


def has_erased_today(actor: Actor) -> bool:
    """Whether the actor has erased a person today, or requested it, with or without a contact."""
    if actor.id is None:  # the system
        return False
    today = Event.objects.filter(actor_id=actor.id, at__gte=day_starts_at(city_today()), allowed=True)
    erased = Q(action=Action.ERASE, object_type__in=["contact", "data_request"])
    return today.filter(erased | Q(field_names=[ASKED])).exists()


@opened(Opened.WRITER)
def _contact_of(act: PendingAct) -> list[Contact]:
    """Lock and return the contact. Empty if it was merged, or erased by a rule or an undone import."""
    contact_id: Any = act.subject  # acts of this kind are about a contact
    return list(Contact.objects.select_for_update().filter(pk=contact_id))


def _lock_contact(act: PendingAct) -> None:
    _contact_of(act)


def _carry_out(actor: Actor, act: PendingAct) -> None:
    if contacts := _contact_of(act):
        refuse_frozen(actor, contacts)
        erase_people(actor, [contact.pk for contact in contacts])


def _reject(_actor: Actor, _act: PendingAct) -> None:
    """Do nothing: the contact stays."""


@opened(Opened.WRITER)
def _describe_requests(contact_ids: Collection[UUID]) -> Mapping[UUID, ActSummary]:
    """Describe requests without names: a confirmer sees no contact. A privacy officer can open its page."""
    rows = Contact.objects.filter(pk__in=contact_ids).select_related("home_district")
    merged = merged_counts_of(contact_ids)
    return {row.pk: _describe_request(row, merged.get(row.pk, 0)) for row in rows}


def _describe_request(row: Contact, merged: int) -> ActSummary:
    title = _("A contact in %(district)s") % {"district": row.home_district.name}
    lines = [merge_warning(merged)] if merged else []
    return ActSummary(title, lines, url=reverse("contact", args=[row.pk]), contact_ids=[row.pk])


EFFECT: Final = Effect([Act.ERASURE], _lock_contact, _carry_out, _reject, _describe_requests)
