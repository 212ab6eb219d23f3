"""Labels of the inventory's codes, for letters and the register."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

PURPOSES: Final[Mapping[str, Any]] = {
    "liaison": gettext_lazy("Ties with communities: who can be reached, what was said and what was promised"),
    "incidents": gettext_lazy("Response to incidents: who makes each call, and what was learned"),
    "reviews": gettext_lazy("Audits of engagement in a district, and reports by email"),
    "practices": gettext_lazy("Library of practices: what helps, and the result of each try"),
    "plans": gettext_lazy("Local action plans: who does what by when, and what organisations say of it"),
    "publishing": gettext_lazy("Figures for everyone"),
    "public_pages": gettext_lazy(
        "What a district tells the public: results, meetings, ways to report, organisations that agreed"
    ),
    "registrations": gettext_lazy("Organisations that put themselves forward"),
    "districts": gettext_lazy("Districts, their boundaries and the communities known to live there"),
    "exchange": gettext_lazy("Imports from registers"),
    "integration": gettext_lazy("Access of other systems, and its limits"),
    "accounts": gettext_lazy("Accounts of staff: who works where, and who can do what"),
    "trail": gettext_lazy("Activity log: who viewed, searched, changed or received a record, and why"),
    "oversight": gettext_lazy("Questions about how contacts are read, and look-ups of records at risk"),
    "operation": gettext_lazy("Background tasks, their files, and reminders"),
    "requests": gettext_lazy("Answers to people who ask about their data, and proof of them"),
}
BASES: Final[Mapping[str, Any]] = {
    "record": gettext_lazy("stated in each record"),
    "public_task": gettext_lazy("task in the public interest (GDPR, Article 6(1)(e))"),
    "police_law": gettext_lazy("police law (Directive 2016/680, Article 8)"),
    "legal_obligation": gettext_lazy("legal obligation (GDPR, Article 6(1)(c))"),
}
PEOPLE: Final[Mapping[str, Any]] = {
    "contact": gettext_lazy("contacts and people named in notes"),
    "officer": gettext_lazy("officers and other staff"),
    "visitor": gettext_lazy("people who register an organisation"),
}
CATEGORIES: Final[Mapping[str, Any]] = {
    "identity": gettext_lazy("names and numbers"),
    "channel": gettext_lazy("phone numbers and addresses"),
    "role": gettext_lazy("roles in organisations"),
    "fact": gettext_lazy("facts as codes, dates and numbers"),
    "free_text": gettext_lazy("notes"),
    "opinion": gettext_lazy("opinions of officers"),
    "decision": gettext_lazy("decisions"),
    "log": gettext_lazy("records of use"),
    "technical": gettext_lazy("technical data"),
}
RECIPIENTS: Final[Mapping[str, Any]] = {
    "colleagues": gettext_lazy("officers and supervisors"),
    "privacy_officers": gettext_lazy("privacy officers"),
    "administrators": gettext_lazy("administrators"),
    "confirmers": gettext_lazy("confirmers"),
    "keys": gettext_lazy("other systems with an API key"),
    "exports": gettext_lazy("recipients of exported files"),
    "archives": gettext_lazy("recipients of an archive"),
    "calendars": gettext_lazy("calendars of officers"),
    "public": gettext_lazy("the public"),
    "system": gettext_lazy("the system itself"),
}
#: Tables about a contact, in words for the person.
TABLES: Final[Mapping[str, Any]] = {
    "contacts.Contact": gettext_lazy("contact"),
    "contacts.Affiliation": gettext_lazy("role in an organisation"),
    "contacts.ContactDetail": gettext_lazy("another number or address"),
    "contacts.ContactExternalId": gettext_lazy("ID in another system"),
    "contacts.PrivateChannel": gettext_lazy("private number or address"),
    "meetings.FollowUp": gettext_lazy("follow-up"),
    "meetings.MeetingContact": gettext_lazy("attendance at a meeting"),
}
_SINCE: Final[Mapping[str, Any]] = {
    "last_meeting": gettext_lazy("the last meeting or change"),
    "ended": gettext_lazy("the end of the role"),
    "meeting": gettext_lazy("the meeting"),
    "closed": gettext_lazy("closing"),
    "withdrawn": gettext_lazy("the end of an agreement"),
    "created": gettext_lazy("creation"),
    "answered": gettext_lazy("the answer"),
    "last_use": gettext_lazy("the last use"),
}
#: Data of the rules that act without a decision.
ALWAYS: Final[Mapping[str, Any]] = {
    "file": gettext_lazy("files of background tasks"),
    "draft": gettext_lazy("imports that were begun"),
    "session": gettext_lazy("sessions of devices"),
    "merge_memory": gettext_lazy("memory of merges"),
    "short": gettext_lazy("repeated requests and contacts read in a day"),
    "reading": gettext_lazy("contacts that a colleague read"),
    "reading_day": gettext_lazy("number of contacts that a colleague read in a day"),
    "registration": gettext_lazy("registrations of organisations"),
}


def table(model: type[models.Model]) -> str:
    """Return the name of a table."""
    return capfirst(str(TABLES.get(model._meta.label, model._meta.verbose_name)))


def period(*, then: str, counts_from: str, days: int | None) -> str:
    """Return a retention period in words, from a rule of the inventory.

    >>> period(then="delete", counts_from="meeting", days=365)
    'deleted 365 days after the meeting'
    """
    if days is None:
        return _("for as long as the record to which it belongs")
    values = {"n": days, "since": _SINCE[counts_from]}
    match then:
        case "review":
            sentence = ngettext(
                "reviewed %(n)s day after %(since)s", "reviewed %(n)s days after %(since)s", days
            )
        case "blank":
            sentence = ngettext(
                "text removed %(n)s day after %(since)s", "text removed %(n)s days after %(since)s", days
            )
        case _:
            sentence = ngettext(
                "deleted %(n)s day after %(since)s", "deleted %(n)s days after %(since)s", days
            )
    return sentence % values
