"""Inquiry of a privacy officer: who viewed, searched for or received a person's data, when and why."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from phonenumber_field.phonenumber import to_python

from accounts.actors import Actor
from contacts.codes import Channel
from contacts.models import Contact, PrivateChannel
from contacts.queries.search import hashes_of_searches, searched_words
from lib.days import day_ends_at, day_starts_at
from lib.fold import fold, latin
from privacy.policies import can_inquire
from privacy.queries.activity_log import Events, events_visible_to
from privacy.queries.contacts import merged_into
from privacy.rules.searches import parts_of_number, wordings


def events_about(actor: Actor, contact_id: UUID, *, since: date, until: date) -> Events:
    """Return events that name the person or whose search words match, between two city days.

    The person may have been erased: events that name them remain. Raises PermissionDenied.
    """
    if not can_inquire(actor):
        raise PermissionDenied
    ids = [contact_id, *merged_into(contact_id)]
    is_about_person = Q(object_ids__overlap=ids)
    contact = Contact.objects.visible_to(actor).filter(pk=contact_id).first()
    if contact is not None:
        is_about_person |= Q(search_hash__in=hashes_of_searches(searches_for(contact)))
    rows = events_visible_to(actor).filter(is_about_person)
    return rows.filter(at__gte=day_starts_at(since), at__lt=day_ends_at(until))


def searches_for(contact: Contact) -> set[str]:
    """Return normalised search words that could refer to this person: name, phone and email.

    Private phone numbers and addresses are included: searches never find them, but someone may have typed
    them.
    """
    channel = PrivateChannel.objects.filter(contact=contact).first()
    details = list(contact.other_details.all())
    detail_phones = [to_python(detail.value) for detail in details if detail.channel == Channel.PHONE]
    phones = [phone for phone in (contact.phone, channel and channel.phone, *detail_phones) if phone]
    numbers = [form for phone in phones for form in (phone.as_e164, phone.as_national)]
    emails = [detail.value for detail in details if detail.channel == Channel.EMAIL]
    addresses = [email for email in (contact.email, channel and channel.email, *emails) if email]
    name = fold(contact.given_name, contact.family_name)
    searches = {*wordings(name.split()), *wordings(latin(name).split())}  # either script may be in an event
    for number in numbers:
        searches |= {searched_words(part) for part in parts_of_number(number)}
    for address in addresses:
        searches |= {searched_words(part) for part in (address, address.partition("@")[0])}
    return searches
