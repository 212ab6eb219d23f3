"""Every page in a real browser is accessible on a phone and on a desktop, in light and dark colours.

The pages come from the URL configuration, so that a new page is covered. They are dealt to three files, which
run at the same time (`PARTS`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from districts.models import District
from districts.services.districts import expect_community
from exchange.imports.drafts import start_draft
from exchange.models import ImportDraft
from incidents.services.protocols import draft_protocol
from jobs.models import Job, JobStatus
from jobs.services.files import keep_file
from lib.days import city_today
from meetings import rules
from meetings.models import Handover
from meetings.models.handover import Moved
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import complete_follow_up, create_follow_up
from reminders.models import Reminder
from reports.queries.periods import Period
from reviews.models import Review
from reviews.services.freezing import freeze_review
from reviews.services.reviews import (
    agree_action,
    comment_figure,
    conclude,
    mark_sample,
    note_call,
)
from reviews.services.signing import add_addendum, sign_review
from reviews.services.subscriptions import subscribe
from tests.architecture.test_access_matrix import RULES, expected
from tests.architecture.test_every_page_is_closed import routes
from tests.browser.looking import bring_axe, look, look_again
from tests.examples import THOROUGH
from tests.factories import PASSWORD, make_contact, make_district, make_meeting, make_organisation, make_user
from tests.incidents.making import SHORT, make_incident
from tests.plugins.browser import OpenPage

SQUARE = {"type": "MultiPolygon", "coordinates": [[[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48.1], [2, 48]]]]}


def plain(address: str) -> str:
    """Return the URL without parts that differ between runs: its route."""
    try:
        return resolve(address.partition("?")[0]).route
    except Resolver404:
        return "nowhere"


class City:
    """A small city in which every page has content."""

    def __init__(self) -> None:
        city = make_district("Alderport")
        north = make_district("Northgate", parent=city, boundary=SQUARE)
        quarter = make_district("Mill Ponds", parent=north, boundary=SQUARE)
        covered = {Role.OFFICER: [north], Role.SUPERVISOR: [north]}
        self.users: dict[str, User] = {role: make_user(role, *covered.get(role, [])) for role in Role}
        officer, supervisor = self.users[Role.OFFICER], self.users[Role.SUPERVISOR]
        expected = expect_community(
            actor=actor_for(supervisor), district_id=north.pk, focus="roma", evidence="A survey"
        )
        organisation = make_organisation(
            north, name="Сдружение „Младост“", phone="+442079460443", lead_officer=officer, cadence_days=30
        )
        other = make_organisation(quarter, name="Al-Noor Mosque", kind="religious_community")
        self.other = other
        contact = make_contact(north, organisation, phone="+441144960374")
        held = make_meeting(
            north, organisation, other, facts="A lamp is out.", assessment="Calm.", officers=[officer]
        )
        planned = make_meeting(
            north,
            other,
            subject="Visit to the mosque",
            status="planned",
            outcomes=[],
            starts_at=timezone.now() + timedelta(days=2),
            officers=[officer],
        )
        promises = [
            create_follow_up(
                actor=SYSTEM,
                title="Call back about the lamps",
                kind="call_back",
                owner=officer,
                due_on=city_today() + timedelta(days=days),
                organisations=[organisation],
            )
            for days in (-5, 0, 5)
        ]
        complete_follow_up(actor=SYSTEM, follow_up_id=promises[2].pk)
        concern = log_concern(
            actor=actor_for(officer),
            kinds=["graffiti_symbol"],
            bias_grounds=["anti_muslim"],
            district=north,
            site_organisation=other,
            facts="A symbol on the door.",
        )
        incident = make_incident(actor_for(officer), concern)
        rule, moment = rules.MEETING_DAY_BEFORE, timezone.now()
        for state in ({"sent_at": moment}, {"failed_at": moment, "last_error": "550 No such person"}):
            Reminder.objects.create(
                rule=rule,
                subject_type="meeting",
                subject_id=planned.pk,
                recipient=officer,
                channel="in_page",
                occurrence=moment - timedelta(minutes=len(state)),
                **state,
            )
        make_meeting(north, organisation, other, starts_at=timezone.now() - timedelta(days=9))
        record(
            actor_for(supervisor),
            Action.EXPORT,
            "contact",
            [contact.pk],
            district_ids=[north.pk],
            purpose="To prepare a meeting or an event",
            recipient=f"file sha256:{'e' * 64} filter:{'f' * 64}",
        )
        self.rows: dict[str, list[Any]] = {
            "organisations": [organisation],
            "contacts": [contact],
            "meetings": [held, planned],
            "follow-ups": [promises[0], promises[2]],
            "concerns": [concern],
            "expected-communities": [expected],
            "incidents": [incident],
            "protocols": [incident.protocol, draft_protocol(actor=SYSTEM, **SHORT | {"code": "draft"})],
            "jobs": self._jobs(supervisor),
            "handover": [officer],
            "handovers": [self._handover(supervisor, officer, other)],
            "reviews": list(self._reviews(supervisor, north)),
            "privacy/inquiry": [contact],
            "import": [self._draft(supervisor)],
            "settings/people": [officer],
            "districts": [north],
            "settings/districts": [north],
        }

    @staticmethod
    def _draft(supervisor: User) -> ImportDraft:
        """Create an import whose columns are not mapped yet."""
        return start_draft(
            actor=actor_for(supervisor),
            target_name="organisations",
            file=BytesIO(b"Name;Kind;District\nCasa;ngo;N1\n"),
            file_name="register.csv",
            source="register",
            purpose="To try it",
        )

    @staticmethod
    def _handover(supervisor: User, officer: User, organisation: Organisation) -> Handover:
        """Hand over records of a colleague to the officer."""
        move = Moved(type="organisation", id=str(organisation.pk), to=str(officer.pk), version=1, before={})
        return Handover.objects.create(
            officer=supervisor, made_by=supervisor, recipient_ids=[officer.pk], moves=[move]
        )

    @staticmethod
    def _reviews(supervisor: User, district: District) -> Iterator[Review]:
        """Create a signed audit with an addendum, and the next audit, which follows up on it."""
        actor, today = actor_for(supervisor), city_today()
        period = Period(today - timedelta(days=90), today)
        signed = freeze_review(actor=actor, district_id=district.pk, period=period, samples=2)
        about: dict[str, Any] = {"actor": actor, "review_id": signed.pk}
        comment_figure(**about, slug="coverage", text="Two had moved away.")
        agree_action(**about, text="Meet the mosque", due_on=today)
        for sample in signed.samples.all():
            mark_sample(**about, sample_id=sample.pk, facts_apart="yes", follow_up_recorded="no")
        for call in signed.calls.all():
            note_call(**about, call_id=call.pk, answer="yes")
        conclude(**about, conclusion="Six of ten were met.")
        sign_review(**about)
        add_addendum(**about, text="One more word.")
        subscribe(actor=actor, district_id=district.pk, rhythm="weekly", report="coverage")
        yield signed
        yield freeze_review(actor=actor, district_id=district.pk, period=period, samples=2)

    @staticmethod
    def _jobs(supervisor: User) -> list[Job]:
        """Create one job in each state, the last one with a file."""
        one: dict[str, Any] = {"kind": "export_list", "started_by": supervisor.pk}
        rows = [Job.objects.create(**one, status=status, done=3, total=9) for status in JobStatus.values]
        done = next(row for row in rows if row.status == JobStatus.DONE)
        keep_file(
            job_id=done.pk,
            name="x.csv",
            media_type="text/csv",
            content=BytesIO(b"x"),
            is_input=False,
            district_ids=(),
        )
        return rows

    def _parts_of_reviews(self) -> Iterator[str]:
        """Return the pages of the parts of an audit."""
        earlier, draft = self.rows["reviews"]
        for review in (earlier, draft):
            for name, rows in (("samples", review.samples), ("calls", review.calls)):
                yield f"/reviews/{review.pk}/{name}/{rows.earliest('position').pk}/"
        yield f"/reviews/{draft.pk}/actions/{earlier.actions.get().pk}/"
        for figure in draft.figures.filter(slug="coverage", by="district")[:1]:
            yield f"/reviews/{draft.pk}/figures/coverage/"
            yield f"/reviews/{draft.pk}/counted/{figure.pk}/"

    def addresses(self) -> Iterator[str]:
        """Return the URL of each page, with IDs of rows of this city."""
        for route, _pattern in routes():
            if route in FRAGMENTS or route.startswith(("api/", "static/", "healthz", "livez", "metrics")):
                continue
            noun = route.partition("/<")[0]
            for row in self.rows.get(noun, [None]):
                code = getattr(row, "code", "x")
                address = re.sub(r"<district_code:\w+>", code, route)
                address = re.sub(r"<uuid:pk>", str(getattr(row, "pk", "x")), address)
                yield "/" + re.sub(r"<[^>]+>", "x", address)
        yield from self._parts_of_reviews()
        about = self.rows["privacy/inquiry"][0].pk
        yield f"/privacy/inquiry/{about}/?since=2020-01-01&until=2100-01-01&why=asked"
        yield from self._of_several()
        yield from ("/search/?q=a", "/organisations/?q=nobody", "/calendar/?month=2001-01", "/nowhere/")
        yield from ("/reports/coverage/?by=focus", "/reports/activity/?by=kind", "/reports/?period=free")
        yield from ("/reports/?history=true", "/reports/contact-wanted/organisations/?period=90d")
        yield from ("/reports/coverage/counted/?column=rest", "/reports/coverage/rows/")

    def _of_several(self) -> Iterator[str]:
        """Return pages about selected rows or possible duplicates."""
        one, promise = self.rows["organisations"][0].pk, self.rows["follow-ups"][0].pk
        yield from ("/duplicates/organisations/", "/duplicates/contacts/")
        yield f"/duplicates/organisations/merge/?row={one}&row={self.other.pk}"
        yield f"/organisations/selected/?row={one}&row={self.other.pk}"
        yield from (f"/organisations/selected/?row={one}", f"/follow-ups/selected/?row={promise}")
        yield "/views/organisations/new/?kind=ngo"


#: Routes that answer with a part of a page, which is looked at on that page.
FRAGMENTS: Final = {"incidents/<uuid:pk>/now/"}

#: Which pages each file looks at, by the first word of their URL. The last file has all others.
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "records": (
        *("calendar", "cities", "concerns", "contacts", "duplicates", "follow-ups", "incidents", "meetings"),
        *("organisations", "protocols", "search", "views"),
    ),
    "figures": ("districts", "plans", "practices", "publishing", "reports", "reviews", "subscriptions"),
    "rest": (),
}

Kind = tuple[str, str | None]
Element = tuple[str, str | None, str | None, tuple[str, ...]]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
LANDMARKS = {"aside", "footer", "form", "header", "main", "nav", "section"}


class Parts(HTMLParser):
    """The parts of a page regardless of its text.

    `elements` has each element in its parent with the names of its attributes, and whether there are several;
    whether it contains anything; each heading after the one before; and the row of landmarks. What a page
    without a new one could break, an earlier page has shown. `coloured` has what style sheets tell apart:
    without a new one, one colour scheme is enough.
    """

    def __init__(self, content: str) -> None:
        super().__init__()
        self._open: list[Element] = []
        self._is_filled: list[bool] = []
        self._counts: Counter[tuple[Element, ...]] = Counter()
        self._headings: list[str] = []
        self._landmarks: list[tuple[str, bool]] = []
        self.elements: set[Any] = set()
        self.feed(content)
        self.elements |= {(inside, count > 1) for inside, count in self._counts.items()}
        self.elements |= {*pairwise(self._headings), tuple(self._landmarks)}
        self.coloured: set[tuple[Kind, ...]] = {
            tuple((tag, name) for tag, name, _type, _names in inside) for inside in self._counts
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = tuple(sorted(name if value else f"{name} without a value" for name, value in given.items()))
        element = (tag, given.get("class"), given.get("type"), names)
        self._counts[(*self._open[-1:], element)] += 1
        if tag in HEADINGS:
            self._headings.append(tag)
        if tag in LANDMARKS:
            self._landmarks.append((tag, "aria-label" in given))
        if tag not in VOID:
            self._open.append(element)
            self._is_filled.append(False)

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self._is_filled[-1] = True

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            element, is_filled = self._open.pop(), self._is_filled.pop()
            self.elements.add((element, f"filled: {is_filled}"))
            if self._open and is_filled:
                self._is_filled[-1] = True
            if element[0] == tag:
                break


def belongs_to(part: str, address: str) -> bool:
    first = address.split("/")[1].partition("?")[0]
    named = {word: name for name, words in PARTS.items() for word in words}
    return named.get(first, "rest") == part


#: Answers that are given before a page shows anything. The access matrix proves them.
REFUSED: Final = {"login", "403", "405"}


def is_refused(role: str, address: str) -> bool:
    """Whether the access matrix declares that this role opens no page at this URL."""
    rule = RULES.get(f"GET {plain(address)}")
    return rule is not None and set(expected(rule, role or "nobody")) <= REFUSED


def look_at_every_page(part: str, open_page: OpenPage, settings: Settings) -> set[str]:
    """Look at the pages of the part as each role, and return their routes.

    Without `--thorough`, only for the first role that can open the page.
    """
    settings.DEMO = True
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600  # as if each page were opened right after signing in
    city = City()
    addresses = [address for address in dict.fromkeys(city.addresses()) if belongs_to(part, address)]
    mistakes: list[str] = []
    looked: set[str] = set()
    known: set[Any] = set()
    coloured: set[tuple[Kind, ...]] = set()
    nowhere: set[str] = set()
    for role in [*Role, ""]:
        client = Client(raise_request_exception=False)
        user = city.users.get(role)
        page = open_page("desk", user=user)
        bring_axe(page)
        if user is not None:
            client.cookies["sessionid"] = page.context.cookies()[0]["value"]
            asked = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            assert asked.status_code == 302, "pages that ask for the password again are looked at too"
        for address in addresses:
            if address in nowhere or is_refused(role, address) or (plain(address) in looked and not THOROUGH):
                continue
            answer = client.get(address)
            if answer.status_code >= 500:
                mistakes.append(f"{role} {address}: {answer.status_code}")
            if answer.status_code in (404, 405) and "/x/" in address:  # there is no such row for anybody
                nowhere.add(address)
            if answer.status_code not in (200, 404) or "text/html" not in answer["Content-Type"]:
                continue
            kind = plain(address) if answer.status_code == 200 else "nowhere"
            parts = Parts(answer.content.decode())
            is_known = parts.elements <= known
            if kind in looked and (is_known or not THOROUGH):
                continue
            page.goto(address)
            if kind in looked:
                found = look_again(page)
            else:
                every_colour = not parts.coloured <= coloured
                found = look(page, every_device=not is_known, every_colour=every_colour)
                coloured |= parts.coloured
            mistakes += [f"{role} {address}: {mistake}" for mistake in found]
            looked.add(kind)
            known |= parts.elements
    assert mistakes == [], "\n".join(mistakes)
    return looked
