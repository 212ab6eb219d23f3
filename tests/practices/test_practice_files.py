"""Files of practices on pages: shown whole before they leave, compared and accepted when they come."""

import copy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import User
from audit.models import Event
from audit.signing import NoKey
from districts.models import District
from lib import city_files
from lib.city_keys import known_keys
from plans.models import City
from practices.models import OfferedFile, Practice, PracticeFile, PracticeText
from practices.services.adoptions import record_adoption
from practices.services.file_format import read
from practices.services.offered_files import accept_offered, receive_file
from practices.services.practices import edit_practice, submit_practice
from practices.services.sent_files import prepare_file, sign_files
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_officer, make_organisation, make_supervisor
from tests.plans.comparing import use_city_key
from tests.practices.making import KEY, STARTED, drafted, make_files, published, tried
from tests.practices.test_exchange import Westmark
from tests.practices.test_practice_pages import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("Northgate")


@pytest.fixture
def supervisor(north: District) -> User:
    return make_supervisor(north)


@pytest.fixture
def practice(north: District, supervisor: User) -> Practice:
    row = published(actor_for(make_officer(north)), actor_for(supervisor))
    tried(actor_for(supervisor), row, north, came_of_it="made_worse", what_we_changed="Two visits")
    return row


def upload(client: Client, content: bytes) -> Any:
    return client.post(reverse("offered_files"), {"file": SimpleUploadedFile("x.json", content)}, follow=True)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**arguments)
    error = caught.value
    return ",".join(error.error_dict) if hasattr(error, "error_dict") else error.code or ""


def test_a_file_is_shown_whole_confirmed_signed_by_the_worker_and_downloaded(
    practice: Practice, supervisor: User, settings: Settings, tmp_path: Path
) -> None:
    settings.CITY_KEY_FILE = ""
    client, address = signed_in(supervisor), reverse("practice_files")
    asked = {"practices": [str(practice.pk)], "recipient": "Westmark"}
    shown = client.post(address, asked | {"preview": "1"})
    text = shown.content.decode()
    said = ("hear nothing", "Nothing known yet", "Two visits", "It made things worse", "Compendium", "CC BY")
    assert [one for one in said if one not in text] == []
    assert "Northgate" not in str(shown.context["practices"]), "no district leaves"
    assert not PracticeFile.objects.exists(), "nothing has left yet"
    digest = shown.context["form"]["digest"].value()
    box = 'name="names_nobody"'
    assert box not in page(client, "practice_files"), "there is nothing to read yet"
    assert text.index("Show the whole file") < text.index("hear nothing") < text.index(box)
    sure = asked | {"names_nobody": "on"}
    for refused, why in (
        (asked | {"digest": digest}, "Read all texts and confirm"),
        (sure | {"digest": "0" * 64}, "has changed since you read it"),
    ):
        answer = client.post(address, refused)
        again = answer.content.decode()
        assert answer.status_code == 422 and why in again and "hear nothing" in again
        assert answer.context["form"]["digest"].value() == digest and "checked" not in again.partition(box)[2]
    client.post(address, sure | {"digest": digest})
    row = PracticeFile.objects.get()
    download = reverse("practice_file_download", args=[row.pk])
    assert "waits for its signature" in page(client, "practice_file", row.pk)
    assert "not signed yet" in client.get(download, follow=True).content.decode()
    with pytest.raises(NoKey):
        sign_files()
    use_city_key(settings, tmp_path)
    assert (sign_files(), sign_files()) == (1, 0)
    row.refresh_from_db()
    answer = client.get(download)
    assert city_files.fingerprint_of(row.key) in page(client, "practice_file", row.pk)
    assert read(answer.content)["practices"][0]["code"] == practice.code
    events = Event.objects.filter(action="export", object_ids=[row.pk], actor_id=supervisor.pk)
    assert sorted(one.recipient for one in events) == ["Westmark", "Westmark · file"]
    for change in (lambda: PracticeFile.objects.update(recipient="Elsewhere"), row.delete):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            change()


def test_only_published_practices_of_this_city_leave_and_flags_name_names(
    north: District, practice: Practice, supervisor: User
) -> None:
    actor = actor_for(supervisor)
    for other in ([], [drafted(actor, "Draft").pk], [practice.pk, practice.author_id]):
        assert refused(prepare_file, actor=actor, practice_ids=other) == "practices"
    make_organisation(north, name="Casa Bread House")
    make_contact(north, given_name="Rosa", family_name="Quintero")
    text = practice.texts.get()
    text.results = "Rosa Quintero of the Casa Bread House says so."
    text.save()
    flags = prepare_file(actor=actor, practice_ids=[practice.pk]).flags
    assert {"Rosa Quintero", "Casa Bread House"} <= set(flags)


