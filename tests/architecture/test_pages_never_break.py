"""No input from a reader causes a server error on any page."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from districts.models import District, ExpectedCommunity
from exchange.imports.drafts import start_draft
from exchange.models import ImportDraft
from jobs.models import Job
from jobs.services.files import keep_file
from lib.days import city_today
from meetings.models import Handover
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from privacy.models import Restriction
from reports.queries.periods import Period
from reviews.models import Review
from reviews.services.freezing import freeze_review
from reviews.services.reviews import agree_action
from reviews.services.subscriptions import subscribe
from tests.architecture.asking import Ask, Asking, undone
from tests.architecture.ground import PATIENT
from tests.architecture.nasty import ANY, Form, encode, fitting, forms_of
from tests.architecture.noticing import EVERY, noticed
from tests.architecture.shared_ground import ground_for_all
from tests.examples import THOROUGH
from tests.factories import PASSWORD, make_contact, make_district, make_meeting, make_organisation, make_user
from tests.plans.making import make_plan
from tests.practices.making import make_files, published
from tests.privacy.making import make_breach, make_notice, make_package, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_log")]

FORM = "application/x-www-form-urlencoded"
# Query parameters that a view may read only together with another.
ASKED = (
    "q",
    "cursor",
    "ordering",
    "older",
    "month",
    "scope",
    "organisation",
    "contact",
    "meeting",
    "concern",
)
# Values sent by buttons without a form.
SENT = ("step", "answer", "status", "reason", "other", "told", "version", "name", "phone", "email", "website")

# IDs in a URL other than that of the page's own row.
PARTS = (
    *("role", "file", "figure", "sample", "call", "action", "finding"),
    *("goal", "act", "milestone", "partner", "indicator", "planreview"),
    *("city", "cityfile", "comparisonfile", "evidence", "voice", "agreed"),
    *("practicefile", "offeredfile"),
)


@pytest.fixture
def city() -> dict[str, Any]:
    """One row of each type, and readers whose time zone is far west of the city."""
    home = make_district("Home")
    supervisor = make_user(Role.SUPERVISOR, home, time_zone="America/New_York")
    actor = actor_for(supervisor)
    organisation = make_organisation(home)
    later = timezone.now() + timedelta(days=3)
    planned = make_meeting(home, organisation, status="planned", starts_at=later, outcomes=[])
    promise = create_follow_up(
        actor=actor, title="Call", owner=supervisor, due_on=city_today(), organisations=[organisation]
    )
    concern = log_concern(actor=actor, kinds=["tension"], district=home, site_organisation=organisation)
    contact = make_contact(home, organisation)
    job = Job.objects.create(kind="export_list", status="done", started_by=supervisor.pk)
    expected = ExpectedCommunity.objects.create(district=home, focus="roma", evidence="Register")
    make_meeting(home, organisation, starts_at=timezone.now() - timedelta(days=9))
    audit = reviewed(actor, home)
    privacy_officer = make_user(Role.PRIVACY_OFFICER, time_zone="America/New_York")
    of_plan = make_plan(actor, supervisor, organisation, "Plan")
    found = make_request(privacy_officer, make_meeting(home, facts="Sam was there"), contact)
    package = make_package(privacy_officer)
    practice = published(actor_for(make_user(Role.OFFICER, home)), actor, "Visits")
    subscription = subscribe(actor=actor, district_id=home.pk, rhythm="weekly")
    return {
        "supervisor": supervisor,
        "administrator": make_user(Role.ADMINISTRATOR, time_zone="America/New_York"),
        "privacy_officer": privacy_officer,
        "privacy_inquiry": contact.pk,
        "data_request_package": package.request_id,
        "package": package.pk,
        "breach": make_breach(privacy_officer).pk,
        "data_request_correct": make_request(
            privacy_officer, make_meeting(home, facts="Sam was here"), contact, "rectify"
        ).request_id,
        "notice": make_notice(privacy_officer, contact).pk,
        "data_request": found.request_id,
        "finding": found.pk,
        "restriction": Restriction.objects.create(contact_id=contact.pk, ground="evidence").pk,
        "code": home.code,
        "organisation": organisation.pk,
        "contact": contact.pk,
        "role": contact.affiliations.get().pk,
        "meeting": planned.pk,
        "follow_up": promise.pk,
        "concern": concern.pk,
        "expected": expected.pk,
        "job": job.pk,
        "file": keep_file(
            job_id=job.pk,
            name="x.csv",
            media_type="text/csv",
            content=BytesIO(b"x"),
            is_input=False,
            district_ids=[home.pk],
        ).pk,
        "settings_person": supervisor.pk,
        "handover_": Handover.objects.create(officer=supervisor, made_by=supervisor).pk,
        "handover": supervisor.pk,
        "review": audit.pk,
        "figure": audit.figures.earliest("position").pk,
        "sample": audit.samples.get().pk,
        "call": audit.calls.get().pk,
        "action": audit.actions.get().pk,
        "subscription": subscription.pk,
        "practice": practice.pk,
        **make_files(actor, practice),
        **{noun: pk for noun, pk in of_plan.items() if noun in PARTS or noun == "plan"},
        "import": draft_of(actor_for(supervisor)).pk,
    }


def draft_of(actor: Actor) -> ImportDraft:
    """Create an import whose columns are mapped."""
    return start_draft(
        actor=actor,
        target_name="organisations",
        file=BytesIO(b"Name;Kind;District\nCasa;ngo;N1\n"),
        file_name="register.csv",
        source="register",
        purpose="To try it",
    )


def reviewed(actor: Actor, district: District) -> Review:
    """Create an audit of the last month with agreed actions."""
    today = city_today()
    period = Period(today - timedelta(days=30), today)
    audit = freeze_review(actor=actor, district_id=district.pk, period=period, samples=1)
    agree_action(actor=actor, review_id=audit.pk, text="Meet them", due_on=today)
    return audit


def pages(city: Mapping[str, Any]) -> Iterator[str]:
    """Return the path of every page, with IDs of existing rows."""
    from pages.urls import urlpatterns

    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = pattern.name or ""
        wanted = pattern.pattern.converters
        found = next(
            (city[noun] for noun in city if noun not in PARTS and name.startswith(noun)),
            UUID(int=7),
        )
        values = {"pk": found, "code": city["code"], **{part: city[part] for part in PARTS}}
        values["slug"] = "coverage"  # of a report
        values |= {"number": 1, "extension": "csv"}  # of a release
        values |= {"noun": "organisations", "name": "organisations", "step": "try", "rule": "meeting_texts"}
        yield reverse(name, kwargs={key: values.get(key, "x") for key in wanted})


def answers(
    client: Client, method: str, path: str, fields: Mapping[str, list[str]], follow: bool = False
) -> str:
    """Return the error of the page, or an empty text.

    Writes are rolled back. `follow`: get the page first.
    """
    body = encode(fields)
    try:
        with transaction.atomic():
            if method == "get":
                response = client.get(f"{path}?{body.decode()}", follow=True)
            else:
                response = client.post(path, body, content_type=FORM, follow=follow)
            transaction.set_rollback(True)
    except Exception as error:
        what = {name: [value[:30] for value in values] for name, values in fields.items()}
        return f"{method} {path} {what!r}: {type(error).__name__}: {str(error)[:200]}"
    return f"{method} {path}: {response.status_code}" if response.status_code >= 500 else ""


@pytest.fixture
def sessions(city: dict[str, Any], settings: Settings) -> dict[str, str]:
    """Return sessions with a recent password check, so that protected pages are reached too."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = PATIENT["ACCOUNT_REAUTHENTICATION_TIMEOUT"]
    found = {}
    for role in ("supervisor", "privacy_officer", "administrator"):
        client = Client()
        client.force_login(city[role])
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        found[role] = client.cookies["sessionid"].value
    return found


