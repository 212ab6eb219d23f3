"""Copy of an organisation's own record for the organisation, without people."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Affiliation, FocusDeclaration, Organisation
from lib.wired import Wired
from meetings.models import FollowUp
from privacy.exports.records import HeldData, field_label, field_value
from privacy.models import DataRequest

#: Fields of the record. Protection, officers and internal fields are left out.
RECORD: Final = (
    *("name", "short_name", "kind", "status", "summary", "website", "email", "phone", "address", "postcode"),
    *("languages", "access_needs"),
)
WISHES: Final = ("contact_wish", "contact_wish_by", "contact_wish_on", "night_calls", "night_agreed_on")
COMMUNITY: Final = ("focus", "declared_by", "declared_on")
LISTING: Final = ("summary", "focus_words", "agreed_by", "agreed_on", "how", "review_on")
#: Reads an organisation's public listings in force. The rooms above fill the tuple.
LISTINGS: Final = Wired[Callable[[Organisation], Iterable[models.Model]]](
    "privacy.exports.organisation.LISTINGS"
)


def organisation_held(row: DataRequest) -> HeldData:
    """Return the record of the organisation of a request. Names of officers and contacts are replaced."""
    rows = Organisation.objects.filter(pk__in=[pk for pk in (row.organisation_id,) if pk])
    records = [record for organisation in rows for record in _records(organisation)]
    ids = frozenset([str(row.organisation_id)]) if records else frozenset[str]()
    tables = frozenset(["contacts.Organisation"]) if records else frozenset[str]()
    return HeldData(records, (), (), tables, ids, police=False, other=bool(records), has_unsure=False)


def _records(organisation: Organisation) -> Iterator[Mapping[str, Any]]:
    people = _People(organisation)
    yield from _record(_("Record"), organisation, RECORD, people)
    for declaration in (
        FocusDeclaration.objects.current().filter(organisation=organisation).order_by("declared_on", "pk")
    ):
        yield from _record(_("Community"), declaration, COMMUNITY, people)
    yield from _record(_("Wishes about contact"), organisation, WISHES, people)
    for listing in (row for listings_of in LISTINGS for row in listings_of(organisation)):
        yield from _record(_("Public listing"), listing, LISTING, people)
    follow_ups = FollowUp.objects.pending().filter(organisations=organisation).order_by("due_on", "pk")
    for follow_up in follow_ups.distinct():
        yield from _record(_("Open follow-up"), follow_up, ("title", "due_on"), people)


def _record(
    title: str, row: models.Model, names: tuple[str, ...], people: "_People"
) -> Iterator[Mapping[str, Any]]:
    texts = [(name, people.hidden(field_value(row, name))) for name in names]
    pairs = [{"name": capfirst(field_label(type(row), name)), "value": text} for name, text in texts if text]
    if pairs:
        yield {"what": title, "fields": pairs}


class _People:
    """Names of officers, and of contacts who represent or represented the organisation."""

    def __init__(self, organisation: Organisation) -> None:
        affiliations = Affiliation.objects.filter(organisation=organisation).select_related("contact")
        names = {str(affiliation.contact) for affiliation in affiliations} | {
            affiliation.contact.family_name for affiliation in affiliations
        }
        names |= set(User.objects.values_list("name", flat=True))
        names_by_length = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
        pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names_by_length)
        self._names = re.compile(pattern, re.IGNORECASE) if pattern else None

    def hidden(self, text: str) -> str:
        return self._names.sub(_("[a person]"), text) if self._names else text
