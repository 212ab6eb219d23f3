"""Recipients, viewers, purposes and sources of a person's data, for the package."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Role, User
from audit.codes import reason_in_words
from audit.models import Action, Event
from audit.rules import name_and_how
from districts.models import District
from lib.days import city_day
from privacy import inventory
from privacy.codes import SharedBy
from privacy.exports.records import HeldData, Officers
from privacy.exports.register import period_of
from privacy.inventory import labels
from privacy.models import DataRequest, Finding, RetentionRule
from privacy.models.package import Package
from privacy.queries.activity_log import BACK, Events, events_visible_to, shared_by_people
from privacy.queries.contacts import merged_into
from privacy.queries.recipients import key_names
from privacy.services.findings import released
from privacy.services.requests import OBJECT_TYPE

FEWEST: Final = 5  # matching officers, below which role and district are not named
CONSULTED: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT, Action.UPDATE)
READ: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT)


def ids_of(held: HeldData) -> list[UUID]:
    """Return the IDs of the records in the package, with contacts that were merged into them."""
    record_ids = [UUID(pk) for pk in held.ids if _is_id(pk)]
    return [*record_ids, *(merged_id for pk in record_ids for merged_id in merged_into(pk))]


def recipients(actor: Actor, ids: list[UUID]) -> list[dict[str, Any]]:
    """Return the recipients of the data by name: bodies that received it from people, and other systems."""
    receipts = [_receipt(event) for event in _events_about(shared_by_people(actor), ids).order_by("at", "pk")]
    events_by_key: dict[UUID | None, list[Event]] = defaultdict(list)
    key_events = _events_about(events_visible_to(actor).filter(actor_kind="key", allowed=True), ids)
    creations = key_events.filter(action=Action.CREATE).exclude(request_id="")  # the answer has the sent data
    reads = key_events.filter(action__in=READ).exclude(
        request_id__in=list(creations.values_list("request_id", flat=True))
    )
    for event in reads.order_by("at", "pk"):
        events_by_key[event.actor_id].append(event)
    names = key_names().by_id([pk for pk in events_by_key if pk])
    for pk, events in events_by_key.items():
        form = ngettext(
            "read by another system %(n)s time", "read by another system %(n)s times", len(events)
        )
        form %= {"n": len(events)}
        name = names.get(pk, "") if pk else ""
        receipts.append(
            {"name": name or _("another system"), "how": form, "on": f"{city_day(events[-1].at)}"}
        )
    return receipts


def consultations(
    actor: Actor, row: DataRequest, package: Package, ids: list[UUID], officers: Officers
) -> list[dict[str, Any]]:
    """Return views of the data by officers: moment, role and district, action and reason (CJEU C-579/21)."""
    events = events_visible_to(actor).filter(actor_kind="user", allowed=True, action__in=CONSULTED)
    staff = _Staff(are_named=package.identity_essential)
    reasons = _Reasons(row)
    return [
        {
            "at": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
            "who": staff.name(event),
            "action": str(Action(event.action).label),
            "purpose": officers.hidden(reasons.of(event)),
        }
        for event in _events_about(events, ids).order_by("at", "pk")
    ]


def views_by_reason(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the views as the letter lists them: a line for each role, action and reason, with the days.

    The JSON file has the moment of each view.
    """
    times_by_view: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        times_by_view[row["who"], row["action"], row["purpose"]][row["at"][:10]] += 1
    return [
        {
            "who": viewer,
            "action": action,
            "purpose": purpose or _("in daily work, without a reason being asked"),
            "days": ", ".join(day if times == 1 else f"{day} (×{times})" for day, times in days.items()),
        }
        for (viewer, action, purpose), days in times_by_view.items()
    ]


def purposes(held: HeldData) -> list[dict[str, Any]]:
    """Return purpose, lawful basis and periods of the tables that contain the data."""
    days = RetentionRule.objects.in_force().days()
    rules_by_activity: dict[str, set[inventory.Rule]] = defaultdict(set)
    for field in inventory.fields().values():
        if field.model in held.tables:
            rules_by_activity[field.activity.name].add(field.rule)
    activities = {field.activity.name: field.activity for field in inventory.fields().values()}
    return [
        {
            "purpose": str(labels.PURPOSES[name]),
            "basis": str(labels.BASES[activities[name].basis]),
            "periods": sorted(period_of(rule, days) for rule in rules),
        }
        for name, rules in sorted(rules_by_activity.items())
    ]


def sources(held: HeldData) -> list[str]:
    """Return the sources of the data as categories, because naming a source could harm someone."""
    categories = []
    if held.tables - {"contacts.ContactExternalId", "exchange.ImportedRow"}:
        categories.append(_("you, an organisation or another person, as noted by an officer"))
    if held.tables & {"contacts.ContactExternalId", "exchange.ImportedRow"}:
        categories.append(_("a register or another system of the city"))
    return categories


def _events_about(events: Events, ids: list[UUID]) -> Events:
    """Return events about these records, without the work on data requests."""
    events_about = events.filter(object_ids__overlap=ids, at__gte=timezone.now() - BACK)
    return events_about.exclude(object_type=OBJECT_TYPE)


def _receipt(event: Event) -> dict[str, Any]:
    name, recorded_form = name_and_how(event.recipient)
    word, _space, day = recorded_form.partition(" ")
    typed = event.action == Action.SHARE
    form_by_code = {
        "archive": _("archive"),
        "encrypted": _("encrypted file"),
        "file": _("file"),
        "printed": _("printed"),
    }
    return {
        "name": name or _("name not recorded"),
        "how": str(form_by_code.get(word) or dict(SharedBy.choices).get(word, "")),
        "on": day if typed else f"{city_day(event.at)}",
    }


class _Staff:
    """Descriptions of officers for the person."""

    def __init__(self, *, are_named: bool) -> None:
        self._named = are_named
        self._names: dict[UUID | None, str] = {}
        self._places = dict(District.objects.values_list("pk", "name"))
        self._working: dict[tuple[str, UUID | None], set[UUID]] = defaultdict(set)
        for pk, name, role, district in User.objects.values_list("pk", "name", "role", "districts"):
            self._names[pk] = name
            self._working[role, district].add(pk)
            self._working[role, None].add(pk)

    def name(self, event: Event) -> str:
        """Return role and district if at least five officers match, with the name if officers are named."""
        role, places = event.actor_role, event.district_ids
        possible_officers: set[UUID] = set()
        anywhere: list[UUID | None] = [*places] or [None]
        for place in anywhere:
            possible_officers |= self._working[role, place]
        if len(possible_officers) < FEWEST:
            description = _("an officer of the city police")
        else:
            names = sorted(self._places.get(pk, "") for pk in places)
            description = ", ".join(filter(None, [str(dict(Role.choices).get(role, role)), *names]))
        return (
            f"{self._names.get(event.actor_id, '')}, {description}".lstrip(", ")
            if self._named
            else description
        )


class _Reasons:
    """Reasons to view data. Typed words can name others, so only words with a verdict are given.

    Cuts apply to the words as found, because an erasure of someone else may have changed them.
    """

    def __init__(self, row: DataRequest) -> None:
        read = Finding.objects.of_request(row).about_person().filter(model="audit.Reason")
        self._read = {finding.object_id: finding for finding in read}

    def of(self, event: Event) -> str:
        reason: Any = getattr(event, "reason", None)
        text = "" if reason is None or reason.removed_at else reason.text
        if text and (finding := self._read.get(str(event.pk))):
            text = released(finding.text, finding.cuts)
        elif text:
            text = _("in the officer’s own words")
        return reason_in_words(event.reason_code, text)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
