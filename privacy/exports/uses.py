"""Who received a person's data, who viewed it, and what it is used for, as the package states it."""

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
from privacy.exports.records import Held, Officers
from privacy.exports.register import period_of
from privacy.inventory import labels
from privacy.models import DataRequest, Finding, RetentionRule
from privacy.models.package import Package
from privacy.queries.activity_log import BACK, Events, events_visible_to, shared_by_people
from privacy.queries.contacts import merged_into
from privacy.queries.recipients import key_names
from privacy.services.findings import released
from privacy.services.requests import OBJECT_TYPE

FEWEST: Final = 5  # officers who could be meant before their role and district are named
CONSULTED: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT, Action.UPDATE)
READ: Final = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.EXPORT)


def ids_of(held: Held) -> list[UUID]:
    """IDs of the records that the package is about, with contacts that were merged into them."""
    known = [UUID(pk) for pk in held.ids if _is_id(pk)]
    return [*known, *(gone for pk in known for gone in merged_into(pk))]


def recipients(actor: Actor, ids: list[UUID]) -> list[dict[str, Any]]:
    """Who received the data, by name: other systems, and those to whom people passed it on."""
    found = [_shared(event) for event in _about(shared_by_people(actor), ids).order_by("at", "pk")]
    keys: dict[UUID | None, list[Event]] = defaultdict(list)
    of_keys = _about(events_visible_to(actor).filter(actor_kind="key", allowed=True), ids)
    made = of_keys.filter(action=Action.CREATE).exclude(request_id="")  # its answer has what was sent
    reads = of_keys.filter(action__in=READ).exclude(
        request_id__in=list(made.values_list("request_id", flat=True))
    )
    for event in reads.order_by("at", "pk"):
        keys[event.actor_id].append(event)
    names = key_names().by_id([pk for pk in keys if pk])
    for pk, events in keys.items():
        how = ngettext("read by another system %(n)s time", "read by another system %(n)s times", len(events))
        how %= {"n": len(events)}
        name = names.get(pk, "") if pk else ""
        found.append({"name": name or _("another system"), "how": how, "on": f"{city_day(events[-1].at)}"})
    return found


def consultations(
    actor: Actor, row: DataRequest, package: Package, ids: list[UUID], officers: Officers
) -> list[dict[str, Any]]:
    """Who of the police viewed the data: when, in which role and district, and why (CJEU C-579/21)."""
    events = events_visible_to(actor).filter(actor_kind="user", allowed=True, action__in=CONSULTED)
    staff = _Staff(named=package.identity_essential)
    why = _Reasons(row)
    return [
        {
            "at": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
            "who": staff.name(event),
            "action": str(Action(event.action).label),
            "purpose": officers.hidden(why.of(event)),
        }
        for event in _about(events, ids).order_by("at", "pk")
    ]


def views_by_reason(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Views as the letter lists them: one line for each role, action and reason, with the days and times.

    The JSON file has the moment of each view.
    """
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for one in rows:
        found[one["who"], one["action"], one["purpose"]][one["at"][:10]] += 1
    return [
        {
            "who": who,
            "action": action,
            "purpose": purpose or _("in daily work, without a reason being asked"),
            "days": ", ".join(day if times == 1 else f"{day} (×{times})" for day, times in days.items()),
        }
        for (who, action, purpose), days in found.items()
    ]


def purposes(held: Held) -> list[dict[str, Any]]:
    """Purpose, lawful basis and periods of the tables that the data is from."""
    days = RetentionRule.objects.in_force().days()
    found: dict[str, set[inventory.Rule]] = defaultdict(set)
    for field in inventory.fields().values():
        if field.model in held.tables:
            found[field.activity.name].add(field.rule)
    activities = {one.activity.name: one.activity for one in inventory.fields().values()}
    return [
        {
            "purpose": str(labels.PURPOSES[name]),
            "basis": str(labels.BASES[activities[name].basis]),
            "periods": sorted(period_of(rule, days) for rule in rules),
        }
        for name, rules in sorted(found.items())
    ]


def sources(held: Held) -> list[str]:
    """Where the data is from, as categories: naming a source could harm someone."""
    found = []
    if held.tables - {"contacts.ContactExternalId", "exchange.ImportedRow"}:
        found.append(_("you, an organisation or another person, as noted by an officer"))
    if held.tables & {"contacts.ContactExternalId", "exchange.ImportedRow"}:
        found.append(_("a register or another system of the city"))
    return found


def _about(events: Events, ids: list[UUID]) -> Events:
    """Events about these records. The work on data requests is left out."""
    known = events.filter(object_ids__overlap=ids, at__gte=timezone.now() - BACK)
    return known.exclude(object_type=OBJECT_TYPE)


def _shared(event: Event) -> dict[str, Any]:
    name, how = name_and_how(event.recipient)
    word, _space, day = how.partition(" ")
    typed = event.action == Action.SHARE
    by = {
        "archive": _("archive"),
        "encrypted": _("encrypted file"),
        "file": _("file"),
        "printed": _("printed"),
    }
    return {
        "name": name or _("name not recorded"),
        "how": str(by.get(word) or dict(SharedBy.choices).get(word, "")),
        "on": day if typed else f"{city_day(event.at)}",
    }


class _Staff:
    """Officers as a person may be told of them."""

    def __init__(self, *, named: bool) -> None:
        self._named = named
        self._names: dict[UUID | None, str] = {}
        self._places = dict(District.objects.values_list("pk", "name"))
        self._working: dict[tuple[str, UUID | None], set[UUID]] = defaultdict(set)
        for pk, name, role, district in User.objects.values_list("pk", "name", "role", "districts"):
            self._names[pk] = name
            self._working[role, district].add(pk)
            self._working[role, None].add(pk)

    def name(self, event: Event) -> str:
        """Role and district, unless fewer than five officers could be meant; the name if that is decided."""
        role, places = event.actor_role, event.district_ids
        meant: set[UUID] = set()
        anywhere: list[UUID | None] = [*places] or [None]
        for place in anywhere:
            meant |= self._working[role, place]
        if len(meant) < FEWEST:
            said = _("an officer of the city police")
        else:
            names = sorted(self._places.get(pk, "") for pk in places)
            said = ", ".join(filter(None, [str(dict(Role.choices).get(role, role)), *names]))
        return f"{self._names.get(event.actor_id, '')}, {said}".lstrip(", ") if self._named else said


class _Reasons:
    """Reasons to view data. Typed words can name others, so they need a verdict.

    Its cuts apply to the words as they were found: an erasure of somebody else may have changed them.
    """

    def __init__(self, row: DataRequest) -> None:
        read = Finding.objects.of(row).theirs().filter(model="audit.Reason")
        self._read = {one.object_id: one for one in read}

    def of(self, event: Event) -> str:
        reason: Any = getattr(event, "reason", None)
        text = "" if reason is None or reason.removed_at else reason.text
        if text and (found := self._read.get(str(event.pk))):
            text = released(found.text, found.cuts)
        elif text:
            text = _("in the officer’s own words")
        return reason_in_words(event.reason_code, text)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
