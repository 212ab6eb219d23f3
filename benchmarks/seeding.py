"""Test data of any size by COPY: a city of 21 districts and 110 neighbourhoods, officers and relationships.

Every value is derived from the row number, so the same size gives the same data, relative to today.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from meetings.rules import NOT_SUBSTANTIVE
from meetings.rules.histories import (
    ConcernState,
    FollowUpState,
    Span,
    spans_of_concern,
    spans_of_follow_up,
)

VERSION = "4"
DISTRICTS, NEIGHBOURHOODS, OFFICERS = 21, 110, 200
MOST_CONTACTS, MOST_MEETINGS, MOST_FOLLOW_UPS, MOST_CONCERNS = 200_000, 1_000_000, 200_000, 50_000
MEETINGS_OF_EACH = 10
YEARS = timedelta(days=3 * 365)


def _words(text: str) -> list[str]:
    return text.split()


# One in 20 names starts with the first word, for searches with many hits.
FIRST = _words(
    "vecinos mezquita parroquia mujeres juventud ateneo coral deportes comerciantes ampa artistas refugio "
    "mediadores gitanos senegal arcoiris mayores sordos inquilinos huertos"
)
SECOND = _words("union casa foro red centro mesa club grupo circulo taller colectivo plataforma consejo")
PLACE = _words(
    "norte sur rio alto bajo estacion mercado puente ermita plaza jardines molino vega sierra cuesta arroyo "
    "olivar pinar cerro muralla puerto fuente torre prado dehesa encinar ribera calzada"
)
KINDS = _words(
    "community_group residents_association ngo religious_community womens_organisation youth_organisation "
    "minority_association lgbt_organisation school culture_sport"
)
MEETING_KINDS = ["foot_patrol", "drop_in", "visit", "phone", "public_meeting"]
OUTCOMES = ("information_shared", "action_agreed", "concern_raised", "feedback_given", "no_change")
LEVELS = ("inform", "consult", "involve", "", "collaborate", "empower", "inform")
INITIATORS = ("police", "police", "community", "")
CONCERN_KINDS = ("threat", "graffiti_symbol", "tension", "hate_incident")
GROUNDS = ("anti_roma", "antisemitic", "unknown", "racist_xenophobic", "none")
CADENCES = (None, None, 30, 60, 90, 180)

# Default values for required columns that a row does not set.
EMPTY = {"text": "", "character varying": "", "ARRAY": "{}", "boolean": "f", "date": "2026-01-01"}


def ident(kind: int, number: int) -> str:
    """Return a UUID version 7 for a row number. UUIDs sort by row number."""
    return f"{0x18F00000000 + number:012x}7{kind:03x}8{number:015x}"


CITY, DISTRICT, NEIGHBOURHOOD, USER, ORGANISATION, CONTACT, MEETING, FOLLOW_UP = range(8)
FOCUS, PERIOD, ROLE, CONCERN, FOLLOW_UP_PERIOD, CONCERN_PERIOD = range(8, 14)


def seed(connection: psycopg.Connection, size: int) -> None:
    """Fill an empty database. The connection is a superuser's, so that COPY skips reference checks."""
    book = Book(datetime.now(UTC).replace(microsecond=0), size)
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    for table, (columns, rows) in TABLES.items():
        _copy(connection, table, columns, rows(book))
    connection.execute("SET session_replication_role = origin")
    connection.execute("SELECT guard.cover_users(ARRAY(SELECT id FROM accounts_user))")  # as triggers do
    connection.execute("VACUUM ANALYZE")


def seed_few(connection: psycopg.Connection, size: int, tables: Iterable[str]) -> None:
    """Fill only these tables, with data of that size."""
    book = Book(datetime.now(UTC).replace(microsecond=0), size)
    for table in tables:
        columns, rows = TABLES[table]
        _copy(connection, table, columns, rows(book))


def _copy(connection: psycopg.Connection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """COPY without the indexes, which are built afterwards: several times faster for a million rows."""
    names = columns.split()
    filled = _demanded(connection, table, names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, [*names, *filled]))
    )
    rest = "".join(f"\t{value}" for value in filled.values())
    with _without_indexes(connection, table), connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write("\t".join(["\\N" if value is None else str(value) for value in row]) + rest + "\n")


def _demanded(connection: psycopg.Connection, table: str, given: Sequence[str]) -> dict[str, str]:
    """Return the required columns that are not set, each with an empty value."""
    found = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' "
        "AND NOT column_name = ANY(%s)",
        [table, list(given)],
    )
    values = EMPTY | {"timestamp with time zone": str(datetime.now(UTC))}
    return {name: values.get(kind, "1") for name, kind in found}


