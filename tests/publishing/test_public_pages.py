"""Inside: entries to approve, routes tested in two taps, listings, registrations, and the preview."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import Concern, FollowUp
from publishing.codes import RegistrationState
from publishing.models import (
    PublicDistrict,
    PublicEntry,
    PublicListing,
    PublicText,
    Registration,
    ReportingRoute,
)
from tests.contacts.pages import browse
from tests.factories import (
    PASSWORD,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.publishing.test_registrations import registered
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db

PUBLIC = "/publishing/public/"


def test_a_result_is_told_from_the_promise_and_approved_with_one_click() -> None:
    north = make_district()
    officer, supervisor = make_officer(north), make_supervisor(north)
    PublicDistrict.objects.create(district=north, is_on=True, languages=["en", "es"])
    day = city_today()
    promise = FollowUp.objects.create(
        title="Lamps", kind="other", owner=officer, due_on=day, first_due_on=day, status="done",
        completed_at="2026-11-01T10:00Z",
    )  # fmt: skip
    promise.organisation_links.create(organisation=make_organisation(north))
    page = browse(officer)
    asked = f"/publishing/entries/new/?follow_up={promise.pk}"
    assert asked in page.get(f"/follow-ups/{promise.pk}/").content.decode()
    assert b'name="said_es"' in page.get(asked).content
    sent = {"district": north.pk, "said": "Lamps", "did": "Repaired", "state": "done", "language": "en"}
    assert page.post(asked, sent | {"said": "x" * 301}).status_code == 422
    half = page.post(asked, sent | {"answer_es": "Listo"})
    assert half.status_code == 422 and "Enter both texts in Spanish, or neither." in half.text
    assert '<details class="more" open>' in half.text and not PublicEntry.objects.exists()
    assert page.post(asked, sent | {"said_es": "Farolas", "answer_es": "Listo"}).status_code == 302
    entry = PublicEntry.objects.get()
    assert (entry.follow_up, entry.translations.get().did) == (promise, "Listo")
    above = browse(supervisor)
    waiting = above.get(PUBLIC).text
    assert f"{entry.pk}/approve/" in waiting
    assert all(text in waiting for text in ("Repaired", "Farolas", "Listo"))
    assert f"{entry.pk}/approve/" not in page.get(PUBLIC).content.decode()
    above.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answered = {"revision": entry.revision, "tells_of_incident": "False"}
    told = above.post(f"/publishing/entries/{entry.pk}/approve/", answered, follow=True)
    assert "It is published within minutes." in told.text
    assert PublicEntry.objects.shown_on(day).count() == 1


def test_a_closed_concern_offers_to_tell_the_district() -> None:
    north = make_district()
    concern = Concern.objects.create(
        kinds=["other"], district=north, received_at="2026-11-01T10:00Z", status="closed",
        closed_at="2026-11-02T10:00Z",
    )  # fmt: skip
    page = browse(make_officer(north))
    assert f"?concern={concern.pk}" in page.get(f"/concerns/{concern.pk}/").content.decode()
    assert page.get(f"/publishing/entries/new/?concern={concern.pk}").status_code == 200
    assert (
        browse(make_officer(make_district()))
        .get(f"/publishing/entries/new/?concern={concern.pk}")
        .status_code
        == 404
    )


def test_a_route_is_tested_in_two_taps_and_a_wrong_number_is_said() -> None:
    town = Town()
    page = browse(make_officer(town.north))
    assert b"Wrong number" in page.get(PUBLIC).content
    answer = page.post(f"/publishing/routes/{town.line.pk}/test/", {"result": "wrong"}, follow=True)
    assert b"Failed test recorded." in answer.content
    assert not ReportingRoute.objects.get(pk=town.line.pk).is_shown
    bad = page.post(f"/publishing/routes/{town.line.pk}/test/", {"result": "maybe"}, follow=True)
    assert b"recorded" not in bad.content and town.line.test_history.count() == 2


def test_a_supervisor_lists_an_organisation_and_anybody_there_withdraws_it() -> None:
    north = make_district()
    choir = make_organisation(north, summary="They sing")
    above = browse(make_supervisor(north))
    where = f"/organisations/{choir.pk}/listing/"
    assert "They sing" in above.get(where).content.decode()
    sent = {"agreed_by": "the chair", "agreed_on": city_today(), "how": "form", "language": "en",
            "fields": ["website", "address"], "is_home": "on"}  # fmt: skip
    assert above.post(where, sent | {"agreed_on": ""}).status_code == 422
    assert "no public page yet" in above.post(where, sent, follow=True).text
    assert PublicListing.objects.get().fields == ["name", "website"]
    browse(make_officer(north)).post(f"{where}withdraw/")
    assert not PublicListing.objects.in_force().exists()


def test_a_registration_stands_beside_what_is_known_and_becomes_an_organisation_in_two_clicks() -> None:
    north = make_district()
    known = make_organisation(north, name="Choir of Quince")
    first, second = registered(north), registered(north, name="Chess <b>club</b>")
    above = browse(make_supervisor(north))
    assert b"Choir of Quince" in above.get(PUBLIC).content
    shown = above.get(f"/publishing/registrations/{first.pk}/").content.decode()
    assert f'value="{known.pk}"' in shown and "ana@choir.example" in shown
    sent: Any = {"revision": first.revision, "decision": "join", "organisation": known.pk}
    above.post(f"/publishing/registrations/{first.pk}/", sent)
    assert Registration.objects.get(pk=first.pk).organisation == known
    there = f"/publishing/registrations/{second.pk}/"
    assert "Chess &lt;b&gt;club" in above.get(there).content.decode()
    assert above.post(there, {"revision": 1, "decision": "accept"}).status_code == 302
    assert Organisation.objects.count() == 2


def test_a_meeting_is_announced_and_the_preview_shows_the_site_as_the_public_sees_it() -> None:
    town = Town()
    meeting = make_meeting(
        town.north, kind="community_event", status="planned", starts_at="2027-01-04T10:00Z"
    )
    page = browse(make_officer(town.north))
    assert f"/meetings/{meeting.pk}/announce/" in page.get(f"/meetings/{meeting.pk}/").content.decode()
    sent = {"is_public": "on", "title": "Street party", "place": "Mill Lane", "language": "en"}
    assert page.post(f"/meetings/{meeting.pk}/announce/", sent).status_code == 302
    shown = page.get(f"{PUBLIC}site/en/{town.north.code}/")
    assert "Street party" in shown.content.decode() and shown["Content-Type"].startswith("text/html")
    assert page.get(f"{PUBLIC}site/style.css")["Content-Type"].startswith("text/css")
    assert page.get(f"{PUBLIC}site/../../settings").status_code == 404


def test_a_supervisor_opens_the_page_of_a_district() -> None:
    town = Town()
    PublicDistrict.objects.all().delete()
    north = town.north
    above = browse(User.objects.get(pk=town.supervisor.id))
    where = f"{PUBLIC}{north.code}/"
    assert above.post(where, {"is_on": "on", "language": "en", "officer_names": "none"}).status_code == 422
    sent = {"is_on": "on", "language": "en", "officer_names": "none", "languages": ["ar", "en"]}
    sent["contact_line"] = "+34915550101"
    assert above.post(where, sent).status_code == 302
    assert PublicDistrict.objects.get().is_on
    assert PublicDistrict.objects.get().languages == ["en", "ar"], "boxes have no order of their own"
    for language, ticked, kept in (
        ("en", ["ar", "en", "es"], ["en", "ar", "es"]),
        ("es", ["ar", "en", "es"], ["es", "en", "ar"]),
        ("es", ["ar", "en"], ["en", "ar"]),
    ):
        above.post(where, sent | {"language": language, "languages": ticked})
        assert PublicDistrict.objects.get().languages == kept
    revision = PublicDistrict.objects.get().revision
    stale = above.post(where, sent | {"revision": revision - 1})
    assert stale.status_code == 422 and f'name="revision" value="{revision}"' in stale.text
    call_command("check", verbosity=0)


def test_figures_stand_beside_each_district() -> None:
    city = make_district("Alderport")
    north, south = (make_district(name, parent=city) for name in ("Northgate", "Southgate"))
    today, now = city_today(), timezone.now()

    def route(district: District | None, tested: int | None, result: str = "answered", **more: Any) -> None:
        day = None if tested is None else today - timedelta(days=tested)
        usual: dict[str, Any] = {"kind": "pathway", "phone": "112", "language": "en", "is_public": True}
        ReportingRoute.objects.create(
            name="Line", district=district, tested_on=day, test_result=result if day else "", **(usual | more)
        )

    for tested in (0, 180, 181, None):
        route(north, tested)
    route(north, 0, "not_answered")
    route(north, 0, is_public=False)
    route(None, 9)
    route(make_district("Mill Ponds", parent=north), 400)  # its page is the one of Northgate

    def asked(district: District, confirmed: float, decided: float | None) -> None:
        row = registered(district, name=f"{confirmed} {decided}")
        state = {"state": RegistrationState.CONFIRMED} if decided is None else {
            "state": RegistrationState.REFUSED, "reason": "x", "decided_at": now - timedelta(days=decided)
        }  # fmt: skip
        Registration.objects.filter(pk=row.pk).update(confirmed_at=now - timedelta(days=confirmed), **state)

    for confirmed, decided in ((15, 1.0), (29, 14), (20, 6.1), (31, 30), (5, 4), (13, None), (40, None)):
        asked(north, confirmed, decided)
    asked(south, 3, None)
    page = browse(make_supervisor(city)).get(PUBLIC).content.decode()
    assert "2 of 6 public ways to report were tested within 180 days and answered." in page
    assert "1 of 1 public way to report was tested within 180 days and answered." in page  # the city's
    assert "3 of 5 registrations of the last 30 days were decided within 14 days." in page
    assert page.count("of the last 30 days") == 1  # in the other district there is still time
    assert "of the last 30 days" not in browse(make_officer(north)).get(PUBLIC).content.decode()
    elsewhere = browse(make_supervisor(south)).get(PUBLIC).content.decode()
    assert "2 of 6" not in elsewhere and "of the last 30 days" not in elsewhere


def without_texts(slug: str) -> None:
    PublicText.objects.filter(slug=slug).delete()


NEEDS: dict[str, Callable[[], object]] = {
    "Write the privacy notice": lambda: without_texts("privacy_notice"),
    "Write the imprint": lambda: without_texts("imprint"),
    "Enter a phone number or an email address": lambda: None,
    "Test a way to report": lambda: ReportingRoute.objects.update(answered_on=None, tested_on=None),
}


@pytest.mark.parametrize("sentence", NEEDS)
def test_a_page_goes_live_only_with_notice_imprint_contact_and_a_tested_way_to_report(sentence: str) -> None:
    town = Town()
    PublicDistrict.objects.all().delete()
    above, where = browse(User.objects.get(pk=town.supervisor.id)), f"{PUBLIC}{town.north.code}/"
    sent = {
        "is_on": "on",
        "language": "en",
        "officer_names": "none",
        "languages": ["en"],
        "intro": "Come in.",
    }
    sent |= {} if sentence.startswith("Enter") else {"contact_email": "team@police.example"}
    NEEDS[sentence]()
    assert sentence in above.get(where).text or sentence.startswith("Enter")
    refused = above.post(where, sent)
    assert refused.status_code == 422
    assert sentence in refused.text and "Come in." in refused.text
    assert sum(other in refused.text for other in NEEDS) == 1
    assert not PublicDistrict.objects.exists()
    assert above.post(where, {**sent, "is_on": ""}).status_code == 302  # a page can be prepared before
    assert not PublicDistrict.objects.get().is_on


def test_a_page_that_has_everything_goes_live() -> None:
    town = Town()
    PublicDistrict.objects.all().delete()
    above, where = browse(User.objects.get(pk=town.supervisor.id)), f"{PUBLIC}{town.north.code}/"
    sent = {"is_on": "on", "language": "en", "officer_names": "none", "languages": ["en"]}
    assert above.post(where, sent | {"contact_email": "team@police.example"}).status_code == 302
    assert PublicDistrict.objects.get().is_on
