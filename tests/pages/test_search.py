"""The search finds organisations, contacts, meetings and follow-ups, but only those the reader may see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as city
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.actors import SYSTEM, Actor
from accounts.models import Role, User
from audit.models import Action, Event
from audit.rules import search_hash
from contacts.models import PrivateChannel
from contacts.queries.search import find_contacts, find_organisations
from districts.models import District
from lib.days import city_today
from lib.fold import fold
from meetings.models import FollowUp, FollowUpOrganisation
from meetings.queries.search import search_everything
from meetings.services.concerns import log_concern
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return make_district("North")


@pytest.fixture
def officer(district: District) -> User:
    return make_officer(district)


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def text_of(browser: Client, q: str) -> str:
    response = browser.get("/search/", {"q": q})
    assert response.status_code == 200
    return response.content.decode()


def make_follow_up(officer: User, title: str) -> FollowUp:
    today = city_today()
    return FollowUp.objects.create(
        title=title, folded=fold(title), owner=officer, due_on=today, first_due_on=today
    )


def test_the_title_of_the_page_does_not_hold_the_words(browser: Client) -> None:
    """Titles stand in histories, and on the screen when windows are switched."""
    page = browser.get("/search/", {"q": "Rosa Carvalho"}).content.decode()
    assert "Rosa Carvalho" in page
    assert "Rosa" not in page.partition("<title>")[2].partition("</title>")[0]


def test_an_empty_box_searches_nothing(browser: Client) -> None:
    assert "Contacts are found only by their own name or number." in text_of(browser, "")
    assert "Contacts are found only by their own name or number." in text_of(browser, " ?! ")
    assert not Event.objects.filter(action=Action.SEARCH).exists()


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Asociación Ágora del Henares", "agora"),
        ("Asociación Ágora del Henares", "HENARES agora"),
        ("Asociación Ágora del Henares", "asoc ago"),
        ("Mezquita Central", "mesquita"),
        ("Mezquita Central", "mezqita"),
        ("Σύλλογος Ποντίων", "ποντιων"),
        ("Българско училище", "УЧИЛИЩЕ"),
        ("Łódź Club", "lodz"),
        ("Сдружение Николова", "nikolova"),
        ("Сдружение Николова", "Nikol"),
        ("Casa Nikolova", "Николова"),
        ("Casa Nikolova", "Ник"),
        ("Велико Търново", "tarnovo"),
        ("Σύλλογος Ελλήνων", "ellinon syllogos"),
        ("Syllogos Ellinon", "Ελλήνων"),
        ("Μουσείο", "mouseio"),
    ],
)
def test_words_find_an_organisation(browser: Client, district: District, name: str, q: str) -> None:
    make_organisation(district, name=name)
    make_organisation(district, name="Unrelated Zebra")
    text = text_of(browser, q)
    assert name in text
    assert "Unrelated Zebra" not in text


def test_everything_is_found_in_either_script(browser: Client, district: District, officer: User) -> None:
    make_contact(district, given_name="Мария", family_name="Николова")
    make_contact(district, given_name="Maria", family_name="Nikolova")
    make_meeting(district, subject="Кафе с Николова")
    make_meeting(district, subject="Coffee with Nikolova")
    for q in ("maria nikolova", "николова МАРИЯ"):
        text = text_of(browser, q)
        assert "Мария Николова" in text
        assert "Maria Nikolova" in text
    for q in ("nikolova", "николова"):
        text = text_of(browser, q)
        assert "Кафе с Николова" in text
        assert "Coffee with Nikolova" in text
        assert "No results for" in text_of(browser, "Петрова")


def test_the_longest_name_of_any_script_is_kept(district: District) -> None:
    """In both scripts the name is larger than an index entry."""
    letters = [chr(0x4E00 + 7 * n) for n in range(300)]
    organisation = make_organisation(district, name="".join(letters[:200]), address="".join(letters))
    assert find_organisations(SYSTEM, "".join(letters[:20]), 1) == [organisation]


def test_everything_is_found_in_its_group(browser: Client, district: District, officer: User) -> None:
    organisation = make_organisation(district, name="Casa Lavapiés")
    make_contact(district, given_name="Lavapi", family_name="Lavapiés")
    make_meeting(district, organisation, subject="Chat in Lavapiés")
    make_follow_up(officer, "Call Lavapiés back")
    text = text_of(browser, "lavapies")
    for found in ("Casa Lavapiés", "Lavapi Lavapiés", "Chat in Lavapiés", "Call Lavapiés back"):
        assert found in text
    assert "4 results" in text


@pytest.mark.parametrize("q", ["617862338", "617 86 23 38", "+34 617-86-23-38", "٦١٧٨٦٢٣٣٨", "6178623"])
def test_a_number_finds_whose_it_is(browser: Client, district: District, q: str) -> None:
    make_organisation(district, name="Casa Uno", phone="+34617862338")
    make_organisation(district, name="Casa Dos", phone="+34617862339" if len(q) > 7 else "")
    make_contact(district, family_name="Vega", phone="+34617862338")
    text = text_of(browser, q)
    assert "Casa Uno" in text
    assert "Vega" in text
    assert "Casa Dos" not in text


def test_what_stands_before_the_at_finds_a_person(browser: Client, district: District) -> None:
    make_contact(district, family_name="Vega", email="rosa.vega@uno.example")
    make_contact(district, family_name="Soto", email="x.rosa.vega@uno.example")
    text = text_of(browser, "Rosa.Vega@")
    assert "Vega" in text
    assert "Soto" not in text


@pytest.mark.parametrize("region", ["GB", "ES"])
@pytest.mark.parametrize(
    "q",
    ["020 7946 0903", "(020) 7946-0903", "02079460903", "0207946", "020 7946 09", "020 794",
     "20 7946 0903", "7946 0903", "+44 20 7946 0903", "0044 20 7946 0903", "+44 (0)20 7946 0903"],
)  # fmt: skip
def test_a_number_is_found_as_it_is_dialled_at_home(
    browser: Client, district: District, settings: Settings, region: str, q: str
) -> None:
    settings.PHONENUMBER_DEFAULT_REGION = region
    make_organisation(district, name="Casa Uno", phone="+442079460903")
    make_organisation(district, name="Casa Dos", phone="+442081230903")
    make_organisation(district, name="Casa Tres", phone="+390612345678")
    text = text_of(browser, q)
    assert "Casa Uno" in text
    assert "Casa Dos" not in text
    assert "Casa Tres" not in text


@pytest.mark.parametrize("q", ["06 1234 5678", "061234", "00000006"])
def test_zeros_that_belong_to_a_number_are_looked_for(browser: Client, district: District, q: str) -> None:
    make_organisation(district, name="Casa Uno", phone="+442079460906")
    make_organisation(district, name="Casa Tres", phone="+390612345678")
    text = text_of(browser, q)
    assert "Casa Uno" not in text
    assert ("Casa Tres" in text) == (q != "00000006")


@pytest.mark.parametrize(
    ("q", "person"),
    [
        ("Info@uno.example", True),
        ("mailto:info@UNO.example", True),
        ("info@uno", False),
        ("o@uno.example", False),
        ("@uno.example", False),
        ("@uno", False),
    ],
)
def test_an_address_finds_whose_it_is_but_nobody_by_its_domain(
    browser: Client, district: District, q: str, person: bool
) -> None:
    make_organisation(district, name="Casa Uno", email="Info@uno.example")
    make_organisation(district, name="Casa Dos", email="info@dos.example")
    make_contact(district, family_name="Vega", email="info@uno.example")
    text = text_of(browser, q)
    assert "Casa Uno" in text
    assert ("Vega" in text) == person
    assert "Casa Dos" not in text


@pytest.mark.parametrize("q", ["+34617862338", "info@uno.example"])
@pytest.mark.parametrize(
    ("find", "index"), [(find_organisations, "organisation_clues"), (find_contacts, "contact_clues")]
)
def test_a_whole_number_or_address_is_found_in_an_index(
    db: None, q: str, find: Callable[[Actor, str, int], list[Any]], index: str
) -> None:
    """Under policies the search is inside a function, so scans are counted instead of read from a plan."""
    with connection.cursor() as cursor:

        def scans() -> int:
            cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [index])
            return int(cursor.fetchone()[0])

        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # which would walk all rows in their order
        before = scans()
        find(SYSTEM, q, 10)
        assert scans() > before


@pytest.mark.parametrize("q", ["617862338", "617 86 23 38", "+34617862338", "6178623", "INFO@uno.example"])
def test_lists_the_api_and_choices_find_by_number_and_address_as_the_search_does(
    browser: Client, district: District, q: str
) -> None:
    reached = {"phone": "+34617862338", "email": "info@uno.example"}
    make_organisation(district, name="Casa Uno", **reached)
    make_organisation(district, name="Casa Dos", phone="+34611111111", email="info@dos.example")
    make_contact(district, family_name="Vega", **reached)
    make_contact(district, family_name="Soto")
    for address, given, found, other in (
        ("/search/", {}, ("Casa Uno", "Vega"), ("Casa Dos", "Soto")),
        ("/organisations/", {}, ("Casa Uno",), ("Casa Dos",)),
        ("/contacts/", {}, ("Vega",), ("Soto",)),
        ("/api/v1/organisations/", {}, ("Casa Uno",), ("Casa Dos",)),
        ("/api/v1/contacts/", {}, ("Vega",), ("Soto",)),
        ("/meetings/log/", {"act": "find"}, ("Casa Uno", "Vega"), ("Casa Dos", "Soto")),
    ):
        ask = browser.post if given else browser.get
        answer = ask(address, given | {"q": q}, headers={"X-Purpose": "Calling back"})
        text = answer.content.decode()
        assert all(name in text for name in found), (address, q)
        assert not any(name in text for name in other), (address, q)


def test_a_private_number_finds_nobody(browser: Client, district: District) -> None:
    contact = make_contact(district, family_name="Vega", phone="+34617862338")
    PrivateChannel.objects.create(contact=contact, phone="+34617862339", email="vega@home.example")
    assert "Vega" in text_of(browser, "+34617862338")
    assert "Vega" not in text_of(browser, "+34617862339")
    assert "Vega" not in text_of(browser, "vega@home.example")
    assert "Vega" in browser.get("/contacts/", {"q": "+34617862338"}).content.decode()
    assert "Vega" not in browser.get("/contacts/", {"q": "+34617862339"}).content.decode()


@pytest.mark.parametrize("q", ["m", "me", "mez", "mezqu", "mezquita c", "mezquita cen"])
def test_each_letter_that_is_typed_finds_it_still(browser: Client, district: District, q: str) -> None:
    make_organisation(district, name="Mezquita Central")
    answer = browser.get("/search/", {"q": q}, headers={"HX-Request": "true"})
    assert "Mezquita Central" in answer.content.decode()


def test_meetings_are_found_by_subject_and_place_only(browser: Client, district: District) -> None:
    make_meeting(
        district,
        subject="Assembly of neighbours",
        place="Plaza Mayor",
        facts="Somebody heard of lanterns",
        assessment="A lantern may be broken",
        agenda="Lanterns",
        other_participants="The lantern company",
    )
    for q in ("neighbours assembly", "plaza", "mayor asembly", "plazza mayor"):
        assert "Assembly of neighbours" in text_of(browser, q), q
    assert "Assembly of neighbours" not in text_of(browser, "lantern")


@pytest.mark.parametrize("is_searched", [False, True])
def test_what_people_told_is_searched_only_if_a_setting_says_so(
    district: District, settings: Settings, is_searched: bool
) -> None:
    settings.SEARCH_FACTS = is_searched
    make_meeting(district, subject="Assembly", facts="Somebody heard of lanterns", assessment="A lampoon")
    painted = {"place": "Luna street", "facts": "Painted lanterns"}
    log_concern(actor=SYSTEM, kinds=["tension"], district=district, **painted)
    found = search_everything(SYSTEM, "lanterns")
    assert (len(found.meetings), len(found.concerns)) == ((1, 1) if is_searched else (0, 0))
    assert len(search_everything(SYSTEM, "lampoon").meetings) == is_searched
    assert len(search_everything(SYSTEM, "luna").concerns) == 1


def test_the_best_comes_first(browser: Client, district: District) -> None:
    for name in ("Centro de la Casa Verde", "Casa Verda y otros", "Casa Verde"):
        make_organisation(district, name=name)
    text = text_of(browser, "casa verde")
    places = [
        text.index(f">{name}<") for name in ("Casa Verde", "Centro de la Casa Verde", "Casa Verda y otros")
    ]
    assert places == sorted(places)


def test_of_meetings_that_fit_as_well_the_newest_come_first(browser: Client, district: District) -> None:
    now = timezone.now()
    for days in range(30, 42):
        make_meeting(district, subject="Coffee", starts_at=now - timedelta(days=days))
    make_meeting(district, subject="Coffee and Zumba", starts_at=now - timedelta(days=2))
    make_meeting(district, subject="Cofee", starts_at=now - timedelta(days=1))
    found = search_everything(SYSTEM, "coffee").meetings
    assert found[0].subject == "Coffee and Zumba"
    assert [row.starts_at for row in found] == [now - timedelta(days=n) for n in (2, *range(30, 39))]
    listed = browser.get("/meetings/", {"q": "coffee"}).context["page"].rows
    assert [row.pk for row in listed[:10]] == [row.pk for row in found]


def test_a_promise_says_to_whom_if_the_reader_sees_them(
    browser: Client, district: District, officer: User
) -> None:
    promise = make_follow_up(officer, "Call back about lanterns")
    ours, theirs = make_organisation(district, name="Casa Uno"), make_organisation(name="Casa Dos")
    for organisation in (ours, theirs):
        FollowUpOrganisation.objects.create(follow_up=promise, organisation=organisation)
    text = text_of(browser, "lanterns")
    assert "Casa Uno" in text
    assert "Casa Dos" not in text
    assert "1 result<" in joined(text)
    event = Event.objects.get(action=Action.SEARCH)
    assert set(event.object_ids) == {promise.pk, ours.pk}
    assert event.district_ids == [district.pk]


def test_what_is_not_covered_is_not_found(browser: Client) -> None:
    elsewhere = make_district("South")
    organisation = make_organisation(elsewhere, name="Hidden Lantern", phone="+34617862338")
    make_contact(elsewhere, family_name="Lantern")
    make_meeting(elsewhere, organisation, subject="Lantern meeting")
    make_follow_up(make_officer(elsewhere), "Lantern promise")
    text = text_of(browser, "lantern")
    assert "No results for" in text
    for hidden in ("Hidden Lantern", "Lantern meeting", "Lantern promise"):
        assert hidden not in text
    assert "Hidden" not in text_of(browser, "617862338")
    assert not Event.objects.get(search_hash=search_hash(city.SECRET_KEY, "lantern")).object_ids


def test_a_person_is_not_found_by_their_organisation(browser: Client, district: District) -> None:
    organisation = make_organisation(district, name="Arcoiris", kind="lgbt_organisation")
    make_contact(district, organisation, given_name="Ana", family_name="Secreta")
    text = text_of(browser, "arcoiris")
    assert "Arcoiris" in text
    assert "Secreta" not in text


def test_somebody_who_withdrew_is_not_found(browser: Client, district: District) -> None:
    make_contact(district, family_name="Gone", withdrawn_on=city_today() - timedelta(days=1))
    assert "No results for" in text_of(browser, "gone")


def test_the_trail_keeps_what_was_found_and_a_keyed_hash_of_the_words(
    browser: Client, district: District, officer: User
) -> None:
    organisation = make_organisation(district, name="Casa Ágora")
    text_of(browser, "ÁGORA casa")
    event = Event.objects.get(action=Action.SEARCH)
    assert event.actor_id == officer.pk
    assert event.object_ids == [organisation.pk]
    assert event.district_ids == [district.pk]
    assert bytes(event.search_hash or b"") == search_hash(city.SECRET_KEY, "agora casa")
    assert search_hash("another secret", "agora casa") != search_hash(city.SECRET_KEY, "agora casa")


def test_an_administrator_finds_no_record(browser: Client, client: Client, district: District) -> None:
    make_organisation(district, name="Casa Ágora")
    assert "Casa Ágora" in text_of(browser, "casa")
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert "Casa Ágora" not in text_of(client, "casa")


def test_nobody_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/search/", {"q": "casa"}).status_code == 302


@pytest.mark.parametrize("q", ["\x00", "\u202e", "%_%", "'; --", "a" * 5_000, "🙂", "\ud800"])
def test_odd_words_are_answered(browser: Client, district: District, q: str) -> None:
    make_organisation(district, name="Casa Uno")
    response = browser.get(f"/search/?q={quote(q.encode('utf-8', 'surrogatepass'))}")
    assert response.status_code == 200
    assert "Casa Uno" not in response.content.decode()


def test_a_page_of_results_takes_few_queries(
    browser: Client,
    district: District,
    officer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        organisation = make_organisation(district, name=f"Casa {number}")
        make_contact(district, family_name=f"Casa {number}")
        make_meeting(district, organisation, subject=f"Casa {number}")
        make_follow_up(officer, f"Casa {number}")
    with django_assert_max_num_queries(14):
        text = text_of(browser, "casa")
    assert "More than 40 results" in text


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("/organisations/?q=Saar", {}),
        ("/contacts/?q=Saar", {}),
        ("/meetings/?q=Saar", {}),
        ("/follow-ups/?q=Saar", {}),
        ("/concerns/?q=Saar", {}),
        ("/meetings/log/", {"act": "find", "q": "Saar"}),
        ("/meetings/log/assembly/", {"act": "find", "q": "Saar"}),
        ("/meetings/new/", {"act": "find", "q": "Saar"}),
        ("/follow-ups/new/", {"look_for": "", "find": "Saar"}),
        ("/concerns/log/", {"look_for": "", "find": "Saar"}),
        ("/api/v1/contacts/?q=Saar", {}),
    ],
)
def test_wherever_somebody_searches_the_trail_keeps_a_hash(
    browser: Client, officer: User, address: str, given: dict[str, str]
) -> None:
    response = browser.post(address, given) if given else browser.get(address)
    assert response.status_code == 200
    event = Event.objects.get(actor_id=officer.pk, action=Action.SEARCH)
    assert bytes(event.search_hash) == search_hash(city.SECRET_KEY, "saar")
