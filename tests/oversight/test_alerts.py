"""Alerts: what raises one, who is told, and who answers and closes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from api.models import ApiKey, KeyNetwork
from audit.models import Action, Event
from audit.services import record
from disclosure.models import PersonRead, ReadingDay
from districts.models import District
from lib.days import city_today
from lib.ids import uuid7
from oversight.models import Alert, AlertKind
from oversight.services.alerts import answer_alert, close_alert
from oversight.services.mails import mail_new_alerts
from oversight.services.noticing import notice
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_organisation, make_user
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_user(Role.OFFICER, north, name="Olga Officer")


def reads(user: User, number: int, *, days_ago: int = 0, is_outside: bool = False) -> None:
    day = city_today() - timedelta(days=days_ago)
    PersonRead.objects.bulk_create(
        PersonRead(user=user, day=day, contact_id=uuid7(), is_outside=is_outside) for _number in range(number)
    )


def usually(user: User, contacts: int, days: int = 10) -> None:
    today = city_today()
    ReadingDay.objects.bulk_create(
        ReadingDay(user=user, day=today - timedelta(days=2 + n), contacts=contacts) for n in range(days)
    )


def raised() -> list[tuple[str, User | None]]:
    return [(one.kind, one.user) for one in Alert.objects.order_by("raised_at")]


def an_alert(officer: User, **fields: object) -> Alert:
    return Alert.objects.create(
        kind=AlertKind.UNUSUAL_DAY, user=officer, day=city_today(), seen=40, usual=6, **fields
    )


@pytest.mark.parametrize(("contacts", "expected"), [(18, True), (17, False)])
def test_three_times_ones_own_usual_day_raises_an_alert(
    officer: User, north: District, contacts: int, expected: bool
) -> None:
    busy = make_user(Role.OFFICER, north)  # whose usual day is another
    usually(officer, 6)
    usually(busy, 20)
    reads(officer, contacts)
    reads(busy, contacts)
    assert notice() == int(expected)
    assert raised() == [(AlertKind.UNUSUAL_DAY, officer)] * expected
    assert notice() == 0  # once a day


@pytest.mark.parametrize(("contacts", "expected"), [(30, True), (29, False)])
def test_a_new_account_is_asked_from_its_first_day(officer: User, contacts: int, expected: bool) -> None:
    reads(officer, contacts)
    assert notice() == int(expected)
    assert raised() == [(AlertKind.UNUSUAL_DAY, officer)] * expected


@pytest.mark.parametrize(("contacts", "expected"), [(6, True), (4, False)])
def test_many_small_days_together_raise_one_alert_in_30_days(
    officer: User, contacts: int, expected: bool
) -> None:
    for days_ago in range(30):
        reads(officer, contacts, days_ago=days_ago)
    reads(officer, 100, days_ago=30)  # too long ago
    assert notice() == int(expected)
    assert raised() == [(AlertKind.MANY_TOGETHER, officer)] * expected
    Alert.objects.update(day=city_today() - timedelta(days=29))
    assert notice() == 0


def test_nine_contacts_a_day_outside_the_portfolio_are_noticed_together(officer: User) -> None:
    for days_ago in range(5):
        reads(officer, 9, days_ago=days_ago, is_outside=True)
    assert notice() == 1
    assert raised() == [(AlertKind.MANY_TOGETHER, officer)]


def test_the_same_contacts_again_are_not_more(officer: User, north: District) -> None:
    contact_ids = [uuid7() for _one in range(149)]
    for days_ago in (0, 1, 2):
        day = city_today() - timedelta(days=days_ago)
        PersonRead.objects.bulk_create(PersonRead(user=officer, day=day, contact_id=pk) for pk in contact_ids)
    usually(officer, 100)
    assert notice() == 0
    contact = make_contact(north)
    record(actor_for(officer), Action.EXPORT, "contact", [contact.pk, uuid7()], recipient="City council")
    assert notice() == 1  # a file counts, too, with what of it is a contact
    assert Alert.objects.get().seen == 150


def test_the_last_minutes_before_midnight_are_looked_at_the_next_day(officer: User) -> None:
    usually(officer, 6)
    reads(officer, 20, days_ago=1)
    assert notice() == 1
    assert Alert.objects.get().day == city_today() - timedelta(days=1)


@pytest.mark.parametrize(("contacts", "expected"), [(10, True), (9, False)])
def test_many_reasons_outside_the_portfolio_raise_an_alert(
    officer: User, contacts: int, expected: bool
) -> None:
    usually(officer, 20)
    reads(officer, contacts, is_outside=True)
    reads(officer, 20)
    assert notice() == int(expected)
    assert raised() == [(AlertKind.OUTSIDE_PORTFOLIO, officer)] * expected


def test_opening_a_contact_for_a_reason_counts_as_outside(officer: User, north: District) -> None:
    organisation = make_organisation(north, lead_officer=officer)
    own, other = make_contact(north, organisation), make_contact(north)
    client = Client()
    client.force_login(officer)
    client.post(f"/contacts/{other.pk}/reason/", {"reason": "They called or wrote"})
    for one in (own, other):
        assert client.get(f"/contacts/{one.pk}/").status_code == 200
    outside = PersonRead.objects.values_list("contact_id", "is_outside")
    assert dict(outside) == {own.pk: False, other.pk: True}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/contacts/?q=roma", True),
        ("/contacts/?q=musulmanes", True),
        ("/contacts/?q=Rosa+Carvalho", False),
        ("/organisations/?q=roma", False),  # organisations declare it
        ("/contacts/", False),
    ],
)
def test_a_search_for_a_community_among_contacts_raises_an_alert(
    officer: User, path: str, expected: bool
) -> None:
    client = Client()
    client.force_login(officer)
    assert client.get(path).status_code == 200
    assert notice() == int(expected)
    assert raised() == [(AlertKind.COMMUNITY_SEARCH, officer)] * expected
    assert not Event.objects.filter(reason__text__icontains="roma").exists()


def test_a_search_of_a_key_asks_who_created_the_key(north: District) -> None:
    creator, tool = make_user(Role.ADMINISTRATOR), Tool(north)
    ApiKey.objects.filter(pk=tool.key.pk).update(created_by=creator)
    KeyNetwork.objects.update(is_expected=True)
    assert tool.get("/contacts/?q=lesbiana").status_code == 200
    KeyNetwork.objects.update(is_expected=True)
    assert notice() == 1
    alert = Alert.objects.get()
    assert (alert.kind, alert.user, alert.key_id) == (AlertKind.COMMUNITY_SEARCH, creator, tool.key.pk)


def used_from(tool: Tool, address: str) -> None:
    assert tool.client.get("/api/v1/me/", REMOTE_ADDR=address).status_code == 200


def test_a_key_in_a_new_network_raises_an_alert_once(north: District) -> None:
    tool = Tool(north)
    used_from(tool, "192.0.2.7")
    assert notice() == 1
    assert [one.key_id for one in Alert.objects.all()] == [tool.key.pk]
    Alert.objects.all().delete()
    KeyNetwork.objects.update(first_at=timezone.now() - timedelta(days=3))
    for address in ("192.0.2.99", "192.0.2.7"):  # the same network
        used_from(tool, address)
    assert notice() == 0
    used_from(tool, "198.51.100.1")
    used_from(tool, "192.0.2.7")
    assert notice() == 1
    assert set(KeyNetwork.objects.values_list("network", flat=True)) == {"192.0.2.0/24", "198.51.100.0/24"}


def test_a_key_with_allowed_networks_or_in_use_before_raises_none(north: District) -> None:
    limited, old = Tool(north, cidrs=["192.0.2.0/24"]), Tool(north)
    ApiKey.objects.filter(pk=old.key.pk).update(last_used_at=timezone.now() - timedelta(days=1))
    for tool in (limited, old):
        used_from(tool, "192.0.2.7")
    assert notice() == 0
    used_from(old, "198.51.100.1")
    assert notice() == 1


def test_the_officer_answers_first_and_then_another_person_closes(officer: User, north: District) -> None:
    alert, supervisor = an_alert(officer), actor_for(make_user(Role.SUPERVISOR, north))
    with pytest.raises(PermissionDenied):
        close_alert(actor=supervisor, alert_id=alert.pk, conclusion="explained")
    answer_alert(actor=actor_for(officer), alert_id=alert.pk, answer="I prepared the summer festival")
    with pytest.raises(PermissionDenied):
        close_alert(actor=actor_for(officer), alert_id=alert.pk, conclusion="explained")
    with pytest.raises(ValidationError):
        close_alert(actor=supervisor, alert_id=alert.pk, conclusion="guilty")
    closed = close_alert(actor=supervisor, alert_id=alert.pk, conclusion="explained")
    assert (closed.closed_by_id, closed.conclusion) == (supervisor.id, "explained")
    with pytest.raises(PermissionDenied):
        answer_alert(actor=actor_for(officer), alert_id=alert.pk, answer="Something else")
    events = Event.objects.filter(object_type="alert", action=Action.UPDATE).order_by("at")
    assert [(one.actor_id, one.field_names) for one in events] == [
        (officer.pk, ["answer"]),
        (supervisor.id, ["conclusion"]),
    ]


def test_without_an_answer_an_alert_can_be_closed_after_7_days(officer: User) -> None:
    privacy = actor_for(make_user(Role.PRIVACY_OFFICER))
    late, early = (timezone.now() - timedelta(days=days) for days in (8, 6))
    alert = an_alert(officer, raised_at=early)
    with pytest.raises(PermissionDenied):
        close_alert(actor=privacy, alert_id=alert.pk, conclusion="discussed")
    Alert.objects.update(raised_at=late)
    assert close_alert(actor=privacy, alert_id=alert.pk, conclusion="discussed").closed_at


def seen_by(actor: Actor) -> int:
    return Alert.objects.visible_to(actor).count()


def test_who_sees_an_alert(officer: User, north: District) -> None:
    boss = make_user(Role.SUPERVISOR, north)
    alert = an_alert(officer)
    an_alert(boss)
    assert seen_by(actor_for(officer)) == 1
    assert seen_by(actor_for(boss)) == 2
    assert seen_by(actor_for(make_user(Role.SUPERVISOR, north))) == 1  # no alert about another supervisor
    assert seen_by(actor_for(make_user(Role.PRIVACY_OFFICER))) == 2
    for other in (
        make_user(Role.SUPERVISOR, make_district()),
        make_user(Role.OFFICER, north),
        make_user(Role.ADMINISTRATOR),
    ):
        assert seen_by(actor_for(other)) == 0
        with pytest.raises(Alert.DoesNotExist):
            close_alert(actor=actor_for(other), alert_id=alert.pk, conclusion="explained")


def test_one_email_each_without_a_name(officer: User, north: District, mail_sink: MailSink) -> None:
    supervisor, privacy = make_user(Role.SUPERVISOR, north), make_user(Role.PRIVACY_OFFICER)
    make_user(Role.SUPERVISOR, make_district())
    an_alert(officer)
    assert (mail_new_alerts(), mail_new_alerts()) == (3, 0)
    sent = {one["To"]: one for one in mail_sink.messages}
    assert set(sent) == {officer.email, supervisor.email, privacy.email}
    for address, message in sent.items():
        body = str(message.get_payload())
        assert "/alerts/" in body
        assert (officer.name in body) == (address == officer.email)


def test_an_answered_alert_is_mailed_only_to_reviewers(
    officer: User, north: District, mail_sink: MailSink
) -> None:
    supervisor = make_user(Role.SUPERVISOR, north)
    an_alert(officer, answer="An event", answered_at=timezone.now())
    assert mail_new_alerts() == 1
    assert [one["To"] for one in mail_sink.messages] == [supervisor.email]


def test_the_page_takes_the_answer_and_then_the_conclusion(officer: User, north: District) -> None:
    alert, client, boss = an_alert(officer), Client(), Client()
    client.force_login(officer)
    boss.force_login(make_user(Role.SUPERVISOR, north))
    assert "40 contacts; usually 6" in client.get("/alerts/").content.decode()
    assert f"/alerts/{alert.pk}/close/" not in boss.get("/alerts/").content.decode()
    empty = client.post(f"/alerts/{alert.pk}/answer/", {"answer": ""})
    assert (empty.status_code, "Enter a reason in a few words." in empty.content.decode()) == (422, True)
    assert client.post(f"/alerts/{alert.pk}/answer/", {"answer": "An event"}).status_code == 302
    assert f"/alerts/{alert.pk}/close/" in boss.get("/alerts/").content.decode()
    assert boss.post(f"/alerts/{alert.pk}/close/", {"conclusion": "x"}).status_code == 422
    assert boss.post(f"/alerts/{alert.pk}/close/", {"conclusion": "explained"}).status_code == 302
    assert "Explained" in client.get("/alerts/").content.decode()
