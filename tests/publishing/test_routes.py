"""Ways to report are shown while somebody answers there."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import actor_for
from accounts.models import User
from contacts.models import OrganisationPrivateChannel
from districts.models import District
from lib.days import city_today
from publishing.models import PublicDistrict, ReportingRoute
from publishing.queries.page_requirements import pages_without_route
from publishing.rules.routes import Answers, works
from publishing.services.routes import record_test, write_route
from publishing.site import build_site
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.publishing.town import Town

DAY = date(2026, 11, 27)


def after(*tests: tuple[int, str], **given: Any) -> bool:
    """Whether a route works on DAY after tests so many days before."""
    from publishing.rules.routes import dates_after as rule

    known = Answers(is_local=True, **given)
    for days, result in tests:
        day = DAY - timedelta(days)
        answered, failed = rule(known, day, result)
        known = Answers(
            is_local=known.is_local, is_emergency=known.is_emergency, tested_on=day, result=result,
            answered_on=answered, failed_on=failed,
        )  # fmt: skip
    return works(known)


@pytest.mark.parametrize(
    ("tests", "is_shown"),
    [
        ([], False),
        ([(0, "answered")], True),
        ([(180, "answered")], True),
        ([(4000, "answered")], True),
        ([(0, "not_answered")], False),
        ([(20, "answered"), (0, "not_answered")], True),
        ([(20, "answered"), (0, "not_answered"), (0, "not_answered")], True),
        ([(20, "answered"), (1, "not_answered"), (0, "not_answered")], False),
        ([(20, "answered"), (9, "not_answered"), (1, "answered"), (0, "not_answered")], True),
        ([(20, "answered"), (0, "wrong")], False),
        ([(20, "answered"), (9, "wrong"), (0, "answered")], True),
    ],
)
def test_two_failures_on_different_days_hide_a_route_and_a_wrong_number_at_once(
    tests: list[tuple[int, str]], is_shown: bool
) -> None:
    assert after(*tests) is is_shown


@pytest.mark.django_db
def test_a_wrong_number_stays_hidden_until_someone_answers() -> None:
    town = Town()
    for result, is_shown in (("wrong", False), ("not_answered", False), ("answered", True)):
        route = record_test(actor=town.other, route_id=town.line.pk, result=result)
        assert route.is_shown is is_shown, result


def test_an_emergency_number_is_hidden_only_if_it_is_wrong() -> None:
    assert after(is_emergency=True)
    assert not after((0, "wrong"), is_emergency=True)


@pytest.mark.django_db
def test_a_supervisor_keeps_a_route_and_an_officer_tests_it() -> None:
    north, south = make_district(), make_district()
    supervisor, officer = actor_for(make_supervisor(north)), actor_for(make_officer(north))
    centre = make_organisation(north)
    given: Any = {
        "name": "Reporting centre", "kind": "reporting_centre", "organisation": centre, "language": "en",
        "phone": "+44 20 7946 0423", "is_public": True,
    }  # fmt: skip
    for actor, district in ((officer, north), (supervisor, south), (supervisor, None)):
        with pytest.raises(PermissionDenied):
            write_route(actor=actor, district=district, **given)
    route = write_route(actor=supervisor, district=north, **given)
    with pytest.raises(ValidationError, match="agrees to test calls"):
        record_test(actor=officer, route_id=route.pk, result="answered")
    write_route(actor=supervisor, route_id=route.pk, agreed_to_tests=True)
    with pytest.raises(PermissionDenied):
        record_test(actor=actor_for(make_officer(south)), route_id=route.pk, result="answered")
    assert record_test(actor=officer, route_id=route.pk, result="answered").is_shown
    centre.refresh_from_db()
    assert (centre.is_reporting_centre, centre.reporting_tested_on) == (True, city_today())
    moved = write_route(actor=supervisor, route_id=route.pk, phone="+44 20 7946 0999")
    assert not moved.is_shown
    write_route(actor=supervisor, route_id=route.pk, is_public=False)
    centre.refresh_from_db()
    assert not centre.is_reporting_centre


@pytest.mark.django_db
@pytest.mark.parametrize("changed", ["phone", "url", "address"])
def test_whoever_writes_a_number_or_address_does_not_say_that_someone_answers_there(changed: str) -> None:
    town = Town()
    values = {"phone": "900 100 209", "url": "https://other.example", "address": "9 Mill Lane"}
    city = write_route(
        actor=actor_for(make_supervisor(*District.objects.all())), name="City line", kind="police_desk",
        language="en", is_public=True, phone="900 100 208",
    )  # fmt: skip
    write_route(actor=town.other, route_id=town.line.pk, **{changed: values[changed]})
    with pytest.raises(ValidationError, match="Ask a colleague"):
        record_test(actor=town.other, route_id=town.line.pk, result="answered")
    assert not record_test(actor=town.other, route_id=town.line.pk, result="wrong").is_shown, (
        "is never refused"
    )
    assert record_test(actor=town.supervisor, route_id=town.line.pk, result="answered").is_shown
    assert write_route(actor=town.other, route_id=town.line.pk, note="Ring twice.").is_shown
    anybody = actor_for(make_officer(town.south))
    assert record_test(actor=anybody, route_id=city.pk, result="answered").is_shown, "of the whole city"


@pytest.mark.django_db
def test_a_route_has_no_address_of_a_protected_location() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    refuge = make_organisation(north, name="Blue Door", location_protected=True)
    given: Any = {"name": "Night line", "kind": "pathway", "district": north, "language": "en"}
    with pytest.raises(ValidationError, match="protected"):
        write_route(actor=supervisor, organisation=refuge, address="1 Quay Street", **given)
    with pytest.raises(ValidationError, match="protected"):
        write_route(actor=supervisor, phone="112", note="Behind the Blue Door", **given)
    OrganisationPrivateChannel.objects.create(organisation=refuge, address="1 Quay Street")
    with pytest.raises(ValidationError, match="protected"):
        write_route(actor=supervisor, organisation=refuge, phone="112", note="At 1 Quay Street", **given)
    write_route(actor=supervisor, organisation=refuge, phone="112", note="Ask for Blue Door", **given)
    assert ReportingRoute.objects.count() == 1


@pytest.mark.django_db
def test_the_last_tested_way_to_report_of_a_public_page_is_not_taken_off() -> None:
    town = Town()
    *others, last = ReportingRoute.objects.filter(is_public=True).exclude(kind="emergency")
    city = actor_for(make_supervisor(*District.objects.all()))
    for route in others:
        write_route(actor=city, route_id=route.pk, is_public=False)
    for change in ({"is_public": False}, {"kind": "emergency"}):
        with pytest.raises(ValidationError, match="last tested way to report") as error:
            write_route(actor=city, route_id=last.pk, **change)
        assert list(error.value.message_dict) == ["is_public"]
    page = browse(User.objects.get(pk=city.id))
    form = page.get(f"/publishing/routes/{last.pk}/").context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) and name != "is_public"}
    refused = page.post(f"/publishing/routes/{last.pk}/", sent)
    assert refused.status_code == 422 and "or take the page down" in refused.text
    record_test(actor=city, route_id=last.pk, result="wrong")  # what is true is never refused
    assert town.north.name in [row.name for row in pages_without_route()]
    assert "No tested way to report" in page.get("/publishing/public/").text
    record_test(actor=city, route_id=last.pk, result="answered")
    PublicDistrict.objects.update(is_on=False)
    assert not write_route(actor=city, route_id=last.pk, is_public=False).is_shown


@pytest.mark.django_db
def test_no_way_to_report_vanishes_because_its_test_is_old() -> None:
    town = Town()
    town.route("Choir desk", "reporting_centre", phone="900 100 201", agreed_to_tests=True)
    later = city_today() + timedelta(days=366)
    now, then = (
        build_site(day)[f"en/{town.north.code}/index.html"].decode() for day in (city_today(), later)
    )
    for name in ("Anonymous line", "Police station", "Choir desk"):
        assert name in now and name in then
    assert "Not tested since" not in now
    assert then.count("Not tested since") == 3
    spanish = build_site(later)[f"es/{town.north.code}/index.html"].decode()
    assert "Sin comprobar desde el" in spanish


@pytest.mark.django_db
def test_the_emergency_number_is_on_every_page_whatever_urgent_ways_there_are() -> None:
    town = Town()
    path = f"en/{town.north.code}/index.html"
    chat = town.route("Emergency chat", "emergency", url="https://chat.example/now")
    other = town.route("Second line", "emergency", phone="900 100 300")
    page = build_site(city_today())[path].decode()
    assert page.count('href="tel:112"') == 1 and "https://chat.example/now" in page
    assert 'href="tel:900100300"' in page and page.index("tel:112") < page.index("tel:900100300")
    own = town.route("Emergency", "emergency", phone="1-1-2", note="Ask for the police.")
    page = build_site(city_today())[path].decode()
    assert page.count('href="tel:112"') == 1 and "Ask for the police." in page
    for route in (chat, other, own):
        record_test(actor=town.supervisor, route_id=route.pk, result="wrong")
    assert 'href="tel:112"' in build_site(city_today())[path].decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "phone", ["016 (24 h) / 116 006", "900 100 200 / 300", "12", "call us", "+44 20 7946"]
)
def test_a_phone_is_one_number_that_can_be_dialled(phone: str) -> None:
    town = Town()
    with pytest.raises(ValidationError, match="can be dialled") as error:
        town.route("Desk", "police_desk", phone=phone)
    assert list(error.value.message_dict) == ["phone"]
    town.route("Line", "police_desk", phone="+44 (0)20 7946 0604")
    ReportingRoute.objects.filter(name="Anonymous line").update(phone=phone)  # of before
    page = build_site(city_today())[f"en/{town.north.code}/index.html"].decode()
    assert 'href="tel:+442079460604"' in page
    assert page.count("tel:") == 3 and phone in page  # that, 112 and the contact line


@pytest.mark.django_db
def test_another_kind_is_tested_again_and_only_the_emergency_number_needs_no_test() -> None:
    town = Town()
    town.route("Desk", "police_desk", phone="900 100 201")
    about = {"actor": town.supervisor, "route_id": town.line.pk}
    assert not write_route(**about, kind="emergency").is_shown
    assert record_test(**about | {"actor": town.other}, result="answered").is_shown
    assert not write_route(**about, url="https://other.example").is_shown
    assert write_route(**about, phone="112").is_shown
