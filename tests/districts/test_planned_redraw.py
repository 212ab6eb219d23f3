"""A redraw on a day to come, into several successors: supervisors choose where each organisation goes."""

from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role
from audit.models import Event
from contacts.models import Organisation
from contacts.services.redrawn_districts import choose_successors
from districts.models import District
from districts.services import followers
from districts.services.redraws import cancel_redraw, carry_out_redraws, redraw_district
from lib.days import city_today
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.incidents.making import make_incident
from tests.reports.city import make_concern

pytestmark = pytest.mark.django_db

SOON = timedelta(days=10)


class Ground:
    """Two organisations, each with a contact, a planned meeting, a concern and an incident."""

    def __init__(self) -> None:
        self.north = make_district("Northgate", parent=make_district("City"))
        self.mill = make_district("Mill Ponds", parent=self.north)
        self.supervisor = make_supervisor(self.north)
        self.supervises = actor_for(self.supervisor)
        self.administrator = make_actor(role=Role.ADMINISTRATOR)
        self.rows = {name: self._all_of(make_organisation(self.mill, name=name)) for name in ("Mill", "Pond")}
        self.both = make_meeting(
            self.mill, *(rows["organisation"] for rows in self.rows.values()), **planned()
        )

    def _all_of(self, organisation: Organisation) -> dict[str, Any]:
        concern = make_concern(
            self.mill, timezone.now(), site_organisation=organisation, bias_grounds=["unknown"]
        )
        return {
            "organisation": organisation,
            "contact": make_contact(self.mill, organisation),
            "meeting": make_meeting(self.mill, organisation, **planned()),
            "concern": concern,
            "incident": make_incident(self.supervises, concern),
        }

    def plan(self, actor: Actor | None = None, on: date | None = None, **fields: Any) -> District:
        asked: dict[str, Any] = {
            "code": "N5",
            "name": "Mill",
            "also": [{"code": "N6", "name": "Pond"}],
            **fields,
        }
        day = on or city_today() + SOON
        return redraw_district(actor=actor or self.administrator, district_id=self.mill.pk, on=day, **asked)

    def choose(self, name: str, code: str, actor: Actor | None = None) -> None:
        homes = {self.rows[name]["organisation"].pk: code}
        choose_successors(actor=actor or self.supervises, district_id=self.mill.pk, homes=homes)

    def places(self, name: str) -> set[str]:
        """Codes of the districts where what belongs to an organisation is now."""
        found = set()
        for row in self.rows[name].values():
            row.refresh_from_db()
            home = row.home_district if hasattr(row, "home_district") else row.district
            found.add(home.code)
        return found


def planned() -> dict[str, Any]:
    return {"status": "planned", "starts_at": timezone.now() + 2 * SOON, "outcomes": []}


@pytest.fixture
def ground() -> Ground:
    return Ground()


def on_the_day() -> int:
    return carry_out_redraws(SYSTEM, city_today() + SOON)


def test_nothing_moves_before_the_day_and_everything_goes_with_its_organisation_on_it(ground: Ground) -> None:
    ground.plan()
    ground.choose("Pond", "N6")
    assert carry_out_redraws(SYSTEM, city_today()) == 0
    assert ground.places("Mill") == ground.places("Pond") == {ground.mill.code}
    assert not District.objects.filter(code__in=["N5", "N6"]).exists()
    day = city_today() + SOON
    assert on_the_day() == 1
    assert (ground.places("Mill"), ground.places("Pond")) == ({"N5"}, {"N6"})
    ground.both.refresh_from_db()
    assert ground.both.district.code == "N5", "a meeting of both goes to the first"
    ground.mill.refresh_from_db()
    assert (ground.mill.is_active, ground.mill.closed_on) == (False, day)
    assert (ground.mill.redraw_on, ground.mill.redraw) == (None, None)
    opened = District.objects.filter(succeeds=ground.mill)
    assert {(one.name, one.opened_on, one.parent) for one in opened} == {
        ("Mill", day, ground.north),
        ("Pond", day, ground.north),
    }
    assert on_the_day() == 0


def test_a_district_is_divided_at_once_and_joins_another(ground: Ground) -> None:
    docks = make_district("Docks", parent=ground.north)
    new = redraw_district(
        actor=SYSTEM, district_id=ground.mill.pk, code="N5", also=[{"code": docks.code}, {"code": "N7"}]
    )
    assert set(ground.mill.successors.values_list("code", flat=True)) == {"N5", docks.code, "N7"}
    assert ground.places("Mill") == {new.code}


def test_what_could_not_be_done_today_cannot_be_planned(ground: Ground) -> None:
    south = make_district("Southgate")
    make_officer(south)
    with pytest.raises(ValidationError) as refused:
        ground.plan(also=[{"code": "N6", "parent": south}])
    assert [*refused.value.message_dict] == ["code_2"]
    with pytest.raises(ValidationError) as refused:
        ground.plan(also=[{"code": "N 6"}])
    assert [*refused.value.message_dict] == ["code_2"]
    with pytest.raises(ValidationError, match="later day"):
        ground.plan(on=city_today() - SOON)
    for role in (Role.SUPERVISOR, Role.OFFICER):
        with pytest.raises(PermissionDenied):
            ground.plan(make_actor(ground.mill, role=role))
    ground.mill.refresh_from_db()
    assert ground.mill.redraw_on is None
    assert not District.objects.filter(code="N5").exists()


