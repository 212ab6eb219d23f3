"""A city with one row of each type, and the path of every page with IDs of its rows."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role
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
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user
from tests.plans.making import make_plan
from tests.practices.making import make_files, published
from tests.privacy.making import make_breach, make_notice, make_package, make_request

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
