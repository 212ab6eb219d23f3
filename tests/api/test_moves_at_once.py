"""What is written while its organisation moves is told to who sees it afterwards, whoever commits first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from time import monotonic, sleep
from typing import Any, Final

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import User
from api.queries.actors import actor_for_key
from contacts.models import Organisation
from contacts.services.contacts import create_contact, edit_contact
from contacts.services.organisations import edit_organisation
from districts.models import District
from incidents.models import Protocol
from incidents.services.concerns import join_concern, log_concern, open_incident
from lib.days import city_today
from lib.row_context import act_as_system
from meetings.services.follow_ups import create_follow_up
from meetings.services.meeting_series import start_series
from meetings.services.meetings import create_meeting, edit_meeting
from tests.api.clients import Tool
from tests.api.told import changes_since, known_changes, read, untold
from tests.examples import quickly
from tests.exchange.test_import_wizard import mapped, send
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
    make_user,
)
from tests.incidents.making import SHORT, make_protocol

SECONDS: Final = 20.0


class Place:
    """An organisation of the north that is about to move south, and rows that name it or may."""

    def __init__(self, north: District, south: District, user: User) -> None:
        self.north, self.south, self.user, self.owner = north, south, user, user
        self.moving = make_organisation(self.north)
        self.there = make_contact(self.south)
        self.held = make_meeting(self.south)
        self.own = make_meeting(self.north, self.moving)
        self.concern = self.log(make_organisation(self.south))
        protocol = Protocol.objects.in_force().get()
        self.incident = open_incident(actor=SYSTEM, concern_id=self.concern.pk, protocol_id=protocol.pk)
        self.joining = self.log(self.moving)
        self.draft: Any = None

    def log(self, place: Organisation) -> Any:
        return log_concern(
            actor=SYSTEM, kinds=["threat"], bias_grounds=["unknown"], district=self.south,
            site_organisation=place,
        )  # fmt: skip

    def bring_file(self) -> None:
        row = f"2026-11-02 10:30;visit;{self.moving.name};Opening;Hall"
        self.draft = mapped(self.user, f"Fecha;Tipo;Asociación;Asunto;Lugar\n{row}\n", what="meetings")


def _meeting(place: Place, **fields: Any) -> dict[str, Any]:
    given = {"subject": "A visit", "kind": "visit", "organisations": [{"organisation": place.moving}]}
    return {"actor": SYSTEM, "district": place.north, "with_actor": False} | given | fields


ROLE: Final = {"role_title": "speaker"}


def _soon() -> datetime:
    return timezone.now() + timedelta(days=2)


def _follow_up(**fields: Any) -> dict[str, Any]:
    return {"title": "Call", "kind": "call_back", "due_on": city_today()} | fields


WRITERS: Final[dict[str, Callable[[Place], Any]]] = {
    "a contact": lambda at: create_contact(
        actor=SYSTEM, given_name="Ada", family_name="Quince", home_district=at.north,
        affiliations=[{"organisation": at.moving, **ROLE}],
    ),
    "a role": lambda at: edit_contact(
        actor=SYSTEM, contact_id=at.there.pk, affiliations=[{"organisation": at.moving, **ROLE}]
    ),
    "a meeting": lambda at: create_meeting(**_meeting(at, starts_at=_soon())),
    "an edit of a meeting": lambda at: edit_meeting(actor=SYSTEM, meeting_id=at.own.pk, subject="Other"),
    "a guest": lambda at: edit_meeting(
        actor=SYSTEM, meeting_id=at.held.pk, organisations=[{"organisation": at.moving}]
    ),
    "a series": lambda at: start_series(**_meeting(at, starts_at=_soon()), pattern="weekly", times=3),
    "a follow-up": lambda at: create_follow_up(
        actor=SYSTEM, owner=at.owner, organisations=[at.moving], **_follow_up()
    ),
    "a takeaway": lambda at: create_follow_up(
        actor=SYSTEM, owner=at.owner, organisations=[], meeting=at.own, **_follow_up(kind="try_out")
    ),
    "a concern": lambda at: at.log(at.moving),
    "a joined concern": lambda at: join_concern(
        actor=SYSTEM, incident_id=at.incident.pk, concern_id=at.joining.pk
    ),
    "rows of a file": lambda at: send(at.user, at.draft, "run"),
}  # fmt: skip


def move(place: Place) -> None:
    edit_organisation(actor=SYSTEM, organisation_id=place.moving.pk, home_district=place.south)


def _in_transaction(do: Callable[[], Any], done: Event, commit: Event, pids: list[int]) -> None:
    try:
        act_as_system()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            do()
            done.set()
            assert commit.wait(SECONDS)
    finally:
        connections.close_all()


def _is_waiting(pids: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(pid)) > 0 FROM unnest(%s) AS pid", [pids])
        return any(waits for (waits,) in cursor.fetchall())


def at_once(first: Callable[[], Any], second: Callable[[], Any], between: Callable[[], None]) -> None:
    """Run the second while the first has not committed. `between` runs if the second did not wait."""
    with ThreadPoolExecutor(2) as both:
        done, other_done, commit, other_commit = Event(), Event(), Event(), Event()
        pids: list[int] = []
        one: Future[None] = both.submit(_in_transaction, first, done, commit, [])
        assert done.wait(SECONDS), one.exception(0)
        other_commit.set()
        other = both.submit(_in_transaction, second, other_done, other_commit, pids)
        until = monotonic() + SECONDS
        while not other.done() and not (pids and _is_waiting(pids)):
            assert monotonic() < until
            sleep(0.01)
        if other.done():
            between()
        commit.set()
        one.result(SECONDS)
        other.result(SECONDS)


@pytest.mark.parametrize("moves_first", quickly([True, False], [True]))
def test_what_is_written_while_its_organisation_moves_is_told(committed_db: None, moves_first: bool) -> None:
    north, south = make_district(), make_district()
    user = make_user("supervisor", north, south)
    make_protocol(SHORT, agreed_with=[(make_organisation(north), city_today())])
    keys = [actor_for_key(Tool(*some).key) for some in ((north,), (south,), (north, south))]
    for name, write in WRITERS.items():
        place = Place(north, south, user)
        if name == "rows of a file":
            place.bring_file()
        seen = [(read(keys), known_changes())]

        def look(seen: list[Any] = seen) -> None:
            seen.append((read(keys), known_changes()))

        moves, writes = partial(move, place), partial(write, place)
        first, second = (moves, writes) if moves_first else (writes, moves)
        at_once(first, second, look)
        after = read(keys)
        for before, known in seen:
            assert not list(untold(keys, before, after, changes_since(known))), name
        written = [changed for changed in after if changed not in seen[0][0]]
        assert written or name in ("a role", "a guest", "an edit of a meeting", "a joined concern"), name