def test_what_is_refused_on_the_day_stays_planned_and_says_why(ground: Ground) -> None:
    ground.plan()
    taken = make_district("Taken", code="N6", parent=make_district("Southgate"))
    make_officer(taken)
    assert on_the_day() == 0
    ground.mill.refresh_from_db()
    assert ground.mill.is_active
    plan: Any = ground.mill.redraw
    assert "more records" in plan["refused"]
    page = Client()
    page.force_login(make_user(Role.ADMINISTRATOR))
    shown = page.get(f"/settings/districts/{ground.mill.code}/redraw/").content.decode()
    assert "could not be redrawn" in shown


def test_a_planned_redraw_is_cancelled(ground: Ground) -> None:
    ground.plan()
    with pytest.raises(PermissionDenied):
        cancel_redraw(actor=ground.supervises, district_id=ground.mill.pk)
    cancel_redraw(actor=ground.administrator, district_id=ground.mill.pk)
    assert on_the_day() == 0
    names = Event.objects.filter(object_type="district").values_list("field_names", flat=True)
    assert [*names] == [["redraw"], ["redraw"]]


def test_only_its_supervisors_choose_and_only_for_what_is_there(ground: Ground) -> None:
    with pytest.raises(ValidationError, match="from the list"):
        ground.choose("Pond", "N6")
    ground.plan()
    for actor in (
        actor_for(make_officer(ground.mill)),
        ground.administrator,
        actor_for(make_supervisor(make_district())),
    ):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            ground.choose("Pond", "N6", actor)
    with pytest.raises(ValidationError, match="from the list"):
        ground.choose("Pond", "N9")
    elsewhere: UUID = make_organisation(ground.north).pk
    with pytest.raises(ObjectDoesNotExist):
        choose_successors(actor=ground.supervises, district_id=ground.mill.pk, homes={elsewhere: "N6"})
    ground.choose("Pond", "N6")


def test_from_the_plan_to_the_choices_on_the_pages(ground: Ground) -> None:
    page, supervisor = Client(), Client()
    page.force_login(make_user(Role.ADMINISTRATOR))
    supervisor.force_login(ground.supervisor)
    address = f"/settings/districts/{ground.mill.code}/redraw/"
    shown = page.get(address).content.decode()
    for moving in ("Organisations: 2", "Contacts: 2", "Planned meetings: 3", "Open concerns: 2"):
        assert moving in shown
    form = {"version": 1, "on": str(city_today() + SOON), "code": "N5", "name": "Mill", "code_2": "N6"}
    form |= {"parent": ground.north.pk, "parent_2": ground.north.pk, "name_2": "Pond"}
    refused = page.post(address, form | {"code_2": "N 6"})
    assert refused.status_code == 422
    assert "Redraw planned" in page.post(address, form, follow=True).content.decode()
    homes = f"/districts/{ground.mill.code}/homes/"
    assert homes in supervisor.get(f"/districts/{ground.mill.code}/").content.decode()
    assert homes not in page.get(f"/districts/{ground.mill.code}/").content.decode()
    chosen = {
        str(rows["organisation"].pk): code
        for rows, code in zip(ground.rows.values(), ("N5", "N6"), strict=True)
    }
    assert "Choices saved" in supervisor.post(homes, chosen, follow=True).content.decode()
    ground.mill.refresh_from_db()
    plan: Any = ground.mill.redraw
    assert plan["homes"] == chosen
    assert supervisor.post(homes, {}).status_code == 422
    assert "Redraw cancelled" in page.post(address, {"cancel": "1"}, follow=True).content.decode()
    assert "No redraw" in supervisor.get(homes).content.decode()


def test_every_app_counts_what_moves(ground: Ground) -> None:
    found = sorted(one for count in followers.COUNTS for one in count(ground.mill).items())
    moving = [("contacts", 2), ("open concerns", 2), ("organisations", 2), ("planned meetings", 3)]
    assert found == moving


def test_the_command_plans_a_redraw_for_a_later_day() -> None:
    mill, out = make_district("Mill Ponds", code="N4"), StringIO()
    day = city_today() + SOON
    for wrong in ("tomorrow", "2027-02-30"):
        with pytest.raises(CommandError, match="--on"):
            call_command("redraw_district", "N4", "N4b", "--on", wrong)
    with pytest.raises(CommandError, match="today or a later day"):
        call_command("redraw_district", "N4", "N4b", on=city_today() - timedelta(days=1))
    call_command("redraw_district", "N4", "N4b", "--name", "Mill", "--on", str(day), stdout=out)
    mill.refresh_from_db()
    assert (mill.redraw_on, mill.is_active) == (day, True) and str(day) in out.getvalue()
    assert carry_out_redraws(SYSTEM, day) == 1
    assert District.objects.get(code="N4b").name == "Mill"
