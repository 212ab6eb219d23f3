"""The demo is a realistic city, and a user could have entered every row."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from contacts.codes import HIDDEN_AWAY, Kind
from contacts.models import Contact, FocusDeclaration, Organisation
from crm.demo import stories
from crm.demo.follow_ups import History
from crm.demo.history import tell_history
from crm.demo.load import SEED
from crm.demo.records import Book, write_book
from crm.demo.stories import district_story
from crm.queues import tasks
from districts.codes import Focus
from districts.models import District
from lib.days import city_today
from lib.sensitive import find_sensitive
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.recounting import find_differences
from privacy.queries.review_queue import REVIEWED
from publishing.models import CouncilPaper
from publishing.queries.documents import tables_of
from reports.figures.kept_rows import revised_indicators, status_with
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import month_of, quarter_of
from reports.queries.questions import ask
from reports.queries.statuses import Status
from reviews.models import Review
from reviews.queries.parts import still_open
from tests.contacts.test_reasons import QUESTION
from tests.factories import make_district
from tests.plugins import services
from tests.plugins.database import renew

SIGN_INS = ("officer.north", "officer.south", "supervisor", "supervisor.city", "privacy", "admin")


@pytest.fixture(scope="class")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load the demo as `dev.py run` does. Afterwards one command removes every row of it."""
    with django_db_blocker.unblock():
        load_when_told("")  # whoever should have told it has ended
        assert not District.objects.exists()
        load_when_told("\n")
        with services.valkey.client() as client:
            messages = b"".join(client.lrange(tasks()["publishing.publish_site"].queue, 0, -1)).decode()
        assert "publishing.publish_site" in messages, "the worker may have published an empty site before"
        call_command("load_demo")  # a second start changes nothing
        yield
        call_command("remove_demo", yes=True)
        left = [model for model in apps.get_models() if model._default_manager.exists()]
        renew()
    assert [model for model in left if model._meta.app_label != "contenttypes"] == []


