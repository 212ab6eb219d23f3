import pytest
from django.db import Error, connection, transaction

from accounts.actors import SYSTEM
from audit.models import Action, Change, Event, Op
from audit.rules import salted_digest
from audit.services import Changed, record, record_changes
from crm.embedded.postgres import APPLICATION
from lib.ids import uuid7
from tests.audit.tampering import hash_of
from tests.factories import make_actor, make_district

pytestmark = pytest.mark.django_db


def test_an_event_says_who_what_where_and_why_and_hashes_its_own_content() -> None:
    actor = make_actor(make_district())
    seen, district = uuid7(), uuid7()
    event = record(actor, Action.VIEW, "organisation", [seen], district_ids=[district], purpose="night duty")
    event = Event.objects.get(pk=event.pk)
    assert (event.actor_kind, event.actor_id, event.actor_role) == ("user", actor.id, "officer")
    assert (event.object_ids, event.district_ids, event.purpose) == ([seen], [district], "night duty")
    assert (event.login, event.form) == (APPLICATION, 1)
    assert bytes(event.content_hash) == hash_of(event)
    assert event.reason_digest == salted_digest(event.reason.salt, "night duty")


def test_objects_that_change_together_share_an_event_and_have_a_change_each() -> None:
    one, two, north, south = (uuid7() for _ in range(4))
    event = record_changes(
        SYSTEM,
        Action.UPDATE,
        [
            Changed("meeting", one, Op.UPDATED, 2, [north], field_names=["place"]),
            Changed("meeting", two, Op.UPDATED, 5, [south, north], field_names=["subject"]),
        ],
    )
    event.refresh_from_db()
    assert event.object_ids == [one, two]
    assert event.field_names == ["place", "subject"]
    assert event.district_ids == sorted([north, south])
    rows = {change.object_id: change for change in Change.objects.filter(event=event)}
    assert (rows[one].version, rows[one].district_ids) == (2, [north])
    assert (rows[two].version, rows[two].district_ids) == (5, sorted([north, south]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET request_id = 'other'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
        "UPDATE audit_change SET version = 9",
        "DELETE FROM audit_change",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TABLE audit_change",
    ],
)
def test_the_application_can_add_to_the_trail_and_nothing_else(statement: str) -> None:
    record(SYSTEM, Action.VIEW, "organisation", [uuid7()])
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 1