@contextmanager
def _without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND schemaname = 'public' "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [table],
    ).fetchall()
    for name, _definition in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _name, definition in found:
        connection.execute(definition)


class Book:
    """Rows of each table, in the order of its columns above."""

    def __init__(self, now: datetime, size: int) -> None:
        self.now, self.size = now, size
        self.contact_count = min(size, MOST_CONTACTS)
        self.meeting_count = min(size * MEETINGS_OF_EACH, MOST_MEETINGS)
        self.follow_up_count = min(size, MOST_FOLLOW_UPS)
        self.concern_count = min(size, MOST_CONCERNS)

    def districts(self) -> Iterator[Sequence[object]]:
        city = ident(CITY, 0)
        yield city, "C", "City", None, f"{{{city}}}", "t"
        for n in range(DISTRICTS):
            yield ident(DISTRICT, n), f"D{n}", f"District {n}", city, f"{{{city},{ident(DISTRICT, n)}}}", "t"
        for n in range(NEIGHBOURHOODS):
            above, own = ident(DISTRICT, n % DISTRICTS), ident(NEIGHBOURHOOD, n)
            yield own, f"N{n}", f"Neighbourhood {n}", above, f"{{{city},{above},{own}}}", "t"

    def users(self) -> Iterator[Sequence[object]]:
        for n in range(OFFICERS):
            yield ident(USER, n), f"officer{n}@bench.example", f"Officer {n}", "officer", "Europe/Madrid", "t"

    def beats(self) -> Iterator[Sequence[object]]:
        for n in range(OFFICERS):
            yield ident(USER, n), ident(DISTRICT, n % DISTRICTS)

    def home(self, organisation: int) -> int:
        """Return an organisation's home neighbourhood. Its number modulo DISTRICTS is the district."""
        return (organisation * 31) % NEIGHBOURHOODS

    def officer(self, organisation: int) -> int:
        """Return the lead officer, who works in the district."""
        district = self.home(organisation) % DISTRICTS
        return district + DISTRICTS * (organisation % (OFFICERS // DISTRICTS))

    def kind(self, organisation: int) -> str:
        return KINDS[organisation * 37 % 101 % len(KINDS)]

    def organisations(self) -> Iterator[Sequence[object]]:
        dice = random.Random(1)  # noqa: S311 (a benchmark's dice need no secrecy)
        today = self.now.date()
        for n in range(self.size):
            name = f"{dice.choice(FIRST)} {dice.choice(SECOND)} {dice.choice(PLACE)} {n}"
            address = f"calle {dice.choice(PLACE)} {dice.choice(PLACE)} {n % 200}"
            cadence = dice.choice(CADENCES)
            met = self.now - timedelta(days=dice.randrange(1, 200), minutes=n % 600) if n % 10 else None
            # A city keeps most of its agreed frequencies: few organisations are overdue.
            late = met is not None and cadence is not None and n % 50 == 1
            meet_by = today + timedelta(days=-(n % 40) - 1 if late else n % 90) if met and cadence else None
            yield (
                ident(ORGANISATION, n),
                name.title(),
                self.kind(n),
                ident(NEIGHBOURHOOD, self.home(n)),
                address.title(),
                f"+3491{n % 10_000_000:07d}",
                f"o{n}@bench.example",
                ident(USER, self.officer(n)),
                cadence,
                "active" if n % 20 else "dormant",
                met,
                meet_by,
                f"{name} {address}",
            )

    def focuses(self) -> Iterator[Sequence[object]]:
        for n in range(0, self.size, 3):
            focus = ("women", "roma", "lgbti", "youth")[n % 4]
            yield ident(FOCUS, n), ident(ORGANISATION, n), focus, "chair", "2026-01-15"

    def external_ids(self) -> Iterator[Sequence[object]]:
        for n in range(0, self.size, 2):
            yield ident(ORGANISATION, n), "register", n

    def periods(self) -> Iterator[Sequence[object]]:
        """Rows of earlier periods: one in ten organisations has moved or changed its lead officer once."""
        dice = random.Random(4)  # noqa: S311  # no secret
        first, today = self.now - YEARS, self.now.date()
        for n in range(self.size):
            changed_at = first + timedelta(days=n % 1000 + 1) if n % 10 == 0 else None
            lead, deputy = ident(USER, self.officer(n)), ident(USER, (self.officer(n) + DISTRICTS) % OFFICERS)
            spans = [(first, changed_at), (changed_at, None)] if changed_at else [(first, None)]
            for part, (since, until) in enumerate(spans):
                home = ident(
                    NEIGHBOURHOOD, (self.home(n) + (part == 0 and changed_at is not None)) % NEIGHBOURHOODS
                )
                yield (
                    ident(PERIOD, n * 2 + part),
                    ident(ORGANISATION, n),
                    since,
                    until,
                    "active" if n % 20 else "dormant",
                    self.kind(n),
                    home,
                    lead,
                    deputy if n % 3 else None,
                    dice.choice(CADENCES),
                    today - timedelta(days=n % 700),
                )

    def contacts(self) -> Iterator[Sequence[object]]:
        dice = random.Random(2)  # noqa: S311  # no secret
        for n in range(self.contact_count):
            given, family = dice.choice(SECOND), f"{dice.choice(PLACE)} {n}"
            home = ident(NEIGHBOURHOOD, self.home(n))
            names = given.title(), family.title(), f"c{n}@bench.example"
            yield (
                ident(CONTACT, n),
                *names,
                home,
                "public_task",
                "community_liaison",
                f"{given} {family}",
            )

    def affiliations(self) -> Iterator[Sequence[object]]:
        for n in range(self.contact_count):
            yield ident(ROLE, n), ident(CONTACT, n), ident(ORGANISATION, n % self.size), "coordinator", None

    def meetings(self) -> Iterator[Sequence[object]]:
        """Meetings spread evenly over three years and the next 30 days.

        A few past ones have no outcome yet.
        """
        dice = random.Random(3)  # noqa: S311  # no secret
        for n in range(self.meeting_count):
            subject = f"{dice.choice(SECOND)} {dice.choice(PLACE)} {n}"
            status = self.status(n)
            yield (
                ident(MEETING, n),
                subject,
                MEETING_KINDS[n % 5],
                LEVELS[n % 7],
                INITIATORS[n % 4],
                status,
                self.starts_at(n),
                45,
                ident(NEIGHBOURHOOD, self.home(self.host(n))),
                "what was said",
                f"{{{OUTCOMES[n % 5]}}}" if status == "held" else "{}",
                subject,
                *[min(self.starts_at(n), self.now)] * 2,
            )

    def starts_at(self, meeting: int) -> datetime:
        return self.now - YEARS + meeting * ((YEARS + timedelta(days=30)) / self.meeting_count)

    def status(self, meeting: int) -> str:
        if self.starts_at(meeting) > self.now or meeting % 500 == 0:
            return "planned"
        return {1: "cancelled", 2: "not_reached"}.get(meeting % 40, "held")

    def host(self, meeting: int) -> int:
        """Return the organisation of a meeting."""
        return (meeting * 7) % self.size

    def meeting_links(self) -> Iterator[Sequence[object]]:
        for n in range(self.meeting_count):
            met = self.status(n) == "held" and OUTCOMES[n % 5] not in NOT_SUBSTANTIVE
            yield (
                ident(MEETING, n),
                ident(ORGANISATION, self.host(n)),
                "t",
                self.starts_at(n) if met else None,
            )

    def meeting_officers(self) -> Iterator[Sequence[object]]:
        for n in range(self.meeting_count):
            yield ident(MEETING, n), ident(USER, self.officer(self.host(n)))

    def follow_ups(self) -> Iterator[Sequence[Any]]:
        """Follow-ups: one in 20 is pending (a third of those overdue).

        One in five of the others was done late.
        """
        today = self.now.date()
        for n in range(self.follow_up_count):
            is_pending = n % 20 == 0
            due_on = today + timedelta(days=(n // 20) % 30 - 10 if is_pending else -(n % 900) - 1)
            done_at = datetime.combine(due_on, time(12), tzinfo=UTC) + timedelta(days=n % 5 == 1)
            completed_at = None if is_pending else min(done_at, self.now)
            made_at = datetime.combine(due_on - timedelta(days=14), time(9), tzinfo=UTC)
            yield (
                ident(FOLLOW_UP, n),
                f"call back {n}",
                "call_back",
                ident(USER, self.officer(n)),
                due_on,
                due_on - timedelta(days=3 if n % 7 == 0 else 0),
                "open" if is_pending else "done",
                completed_at,
                made_at,
                completed_at or made_at,
                f"call back {n}",
            )

    def concerns(self) -> Iterator[Sequence[Any]]:
        """Concerns over three years: most are answered within 3 days, then closed within a month."""
        step = YEARS / self.concern_count
        for n in range(self.concern_count):
            received_at = self.now - YEARS + n * step
            answered_at = received_at + timedelta(hours=n % 90)
            closed_at = received_at + timedelta(days=n % 30 + 4)
            is_closed = closed_at < self.now
            offered_at = received_at + timedelta(hours=n % 36) if is_closed and n % 3 else None
            entered_at = received_at + timedelta(hours=1 if n % 10 else 80)
            yield (
                ident(CONCERN, n),
                f"{{{CONCERN_KINDS[n % 4]}}}",
                f"{{{GROUNDS[n % 5]}}}",
                "{roma}" if n % 2 else "{}",
                received_at,
                entered_at,
                closed_at if is_closed else entered_at,
                ident(NEIGHBOURHOOD, self.home(n)),
                "closed" if is_closed else "open",
                answered_at if is_closed else None,
                closed_at if is_closed else None,
                closed_at.date() if is_closed and n % 4 else None,
                offered_at,
                ("accepted" if n % 2 else "declined") if offered_at else "",
            )

    def follow_up_periods(self) -> Iterator[Sequence[object]]:
        numbers = count()
        for row in self.follow_ups():
            due_on, first_due_on, status, done_at, made_at = row[4:9]
            spans = spans_of_follow_up(FollowUpState(status, due_on, done_at), made_at, first_due_on)
            yield from _periods(FOLLOW_UP_PERIOD, numbers, row[0], spans)

    def concern_periods(self) -> Iterator[Sequence[object]]:
        numbers = count()
        for row in self.concerns():
            received_at, (status, answered_at, closed_at) = row[4], row[8:11]
            spans = spans_of_concern(ConcernState(status, answered_at, closed_at), received_at)
            yield from _periods(CONCERN_PERIOD, numbers, row[0], spans)

    def promised_to(self) -> Iterator[Sequence[object]]:
        for n in range(self.follow_up_count):
            yield ident(FOLLOW_UP, n), ident(ORGANISATION, n % self.size)


def _periods(
    kind: int, numbers: Iterator[int], owner: object, spans: Iterable[Span[Any]]
) -> Iterator[Sequence[object]]:
    for span in spans:
        yield ident(kind, next(numbers)), owner, span.since, span.until, span.since, *astuple(span.state)


TABLES: dict[str, tuple[str, Callable[[Book], Iterable[Sequence[object]]]]] = {
    "districts_district": ("id code name parent_id lineage is_active", Book.districts),
    "accounts_user": ("id email name role time_zone is_active", Book.users),
    "accounts_user_districts": ("user_id district_id", Book.beats),
    "contacts_organisation": (
        "id name kind home_district_id address phone email lead_officer_id cadence_days status last_met_at "
        "meet_by folded",
        Book.organisations,
    ),
    "contacts_focusdeclaration": ("id organisation_id focus declared_by declared_on", Book.focuses),
    "contacts_organisationexternalid": ("organisation_id source external_id", Book.external_ids),
    "contacts_organisationperiod": (
        "id organisation_id since until status kind home_district_id lead_officer_id deputy_officer_id "
        "cadence_days verified_on",
        Book.periods,
    ),
    "contacts_contact": (
        "id given_name family_name email home_district_id lawful_basis purpose folded",
        Book.contacts,
    ),
    "contacts_affiliation": ("id contact_id organisation_id role_title until", Book.affiliations),
    "meetings_meeting": (
        "id subject kind level initiated_by status starts_at duration_minutes district_id facts outcomes "
        "folded created_at updated_at",
        Book.meetings,
    ),
    "meetings_meetingorganisation": ("meeting_id organisation_id present met_at", Book.meeting_links),
    "meetings_meeting_officers": ("meeting_id user_id", Book.meeting_officers),
    "meetings_followup": (
        "id title kind owner_id due_on first_due_on status completed_at created_at updated_at folded",
        Book.follow_ups,
    ),
    "meetings_concern": (
        "id kinds bias_grounds affected_focuses received_at created_at updated_at district_id status "
        "answered_at closed_at reported_back_on reassurance_offered_at reassurance_answer",
        Book.concerns,
    ),
    "meetings_followupperiod": (
        "id follow_up_id since until entered_at status due_on completed_at",
        Book.follow_up_periods,
    ),
    "meetings_concernperiod": (
        "id concern_id since until entered_at status answered_at closed_at",
        Book.concern_periods,
    ),
    "meetings_followuporganisation": ("follow_up_id organisation_id", Book.promised_to),
}