def load_when_told(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", StringIO(line))
        call_command("load_demo", when_told=True)


@pytest.mark.long
@pytest.mark.usefixtures("demo")
class TestTheCity:
    def test_every_row_keeps_every_rule_and_it_is_of_the_size_promised(self) -> None:
        assert District.objects.filter(parent__code="CITY").count() == 6
        assert 185 <= Organisation.objects.count() <= 200
        assert 290 <= Contact.objects.count() <= 370
        assert set(Organisation.objects.values_list("kind", flat=True)) == set(Kind.values)
        assert set(FocusDeclaration.objects.values_list("focus", flat=True)) == set(Focus.values)
        for model in (District, User, Organisation, Contact, Meeting, FollowUp, Concern):
            relations = [field.name for field in model._meta.fields if field.is_relation]
            for row in model._default_manager.all():
                row.clean_fields(exclude=relations)  # the database has checked the constraints
        assert Organisation.objects.filter(status="active", last_met_at=None).exists(), (
            "someone is always forgotten"
        )
        assert Meeting.objects.filter(starts_at__lt=timezone.now() - timedelta(days=480)).exists()
        assert not Meeting.objects.filter(status="held", starts_at__gt=timezone.now()).exists()
        assert Concern.objects.with_bias().exists()

    def test_shelters_and_reception_centres_have_no_open_address_and_nothing_is_to_be_corrected(self) -> None:
        hidden = Organisation.objects.with_protected_location()
        assert set(hidden.values_list("kind", flat=True)) == HIDDEN_AWAY
        assert not hidden.exclude(address="", postcode="").exists()
        assert all(one.private_channel.address for one in hidden)
        assert len(find_differences()) == 0

    def test_those_who_sign_in_find_something_late_and_something_due_today(self) -> None:
        for name in SIGN_INS:
            assert authenticate(None, email=f"{name}@demo.example", password="proximity-demo"), name
        for name in ("officer.north", "officer.south"):
            mine = FollowUp.objects.of_owner(User.objects.get(email=f"{name}@demo.example").pk)
            assert mine.overdue(city_today()).exists()
            assert mine.due_on_day(city_today()).exists()

    def test_a_supervisor_finds_figures_of_each_status_and_a_share_that_is_clearly_better(self) -> None:
        found, now = set(), quarter_of(city_today())
        for period in (now, now.previous(), now.back(2), now.back(3), month_of(city_today()).previous()):
            question = ask(SYSTEM, [period], districts=["N"])
            revised = revised_indicators(question, period, list(REPORTS))
            found.add(status_with(question, period, revised))
        assert found >= {Status.RUNNING, Status.FINAL, Status.REVISED}
        coverage = REPORTS["coverage"]
        [before, after] = coverage.rows(ask(SYSTEM, [now.back(2), now.previous()], districts=["N"]))
        assert after.of >= 60
        assert after.ratio > before.ratio
        assert coverage.interval(after) is None, "a full count"

    def test_a_supervisor_finds_an_audit_that_is_signed_and_one_that_asks_what_became_of_it(self) -> None:
        supervisor = User.objects.get(email="supervisor@demo.example")
        audits = Review.objects.visible_to(actor_for(supervisor)).order_by("signed_at")
        _earlier, signed, current, under_way = audits
        assert (current.is_signed, under_way.is_signed) == (True, False)
        assert signed.period == current.period == quarter_of(city_today()).previous()
        assert current.supersedes == signed and current.signatures.count() == 2
        assert list(still_open(current)) == []
        client = Client()
        client.force_login(supervisor)
        html = client.get(f"/reviews/{under_way.pk}/").content.decode()
        assert "Actions from earlier audits" in html
        assert all(action.text in html for action in signed.actions.all())
        assert "Done?" in html
        assert len(list(still_open(under_way))) == 4  # conclusion, records, calls, and agreed actions
        assert client.get(f"/reviews/{signed.pk}/").status_code == 200
        register = client.get("/reviews/actions/").text
        assert (
            "not done in 1 audit" in register and "not done in 2 audits" not in register
        )  # one was replaced

    def test_who_reviews_records_finds_each_kind_and_each_kind_alone(self) -> None:
        client = Client()
        for name in ("supervisor", "privacy"):
            client.force_login(User.objects.get(email=f"{name}@demo.example"))
            html = client.get("/privacy/review/").text
            for noun in REVIEWED:
                assert f'href="/privacy/review/?kind={noun}"' in html
                alone = client.get(f"/privacy/review/?kind={noun}").text
                assert set(re.findall(r'value="(\w+):', alone)) == {noun}
            assert "The text has words about: health" in alone  # of the incident, in the note of a call

    def test_a_supervisor_of_the_whole_city_has_published_and_written_for_the_council(self) -> None:
        client = Client()
        client.force_login(User.objects.get(email="supervisor.city@demo.example"))
        [paper] = CouncilPaper.objects.all()
        assert paper.release.number == 2
        tables = tables_of(paper.release.document, paper.release.quarter)
        assert len(tables) >= 4
        shown = [row for table in tables for row in table["rows"] if row["n"] is not None]
        assert len(shown) >= 12
        assert len([figure for figure in paper.figures if figure["before"]]) >= 3
        for address in ("/publishing/", "/publishing/2/", f"/publishing/papers/{paper.pk}/"):
            assert client.get(address).status_code == 200, address

    def test_ordinary_work_meets_no_question_for_a_reason(self) -> None:
        """From Today through organisations, meetings and follow-ups to contacts."""
        asked: list[str] = []
        opened = 0
        for officer in User.objects.filter(role=Role.OFFICER, email__startswith="officer."):
            client = Client()
            client.force_login(officer)
            places = ["/"]
            for noun in ("organisations", "meetings", "follow-ups"):
                places += _links(client, "/", noun)
            for place in places:
                for person in _links(client, place, "contacts"):
                    opened += 1
                    if QUESTION in client.get(person).content.decode():
                        asked.append(f"{officer.name}: {place} → {person}")
        assert opened >= 15
        assert asked == []


def _links(client: Client, path: str, noun: str) -> list[str]:
    html = client.get(path).content.decode()
    return sorted(set(re.findall(rf'href="(/{noun}/[0-9a-f-]{{36}}/)"', html)))


def _tell(now: datetime) -> tuple[Book, History]:
    book = Book(now=now, random=Random(SEED))
    write_book(book)
    return book, tell_history(book)


def test_a_stranger_finds_18_months_and_no_sentence_twice_on_a_timeline() -> None:
    for now in (
        timezone.now(),
        datetime(2027, 3, 1, 0, 5, tzinfo=UTC),
        datetime(2028, 2, 29, 22, tzinfo=UTC),
    ):
        book, history = _tell(now)
        said: dict[Organisation, list[str]] = {}
        for link in history.present:
            meeting = link.meeting
            said.setdefault(link.organisation, [])
            said[link.organisation] += [meeting.subject, meeting.facts, meeting.assessment]
            assert not find_sensitive(f"{meeting.facts} {meeting.assessment}", "en"), "nobody gave a reason"
        for made in history.promised_to:
            said[made.organisation] += [made.follow_up.title, made.follow_up.result]
        for concern in history.concerns:
            if concern.site_organisation:
                said[concern.site_organisation].append(concern.facts)
        for organisation, told in said.items():
            sentences = Counter(s.lower() for text in told for s in re.split(r"(?<=[.!?])\s+", text) if s)
            assert [s for s, n in sentences.items() if n > 1] == [], organisation.name
        first = min(meeting.starts_at for meeting in history.meetings)
        assert now - first > timedelta(days=546)
        assert not [m for m in history.meetings if m.status == "held" and m.starts_at > now]
        names = [district.name for district in book.districts.values()]
        carrying = [o for o in book.organisations if any(name in o.name for name in names)]
        assert len(carrying) <= len(book.organisations) / 4


def test_the_same_seed_tells_the_same_story_on_the_same_day() -> None:
    now = timezone.now()
    assert _told(now) == _told(now)


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "FOLDER", tmp_path)
    for line in (
        "12 visti info | Topic | Facts",
        "= Name | | no_kind",
        "> visit 3 | Nothing above",
        "3 ! | none | x",
    ):
        (tmp_path / "nowhere.txt").write_text(line)
        with pytest.raises(ValueError, match=re.escape(line)):
            district_story("nowhere")


def _told(now: datetime) -> list[tuple[object, ...]]:
    book, history = _tell(now)
    return [
        *((row.name, row.kind, str(row.phone), row.home_district.code) for row in book.organisations),
        *((row.given_name, row.family_name, str(row.phone)) for row in book.contacts),
        *((row.subject, row.starts_at, row.status, tuple(row.outcomes)) for row in history.meetings),
        *((row.title, row.due_on, row.status) for row in history.follow_ups),
        *((row.facts, row.received_at, row.status) for row in history.concerns),
    ]


@pytest.mark.django_db
def test_it_is_not_loaded_beside_real_data() -> None:
    make_district()
    with pytest.raises(CommandError, match="This database already has data"):
        call_command("load_demo")
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_real_data_is_not_removed() -> None:
    make_district()
    with pytest.raises(CommandError, match="This database does not contain the demo"):
        call_command("remove_demo", yes=True)
    assert District.objects.exists()
