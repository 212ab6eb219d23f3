"""The one way out asks, then counts, then records, and shows nothing if it raises."""

from uuid import UUID

import pytest
from pytest_django import Settings

from accounts.actors import Actor, actor_for
from accounts.models import Role
from audit.models import Action, Event
from contacts.models import Contact
from contacts.queries.search import COMMUNITY
from disclosure.models import PersonRead
from disclosure.services.disclosing import ReasonNeeded, disclose
from disclosure.services.limits import LimitReached
from districts.models import District
from lib.ids import uuid7
from tests.factories import make_contact, make_district, make_meeting, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def reader(north: District, settings: Settings) -> Actor:
    settings.SESSION_PEOPLE_OFFICER = 2
    return actor_for(make_user(Role.OFFICER, north))


@pytest.fixture
def people(north: District) -> list[Contact]:
    return [make_contact(north) for _number in range(3)]


def ids(rows: list[Contact]) -> list[UUID]:
    return [row.pk for row in rows]


def events() -> list[tuple[str, str]]:
    return list(
        Event.objects.filter(action__in=["view", "list", "search"]).values_list("action", "object_type")
    )


def test_a_read_is_counted_and_recorded_with_its_reason_districts_and_recipient(
    reader: Actor, people: list[Contact], north: District
) -> None:
    south = make_district("South")
    count = disclose(
        reader,
        "contact",
        [people[0], make_meeting(south), people[1].pk],
        people=ids(people[:2]),
        outside=[people[0].pk],
        reason="A visit",
        recipient="Jo · printed",
    )
    assert (count.new, count.before, count.allowed) == (2, 0, 2)
    event = Event.objects.get(action=Action.VIEW)
    assert (event.purpose, event.recipient) == ("A visit", "Jo · printed")
    assert set(event.district_ids) == {north.pk, south.pk}
    assert event.object_ids[0] == people[0].pk and event.object_ids[2] == people[1].pk
    outside = PersonRead.objects.filter(is_outside=True).values_list("contact_id", flat=True)
    assert list(outside) == [people[0].pk]


def test_without_a_due_reason_nothing_is_counted_or_recorded(reader: Actor, people: list[Contact]) -> None:
    with pytest.raises(ReasonNeeded) as needed:
        disclose(reader, "contact", people[:1], people=ids(people[:1]), reason=None)
    assert needed.value.contact_ids == ids(people[:1])
    assert (PersonRead.objects.count(), events()) == (0, [])


def test_past_the_limit_nothing_is_counted_or_recorded(reader: Actor, people: list[Contact]) -> None:
    with pytest.raises(LimitReached) as reached:
        disclose(reader, "contact", people, people=ids(people))
    assert reached.value.needs_reason
    assert (PersonRead.objects.count(), events()) == (0, [])


def test_words_of_a_search_make_a_view_or_list_a_search_and_leave_only_a_hash(reader: Actor) -> None:
    disclose(reader, "contact", (), action=Action.LIST, searched="musulmanes")
    disclose(reader, "organisation", (), searched="musulmanes")
    assert events() == [("search", "contact"), ("search", "organisation")]
    first, second = Event.objects.filter(action=Action.SEARCH).order_by("at")
    assert first.search_hash == second.search_hash
    assert (first.field_names, second.field_names) == ([COMMUNITY], [])


def test_contacts_are_never_counted_without_a_limit() -> None:
    """A key that brings no limit of its own is refused, and so is the system."""
    for kind in ("key", "system"):
        reader = Actor(kind=kind, id=uuid7())
        with pytest.raises(TypeError):
            disclose(reader, "contact", people=[uuid7()])
    assert events() == []