def opened(client: Client, sessions: dict[str, str], path: str) -> tuple[list[Form], set[str]]:
    """Return the forms of the page and the parameters that it reads, as a reader with access."""
    for session in sessions.values():
        client.cookies = SimpleCookie({"sessionid": session})
        with noticed() as read:
            answer = client.get(path)
        if answer.status_code != 403:
            break
    is_page = answer.headers["Content-Type"].startswith("text/html")
    return (forms_of(answer.getvalue().decode()) if is_page else []), read


def asked_of(forms: list[Form], read: set[str]) -> dict[str, str]:
    """Return the query parameters of the page with their types. A page that reads none has none."""
    asked = dict.fromkeys((*ASKED, *sorted(read - {EVERY})), "hidden") if read else {}
    for form in forms:
        if form.method == "get" and read:
            asked |= form.kinds
    return asked


def nasty(kinds: Mapping[str, str]) -> Iterator[dict[str, list[str]]]:
    """Yield values for all fields at once: the worst of each type first, then the next."""
    values = {name: fitting(name, kind) for name, kind in kinds.items()}
    for number in range(max(map(len, values.values()))):
        yield {name: [these[number]] for name, these in values.items() if number < len(these)}


@pytest.mark.long
def test_no_address_breaks_a_page(client: Client, city: dict[str, Any], sessions: dict[str, str]) -> None:
    broken, reading = [], set()
    for path in pages(city):
        asked = asked_of(*opened(client, sessions, path))
        if not asked:
            broken.append(answers(client, "get", path, {name: [ANY[0]] for name in ASKED}))
            continue
        reading.add(path)
        broken += [answers(client, "get", path, {name: [value] for name in asked}) for value in ANY]
        broken += [answers(client, "get", path, fields) for fields in nasty(asked)]
        broken.append(answers(client, "get", path, {name: ["a", "b"] for name in asked}))
    assert [one for one in broken if one] == []
    assert {"/calendar/", "/meetings/", "/reports/", "/privacy/trail/", "/search/"} <= reading


