"""The parts of a concern that its own page and the page of its incident show (docs/adr/0042)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role, User
from accounts.queries.duty import OnDuty, on_duty
from incidents.queries.cards import Card, card_of
from incidents.queries.step_plans import order_of_deciders, ranks_of
from incidents.rules.hours import is_quiet
from lib.days import city_today, city_zone, day_ends_at
from meetings.codes import ConcernStatus, Outcome, ReassuranceAnswer
from meetings.guide.offers import OFFERS
from meetings.models import Concern, FollowUp
from meetings.models.concern import REFERENCES
from meetings.queries.calls import (
    Calls,
    NeighbouringLead,
    NotifiedColleague,
    neighbouring_leads,
    notified_colleagues,
)
from pages.follow_ups.views import with_what_is_seen
from pages.lookups import ids_on

SUPERVISORS: Final = 2  # numbers on a page
LISTED: Final = 5  # organisations in the list of calls before the fold
PROMISES = 20  # follow-ups on a page


@dataclass(frozen=True, slots=True)
class CallList:
    """Organisations to call about a concern, in one list: those to call now, and at night those that wait."""

    callable_cards: Sequence[Card]
    protected_cards: Sequence[Card]  # it is night, and they asked not to be called at night
    morning_cards: Sequence[Card]

    @classmethod
    def from_cards(cls, cards: Sequence[Card]) -> "CallList":
        """Divide cards. The affected place is called now: its own card says that it refused night calls."""
        elsewhere = [card for card in cards if not card.call.is_the_place]
        return cls(
            [card for card in cards if card.call.is_the_place or not _waits(card)],
            [card for card in elsewhere if card.is_for_the_morning],
            [card for card in elsewhere if card.is_asleep and not card.is_for_the_morning],
        )

    def __bool__(self) -> bool:
        return bool(self.callable_cards or self.protected_cards or self.morning_cards)

    @property
    def protects_first(self) -> bool:
        """Whether the first organisation asked not to be called at night, and it is night."""
        return bool(self.callable_cards) and self.callable_cards[0].is_for_the_morning

    @property
    def listed_cards(self) -> Sequence[Card]:
        """Organisations after the first one that are not folded."""
        return self.callable_cards[1 : 1 + LISTED]

    @property
    def folded_cards(self) -> Sequence[Card]:
        return self.callable_cards[1 + LISTED :]


def _waits(card: Card) -> bool:
    return card.is_for_the_morning or card.is_asleep


@dataclass(frozen=True, slots=True)
class ConcernParts:
    """A concern read `with_references`, with colleagues, follow-ups and history, as the actor sees them."""

    concern: Any
    may_edit: bool
    helping: Sequence[Card]
    neighbours: Sequence[NeighbouringLead]
    on_duty: Sequence[OnDuty]
    supervisors: Sequence[User]  # of the district, if none is on duty
    notified: Sequence[NotifiedColleague]
    promises: Sequence[Any]
    today: date

    @property
    def told_ids(self) -> set[UUID]:
        return {colleague.user.pk for colleague in self.notified if colleague.sent_at}

    @property
    def telling_ids(self) -> set[UUID]:
        return {colleague.user.pk for colleague in self.notified if not colleague.sent_at}

    @property
    def colleagues(self) -> int:
        return len(self.helping) + len(self.neighbours)

    @property
    def answers(self) -> list[tuple[str, Any]]:
        return list(ReassuranceAnswer.choices)

    @property
    def offers(self) -> list[tuple[Any, Any]]:
        """Offers to the people affected, while the concern is open."""
        if self.concern.status == ConcernStatus.CLOSED:
            return []
        return [(Outcome(code).label, offer.text) for code, offer in OFFERS.items()]

    @property
    def moments(self) -> list[tuple[date, str, str]]:
        return _moments(self.concern)

    @property
    def object_ids(self) -> Iterator[UUID]:
        """IDs that the parts show, for the activity log."""
        yield from ids_of_concern(self.concern)
        for card in self.helping:
            yield from card.call.object_ids
        yield from ids_on(self.promises)


def parts_of(actor: Actor, concern: Any, calls: Calls, *, may_edit: bool) -> ConcernParts:
    """Return the parts of a concern. `calls` are those about it. The number of statements is constant."""
    is_open = concern.status != ConcernStatus.CLOSED
    is_night = is_quiet(timezone.now(), city_zone())
    knows_colleagues = is_open and actor.writes and actor.covers(concern.district_id)
    duty = on_duty([concern.district_id], timezone.now()) if knows_colleagues else []
    duty = [colleague for colleague in duty if colleague.user.pk != actor.id]
    is_supervised = any(colleague.role == Role.SUPERVISOR for colleague in duty)
    notified = notified_colleagues(concern, **(ranks_of("recipient") if knows_colleagues else {}))
    supervisors = {} if is_supervised or not knows_colleagues else _supervisors(actor, notified)
    order = order_of_deciders(concern.district, duty, supervisors)
    promises = with_what_is_seen(FollowUp.objects.visible_to(actor).filter(concern=concern), actor)
    return ConcernParts(
        concern,
        may_edit=may_edit,
        helping=[card_of(call, concern, is_night=is_night) for call in calls.helping] if is_open else [],
        neighbours=neighbouring_leads(actor, concern, calls) if is_open else [],
        on_duty=sorted(duty, key=lambda colleague: order.index(colleague.user.pk)),
        supervisors=sorted(supervisors, key=lambda user: order.index(user.pk))[:SUPERVISORS],
        notified=notified,
        promises=list(promises.order_by("due_on", "pk")[:PROMISES]),
        today=city_today(),
    )


def _supervisors(actor: Actor, notified: Sequence[NotifiedColleague]) -> dict[User, Mapping[str, Any]]:
    """Return supervisors of the district, who were all notified, with their ranks."""
    return {
        colleague.user: colleague.ranks
        for colleague in notified
        if colleague.user.role == Role.SUPERVISOR
        and colleague.user.pk != actor.id
        and colleague.user.is_active
    }


def is_untold(concern: Concern) -> bool:
    """Whether the concern was answered, and those who raised it have not heard of it."""
    return concern.status != ConcernStatus.OPEN and not concern.reported_back_on


def ids_of_concern(row: Any) -> list[UUID]:
    """IDs of a concern and of the rows that it names."""
    names = [name for name in REFERENCES if getattr(row, f"sees_{name}")]
    return [row.pk, *(getattr(row, f"{name}_id") for name in names)]


def _moments(row: Concern) -> list[tuple[date, str, str]]:
    """Events of the concern, oldest first: date or time, icon and text.

    A date counts as the end of its day.
    """
    offered = _("Reassurance offered")
    if row.reassurance_answer:
        offered = f"{offered}: {row.get_reassurance_answer_display()}"
    steps = [
        (row.received_at, "shield-alert", _("Received")),
        (row.reassurance_offered_at, "heart-handshake", offered),
        (row.answered_at, "check", _("Answered")),
        (row.reported_back_on, "message-circle-check", _("Reported back")),
        (row.closed_at, "check-check", _("Closed")),
    ]
    passed = [(at, icon, text) for at, icon, text in steps if at]
    return sorted(passed, key=lambda step: step[0] if isinstance(step[0], datetime) else day_ends_at(step[0]))
