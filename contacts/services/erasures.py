"""Erasing contacts one by one: of a second one on the same day, or a merged one, a second person decides.

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
from accounts.services.effects import Effect, Shown
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

ASKED: Final = "asked_erasure"  # what an event notes of an erasure that waits or has just begun


@writes
def erase_or_ask(*, actor: Actor, contact_id: UUID, version: int | None = None) -> bool:
    """Erase a contact or, if it `needs_second`, ask for it. Return whether it is gone.

    Raises as `erase_contact`, and Frozen if the contact is needed for a data request.
    """
    claim_first(actor)
    [contact] = locked_contacts(actor, {contact_id: version})
    refuse_frozen(actor, [contact])
    if not needs_second(actor, [contact.pk]):
        erase_people(actor, [contact.pk])
        return True
    if ask(actor, Act.ERASURE, subject=contact.pk):
        where = districts_of_contacts([contact])[contact.pk]
        record(actor, Action.UPDATE, "contact", [contact.pk], district_ids=where, field_names=[ASKED])
    return False


def claim_first(actor: Actor) -> None:
    """Wait for another erasure by the actor: of two at once only one is the first of the day."""
    if actor.id:
        claim_alone(int.from_bytes(actor.id.bytes[-8:], byteorder="big", signed=True))


def needs_second(actor: Actor, contact_ids: Collection[UUID]) -> bool:
    """Whether a second person decides: several people may go, or this is not the actor's first of the day.

    A contact into which others were merged counts as several, however long ago: a merge can be undone for
    some minutes only, and nobody can tell then whether these were one person.
    """
    return len(contact_ids) > 1 or (
        actor.id is not None and (has_erased_today(actor) or bool(merged_into(contact_ids)))
    )


@opened(Opened.WRITER)
def merged_into(contact_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many contacts were merged into each of these, if any were."""
    merges = Merge.objects.standing().filter(object_type="contact", kept_id__in=contact_ids)
    found: Counter[UUID] = Counter()
    for kept_id, gone_ids in merges.values_list("kept_id", "gone_ids"):
        found[kept_id] += len(gone_ids)
    return found


def merged_line(count: int) -> str:
    """How many contacts were merged into the one to erase, as a sentence for the confirmer."""
    text = ngettext(
        "%(count)s contact was merged into it. Check that they were one person.",
        "%(count)s contacts were merged into it. Check that they were one person.",
        count,
    )
    return text % {"count": count}


def has_erased_today(actor: Actor) -> bool:
    """Whether the actor has erased a person today, with or without a contact, or has asked for it."""
    if actor.id is None:  # the system
        return False
    today = Event.objects.filter(actor_id=actor.id, at__gte=day_starts_at(city_today()), allowed=True)
    erased = Q(action=Action.ERASE, object_type__in=["contact", "data_request"])
    return today.filter(erased | Q(field_names=[ASKED])).exists()


@opened(Opened.WRITER)
def _contact_of(act: PendingAct) -> list[Contact]:
    """Empty if the contact no longer exists: erased by a rule, merged, or removed with its undone import."""
    contact_id: Any = act.subject  # acts of this kind are about a contact
    return list(Contact.objects.select_for_update().filter(pk=contact_id))


def _lock(act: PendingAct) -> None:
    _contact_of(act)


def _confirmed(actor: Actor, act: PendingAct) -> None:
    if contacts := _contact_of(act):
        refuse_frozen(actor, contacts)
        erase_people(actor, [contact.pk for contact in contacts])


def _dropped(_actor: Actor, _act: PendingAct) -> None:
    """The contact stays."""


@opened(Opened.WRITER)
def _shown(contact_ids: Collection[UUID]) -> Mapping[UUID, Shown]:
    """No name: a confirmer sees no contact. A privacy officer opens its page."""
    rows = Contact.objects.filter(pk__in=contact_ids).select_related("home_district")
    merged = merged_into(contact_ids)
    return {row.pk: _show(row, merged.get(row.pk, 0)) for row in rows}


def _show(row: Contact, merged: int) -> Shown:
    title = _("A contact in %(district)s") % {"district": row.home_district.name}
    lines = [merged_line(merged)] if merged else []
    return Shown(title, lines, url=reverse("contact", args=[row.pk]), contact_ids=[row.pk])


EFFECT: Final = Effect([Act.ERASURE], _lock, _confirmed, _dropped, _shown)