@pytest.mark.thorough
@pytest.mark.long
def test_no_parameter_by_itself_breaks_a_page(
    client: Client, city: dict[str, Any], sessions: dict[str, str]
) -> None:
    broken = []
    for path in pages(city):
        forms, read = opened(client, sessions, path)
        for name, kind in asked_of(forms, read).items():
            if name not in read and EVERY not in read:
                continue  # without another parameter, the page does not look at it
            values = fitting(name, kind)[: 1 if name in ASKED else None]
            broken += [answers(client, "get", path, {name: [value]}) for value in values]
    assert [one for one in broken if one] == []


@pytest.mark.long
def test_no_form_breaks_a_page(client: Client, city: dict[str, Any], sessions: dict[str, str]) -> None:
    broken = []
    for path in pages(city):
        found, _read = opened(client, sessions, path)
        with undone():
            if client.post(path).status_code == 405:
                continue  # it reads nothing of what is sent
        own = [form for form in found if form.method == "post" and form.action in ("", path)]
        for form in own or [Form("post", path)]:
            rows = {name: value for name, value in form.sent.items() if name.endswith("_FORMS")}
            for value in ANY:
                all_of_it = {name: [value] for name in (*form.kinds, *SENT)}
                broken.append(answers(client, "post", path, all_of_it | rows))
        if THOROUGH:
            broken.append(answers(client, "post", path, {"facts": ["x" * 3_000_000]}))
    assert [one for one in broken if one] == []


# --- Days, times and numbers are read only if the rest of the form is valid ------------------------


READ = ("date", "datetime-local", "number")


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asking]:
    """The city of the access matrix, for readers whose time zone is far west of the city."""
    with ground_for_all(django_db_blocker) as ground:
        User.objects.update(time_zone="America/New_York")
        yield Asking(ground)


def right_forms(asking: Asking) -> Iterator[tuple[str, Client, Ask, Form]]:
    """Return each form with such a field, filled in by a permitted reader."""
    for route in asking.routes:
        if route.startswith(("api/", "accounts/")):
            continue
        ask = asking.ask("POST", route, "north")
        role, form = asking.form(route, "north", ask.path)
        if form and set(READ) & set(form.kinds.values()):
            yield route, asking.ground.client(role, "north"), ask, form


@pytest.mark.long
def test_no_day_or_number_breaks_a_form_that_is_right_but_for_it(asking: Asking) -> None:
    refused, broken, asked = [], [], set()
    for route, client, ask, form in right_forms(asking):
        assert isinstance(ask.sent, dict)
        asked.add(route)
        status = ask.by(client).status_code
        if status >= 400:
            refused.append((route, status))
        right = {key: [str(one) for one in as_list(given)] for key, given in ask.sent.items()}
        for name, kind in [(name, kind) for name, kind in form.kinds.items() if kind in READ]:
            values = fitting(name, kind)[: None if THOROUGH else 1]
            wrong = [right | {name: [value]} for value in values]
            broken += [answers(client, "post", ask.path, fields, follow=True) for fields in wrong]
    assert refused == []
    assert [one for one in broken if one] == []
    assert {"meetings/new/", "meetings/log/", "follow-ups/new/", "contacts/new/"} <= asked
    assert len(asked) > 15


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
