"""What one person writes for everyone names nobody who has not agreed."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.actors import actor_for
from lib.days import city_today
from meetings.services.shifts import begin_shift
from plans.services.goals import save_goal
from plans.services.plans import edit_plan
from publishing.services.listings import list_organisation
from publishing.services.pages import announce_meeting, write_page
from publishing.services.routes import write_route
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_officer, make_organisation
from tests.plans.making import make_public_plan
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db


def test_a_public_text_of_one_person_names_nobody_who_has_not_agreed() -> None:
    town = Town()
    make_contact(town.south, given_name="Ana", family_name="Carvalho")
    make_organisation(town.south, name="Quince Welcome House")
    actor: dict[str, Any] = {"actor": town.supervisor}
    meeting = {**actor, "meeting_id": town.meeting.pk}
    page = {**actor, "district_id": town.north.pk}
    route = {**actor, "route_id": town.line.pk}
    agreed = {"agreed_by": "chair", "agreed_on": city_today(), "how": "form", "fields": ["summary"]}
    listing = {**actor, "organisation_id": town.choir.pk, "language": "en", **agreed}
    plan = make_public_plan(town.north)
    about = {**actor, "plan_id": plan.pk}
    goal = plan.goals.get()
    writes: list[tuple[Any, dict[str, Any], str, str]] = [
        *((announce_meeting, meeting, name, name) for name in ("title", "text", "place")),
        *((write_page, page, name, name) for name in ("intro", "hours")),
        *((write_route, route, name, name) for name in ("name", "hours", "note")),
        (list_organisation, listing, "summary", "summary"),
        *((edit_plan, about, name, name) for name in ("title", "summary", "adopted_by")),
        (save_goal, {**about, "goal_id": goal.pk}, "title", "__all__"),
    ]
    for write, given, name, field in writes:
        for said in ("Ask Carvalho, Ana", "At Quince Welcome House"):
            with (
                pytest.raises(ValidationError, match="Everyone can read this text") as error,
                transaction.atomic(),
            ):
                write(**given, **{name: said})
            assert list(error.value.message_dict) == [field], write
        write(**given, **{name: "With the Choir of Quince"})  # which is listed
        write(**given, **{name: "A welcome house for Quince"})


def test_a_shift_announces_nothing_on_the_page_of_another_district() -> None:
    town, further = Town(), make_district("Eastgate")
    visitor, own = make_officer(further), actor_for(make_officer(town.north))
    begin_shift(actor=actor_for(visitor), districts=[town.north], reason="night_duty", hours=8)
    given: dict[str, Any] = {"meeting_id": town.meeting.pk, "title": "Coffee"}
    with pytest.raises(PermissionDenied):
        announce_meeting(actor=actor_for(visitor), **given)
    page = browse(visitor)
    assert page.get(f"/meetings/{town.meeting.pk}/announce/").status_code == 403
    assert "announce/" not in page.get(f"/meetings/{town.meeting.pk}/").text
    assert announce_meeting(actor=own, **given).title == "Coffee"
