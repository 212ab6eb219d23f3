"""Watched records: who marks one, what is reviewed, and who never sees that a record is watched."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, User
from contacts.merging.services import merge_organisations
from contacts.models import Organisation
from districts.models import District
from oversight.models import WatchedRecord
from oversight.queries import lookups, new_lookups, watched_records
from oversight.services.watching import review_lookups, stop_watching, watch_record
from tests.factories import make_contact, make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db
REASON = "Threats by letter"


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def privacy() -> Actor:
    return actor_for(make_user(Role.PRIVACY_OFFICER))


@pytest.fixture
def mosque(north: District) -> Organisation:
    return make_organisation(north, name="Al Noor")


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def watch(actor: Actor, pk: UUID, kind: str = "organisation") -> WatchedRecord:
    return watch_record(actor=actor, object_type=kind, object_id=pk, reason=REASON)


def new(actor: Actor, mark: WatchedRecord) -> int:
    mark.refresh_from_db()
    return new_lookups(actor, mark).count()


def test_look_ups_by_others_since_the_mark_are_listed_until_reviewed(
    north: District, privacy: Actor, mosque: Organisation
) -> None:
    officer = sign_in(make_user(Role.OFFICER, north, name="Olga Officer"))
    officer.get(f"/organisations/{mosque.pk}/")
    mark = watch(privacy, mosque.pk)
    assert new(privacy, mark) == 0
    officer.get(f"/organisations/{mosque.pk}/")
    officer.get("/organisations/?q=noor")
    officer.get(f"/organisations/{make_organisation(north).pk}/")
    assert new(privacy, mark) == 2
    [one] = watched_records(privacy)
    assert (one.row, one.new) == (mosque, 2)
    review_lookups(actor=privacy, mark_id=mark.pk, until=timezone.now())
    assert new(privacy, mark) == 0
    assert lookups(privacy, mark).count() == 2
    officer.get(f"/organisations/{mosque.pk}/")
    assert new(privacy, mark) == 1


def test_the_privacy_officer_marks_reviews_and_stops_on_pages(north: District, mosque: Organisation) -> None:
    privacy = make_user(Role.PRIVACY_OFFICER)
    client, officer = sign_in(privacy), sign_in(make_user(Role.OFFICER, north, name="Olga Officer"))
    assert (
        f"/privacy/watch/organisation/{mosque.pk}/"
        in client.get(f"/organisations/{mosque.pk}/").content.decode()
    )
    path = f"/privacy/watch/organisation/{mosque.pk}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": REASON}).status_code == 302
    assert client.post(path, {"reason": REASON}).status_code == 422  # already
    mark = WatchedRecord.objects.get()
    officer.get(f"/organisations/{mosque.pk}/")
    assert "1 new look-up" in client.get("/privacy/watched/").content.decode()
    page = client.get(f"/privacy/watched/{mark.pk}/")
    assert "Olga Officer" in page.content.decode()
    officer.get(f"/organisations/{mosque.pk}/")  # after the page was shown
    for wrong in ("", "x", "2026-01-01T00:00:00", (timezone.now() + timedelta(days=1)).isoformat()):
        client.post(f"/privacy/watched/{mark.pk}/review/", {"until": wrong})
        assert new(actor_for(privacy), mark) == 2
    client.post(f"/privacy/watched/{mark.pk}/review/", {"until": page.context["until"]})
    assert "1 new look-up" in client.get("/privacy/watched/").content.decode()
    assert client.post(f"/privacy/watched/{mark.pk}/stop/").status_code == 302
    assert "Al Noor" not in client.get("/privacy/watched/").content.decode()
    assert client.post(f"/privacy/watched/{mark.pk}/stop/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_nobody_else_marks_a_record_or_sees_that_it_is_watched(
    north: District, privacy: Actor, mosque: Organisation, role: str
) -> None:
    mark = watch(privacy, mosque.pk)
    user = make_user(role, *([] if role == Role.ADMINISTRATOR else [north]))
    actor, client = actor_for(user), sign_in(user)
    assert not WatchedRecord.objects.visible_to(actor).exists()
    with pytest.raises(PermissionDenied):
        watch(actor, make_organisation(north).pk)
    with pytest.raises(PermissionDenied):
        review_lookups(actor=actor, mark_id=mark.pk, until=timezone.now())
    with pytest.raises(PermissionDenied):
        stop_watching(actor=actor, mark_id=mark.pk)
    for path in (f"/organisations/{mosque.pk}/", "/privacy/trail/", "/organisations/"):
        body = client.get(path).content.decode()
        assert "Watch" not in body
        assert "watched" not in body
        assert REASON not in body


def test_a_mark_follows_a_merge_and_outlives_an_erasure(
    north: District, privacy: Actor, mosque: Organisation
) -> None:
    twin = make_organisation(north, name="Al Nour")
    mark, officer = watch(privacy, mosque.pk), sign_in(make_user(Role.OFFICER, north))
    merge_organisations(
        actor=SYSTEM, kept_id=twin.pk, versions={twin.pk: twin.version, mosque.pk: mosque.version}
    )
    officer.get(f"/organisations/{twin.pk}/")
    assert new(privacy, mark) == 1
    assert [one.row for one in watched_records(privacy)] == [twin]
    Organisation.objects.get(pk=twin.pk).delete()
    assert [one.row for one in watched_records(privacy)] == [None]


def test_a_contact_is_watched_too_and_only_once(north: District, privacy: Actor) -> None:
    contact = make_contact(north)
    mark = watch(privacy, contact.pk, "contact")
    with pytest.raises(ValidationError):
        watch(privacy, contact.pk, "contact")
    client = sign_in(make_user(Role.OFFICER, north))
    client.post(f"/contacts/{contact.pk}/reason/", {"reason": "They called or wrote"})
    client.get(f"/contacts/{contact.pk}/")
    [event] = lookups(privacy, mark)
    assert event.object_ids == [contact.pk]
    stop_watching(actor=privacy, mark_id=mark.pk)
    assert watch(privacy, contact.pk, "contact").pk != mark.pk