def test_a_file_is_accepted_practice_by_practice_once_its_fingerprint_was_compared() -> None:
    westmark = Westmark()
    westmark.document["practices"][0]["reviews"][0]["id"] = "01900000-0000-7000-8000-000000000001"
    westmark.leave()
    supervisor = make_supervisor(make_district())
    client = signed_in(supervisor)
    shown = upload(client, westmark.file())
    row, text = OfferedFile.objects.get(), shown.content.decode()
    assert city_files.fingerprint_of(row.key) in text and "hear nothing" in text
    assert "&lt;b&gt;Visit" in text and "<b>Visit" not in text
    assert "Nothing is new" in upload(client, westmark.file()).content.decode()
    address = reverse("offered_file", args=[row.pk])
    assert client.post(address, {"codes": [westmark.code]}).status_code == 422, "it was not compared"
    assert client.post(address, {"codes": ["other"], "is_compared": "on"}).status_code == 422
    assert not Practice.objects.filter(origin="Westmark").exists()
    client.post(address, {"codes": [westmark.code], "is_compared": "on"})
    assert Practice.objects.get(origin="Westmark").origin_key == row.key
    assert Event.objects.filter(object_type="offered_file", field_names=["key"]).count() == 1
    assert "has all practices of this file" in page(client, "offered_file", row.pk)
    answer = upload(client, westmark.file(key=KEY))
    assert answer.status_code == 422 and "another key" in answer.content.decode()
    later = copy.deepcopy(westmark.document)
    later["practices"][0] |= {"edition": 2, "reviews": []}
    westmark.document = later
    content = upload(client, westmark.file()).content.decode()
    assert "Signed by this city" in content and "fingerprint is the same" not in content
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        OfferedFile.objects.update(city="Elsewhere")


def test_the_key_of_a_city_is_the_same_for_plans_and_practices(supervisor: User) -> None:
    westmark = Westmark()
    westmark.leave()
    public = westmark.key.public_key().public_bytes_raw().hex()
    city = City.objects.create(name="WESTMARK", country="PT", key="ab" * 32)
    actor = actor_for(supervisor)
    assert refused(receive_file, actor=actor, content=westmark.file()) == "other_key"
    City.objects.filter(pk=city.pk).update(key=public)
    file, _is_new = receive_file(actor=actor, content=westmark.file())
    given: dict[str, Any] = {"actor": actor, "file_id": file.pk, "codes": [westmark.code]}
    assert refused(accept_offered, **given) == "is_compared"
    assert known_keys("Westmark") == {public: False}


def test_a_key_reads_the_signed_file_of_exactly_these_practices(practice: Practice, supervisor: User) -> None:
    made = make_files(actor_for(supervisor), practice)
    tool = Tool(scopes=("reports:read",))
    there = "/practices/exchange-file/"
    answer = tool.get(f"{there}?ids={practice.pk}")
    assert read(answer.content)["practices"][0]["code"] == practice.code
    assert answer.content == tool.get(there).content
    event = Event.objects.filter(action="export", object_ids=[made["practicefile"]]).latest("at")
    assert event.recipient.endswith("file for Westmark")
    for other in (f"{practice.pk},{practice.author_id}", "x"):
        assert tool.get(f"{there}?ids={other}").status_code == 404
    assert tool.get(f"{there}?id=x").status_code == 400
    assert Tool(scopes=("organisations:read",)).get(there).status_code == 403


def test_texts_name_no_protected_organisation_and_names_are_pointed_out(
    north: District, practice: Practice, supervisor: User
) -> None:
    make_organisation(north, name="Haven of Hope", location_protected=True)
    about: dict[str, Any] = {"actor": actor_for(supervisor), "practice_id": practice.pk}
    said = {"came_of_it": "helped", "would_again": "yes", "what_we_changed": "As the Haven of Hope asked"}
    assert refused(record_adoption, **about, district=north, started_on=STARTED, **said) == "protected"
    edit_practice(**about, language="en", text={"results": "The Haven of Hope is glad."})
    assert refused(submit_practice, **about) == "protected"
    edit_practice(**about, language="en", text={"results": "They are glad."}, size="")
    submit_practice(**about)
    make_contact(north, given_name="Rosa", family_name="Quintero")
    PracticeText.objects.update(results="Rosa Quintero says so.")
    other = signed_in(make_supervisor(north))
    assert "Rosa Quintero" in page(other, "practice_review", practice.pk)
    PracticeText.objects.update(results="They say so.")
    assert "may name someone" not in page(other, "practice_review", practice.pk)
