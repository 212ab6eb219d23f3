"""Notes on a period stand beside the figures, name no health, and leave in no published file."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.actors import actor_for
from audit.models import Event
from districts.models import PeriodNote
from districts.services.districts import add_period_note
from reports.queries.periods import Period, quarter_of, seasons, with_seasons
from tests.exchange.test_export_lists import sure
from tests.factories import make_district, make_officer, make_supervisor
from tests.reports.northgate import ASKED, City, read
from tests.reports.test_export_reports import export, text_of


@pytest.mark.django_db
def test_a_note_is_written_read_and_taken_away(client: Client) -> None:
    city = City()
    page = f"/reports/notes/?district={city.market.code}"
    supervisor, officer = city.supervisor, make_officer(city.market)
    sent = {"since": "2024-08-14", "last_on": "2024-08-20", "text": "Town fair"}
    client.force_login(supervisor)
    assert client.post(page, sent).status_code == 302
    note = PeriodNote.objects.get()
    assert (note.district, note.until, note.last_on) == (city.market, date(2024, 8, 21), date(2024, 8, 20))
    assert Event.objects.filter(object_ids=[city.market.pk], field_names=["period_notes"]).exists()
    said = "14 Aug 2024 to 20 Aug 2024: Town fair"
    for address in (page, f"/reports/?{ASKED}&district={city.market.code}"):
        assert said in read(client, officer, address).content.decode()
    assert (
        said
        not in read(client, officer, f"/reports/?period=2024-Q2&district={city.market.code}").content.decode()
    )
    assert (
        said not in read(client, supervisor, f"/reports/?{ASKED}&district={city.ponds.code}").content.decode()
    )
    client.force_login(officer)
    assert client.post(page, sent).status_code == 403
    assert client.post(f"/reports/notes/{note.pk}/remove/").status_code == 403
    client.force_login(make_supervisor(city.south))
    assert client.post(page, sent).status_code == 404
    assert client.post(f"/reports/notes/{note.pk}/remove/").status_code == 404
    client.force_login(supervisor)
    answer = client.post(page, sent | {"text": "Two officers were ill"})
    assert answer.status_code == 422
    assert "Do not mention health (ill)." in answer.content.decode()
    answer = client.post(page, sent | {"last_on": "2024-08-13"})
    assert "The last day must not be before the first day." in answer.content.decode()
    assert client.post(page, sent | {"text": "x" * 201}).status_code == 422
    removed = client.post(f"/reports/notes/{note.pk}/remove/", follow=True)
    assert not PeriodNote.objects.exists()
    undo = re.search(r"/undo/[^\"]+", removed.content.decode())
    assert undo
    client.post(undo.group())
    assert PeriodNote.objects.get().text == "Town fair"


@pytest.mark.django_db
def test_notes_of_the_whole_are_numbered_in_charts_and_internal_files_of_its_parts(client: Client) -> None:
    north = make_district("North")
    market = make_district("Market", parent=north)
    supervisor = make_supervisor(north)
    for since, text in ((date(2024, 2, 1), "Election"), (date(2024, 9, 1), "Town fair")):
        add_period_note(
            actor=actor_for(supervisor),
            district_id=north.pk,
            since=since,
            until=since.replace(day=2),
            text=text,
        )
    asked = f"{ASKED}&district={market.code}"
    html = read(client, supervisor, f"/reports/activity/?{asked}").content.decode()
    assert re.search(r"Quarter 1 of 2024: [^;]*\(note 1\)", html)
    assert re.search(r"Quarter 3 of 2024: [^;]*\(note 2\)", html)
    paper = " ".join(" ".join(text_of(export(supervisor, f"report=activity&{asked}", "pdf"))).split())
    assert "1. 1 Feb 2024: Election" in paper
    assert "Note 1 Sep 2024: Town fair" in paper
    assert (
        sure(make_officer(market)).get(f"/reports/notes/?district={market.code}").content.count(b"Town fair")
        == 0
    )


def test_seasons_of_three_years_have_the_quarters_that_have_begun() -> None:
    period, today = Period(date(2026, 5, 1), date(2026, 6, 1)), date(2026, 5, 20)
    rows = seasons(period)
    assert rows[1] == tuple(quarter_of(date(year, 4, 1)) for year in (2024, 2025, 2026))
    assert len(rows) == 4
    asked = with_seasons([period], period, today)
    assert asked[0] == period
    assert len(asked) == 1 + 12 - 2, "two quarters of this year are to come"
