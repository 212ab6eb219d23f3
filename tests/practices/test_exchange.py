"""Practices travel between cities as one signed file: equal there, and refused if one byte was changed."""

import copy
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from contacts.models import Organisation
from districts.models import District
from lib import city_files
from lib.canonical import canonical
from practices.models import Adoption, EditorialReview, OfferedFile, Practice, PracticeText
from practices.services.file_format import build, read
from practices.services.offered_files import accept_offered, accept_practices, preview_practices, receive_file
from practices.services.practices import confirm_practice, edit_practice
from tests.api.clients import Tool
from tests.factories import make_actor, make_district, make_officer, make_organisation
from tests.practices.making import published, tried

pytestmark = pytest.mark.django_db


class Westmark:
    """Another city with a practice, and the file that it sends. Its rows are deleted afterwards."""

    def __init__(self, words: str = "<b>Visit</b> after each report") -> None:
        north = make_district()
        self.author, reviewer = make_actor(north), make_actor(north, role="supervisor")
        self.row = published(self.author, reviewer, words, grounds=["anti_roma"])
        tried(self.author, self.row, north, came_of_it="made_worse")
        self.code, self.key = self.row.code, Ed25519PrivateKey.generate()
        self.document = build(city="Westmark", made_at=timezone.now(), rows=[self.row])
        self.told: Any = Tool().get(f"/practices/{self.row.pk}/").json()

    def leave(self) -> None:
        """What follows happens in a database that does not know its practice."""
        Practice.objects.update(origin="gone", code="gone")
        Adoption.objects.all().delete()

    def file(self, key: Ed25519PrivateKey | None = None, **changed: Any) -> bytes:
        document = self.document | changed
        return city_files.write(document, *city_files.sign(document, key or self.key))


@pytest.fixture
def westmark() -> Westmark:
    made = Westmark()
    ids = [made.document["practices"][0]["reviews"][0]]
    ids[0]["id"] = "01900000-0000-7000-8000-000000000001"
    made.leave()
    return made


def accept(content: bytes, *codes: str) -> list[Practice]:
    return accept_practices(actor=SYSTEM, document=read(content), codes=codes)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as caught:
        call()
    return str(caught.value.code if hasattr(caught.value, "code") else caught.value.error_dict)


def test_a_practice_arrives_as_it_was(westmark: Westmark) -> None:
    [offered] = preview_practices(actor=SYSTEM, document=read(westmark.file()))
    assert (offered.code, offered.is_new) == (westmark.code, True)
    assert accept(westmark.file()) == [], "nothing is accepted without being chosen"
    [row] = accept(westmark.file(), westmark.code)
    there: Any = Tool().get(f"/practices/{row.pk}/").json()
    own = {"id", "version", "created_at", "updated_at", "origin", "adoptions"}
    assert {k: v for k, v in there.items() if k not in own} == {
        k: v for k, v in westmark.told.items() if k not in own
    }
    assert there["origin"] == "Westmark" and there["adoptions"][0]["city"] == "Westmark"
    page = Client()
    page.force_login(make_officer(make_district()))
    shown = page.get(f"/practices/{row.pk}/").content.decode()
    assert "&lt;b&gt;Visit" in shown and "<b>Visit" not in shown
    for _time in range(3):
        assert accept(westmark.file(), westmark.code) == []
    assert Practice.objects.filter(origin="Westmark").count() == Adoption.objects.count() == 1
    with pytest.raises(PermissionDenied):
        edit_practice(actor=make_actor(role="supervisor"), practice_id=row.pk, size="city")
    with pytest.raises(PermissionDenied):
        confirm_practice(actor=SYSTEM, practice_id=row.pk)


def test_one_changed_byte_is_refused(westmark: Westmark) -> None:
    content = westmark.file()
    at = content.index(b"hear nothing")
    assert refused(lambda: read(content[:at] + b"H" + content[at + 1 :])) == "signature"
    assert refused(lambda: read(content.replace(b'"version":1', b'"version": 1'))) == "canonical"
    assert refused(lambda: read(content[:-1])) == "json"
    assert refused(lambda: read(b" " * 5_000_001)) == "size"
    assert refused(lambda: read(b"[]")) == refused(lambda: read(b'{"format":"x"}')) == "format"
    assert refused(lambda: read(b'{"a":1,"a":1}')) == refused(lambda: read(b"[" * 100_000)) == "json"
    assert refused(lambda: read(westmark.file(version=2))) == "version"
    assert refused(lambda: read(westmark.file(more="x"))) == "shape"
    assert refused(lambda: read(westmark.file(practices=[{}]))) == "shape"
    assert refused(lambda: read(westmark.file(practices=[{"files": []}]))) == "attachments"


def test_a_known_city_with_another_key_and_an_older_edition_are_refused(westmark: Westmark) -> None:
    accept(westmark.file(), westmark.code)
    other = westmark.file(key=Ed25519PrivateKey.generate())
    assert refused(lambda: accept(other, westmark.code)) == "other_key"
    assert refused(lambda: accept(canonical(westmark.document), westmark.code)) == "other_key"
    later = copy.deepcopy(westmark.document)
    later["practices"][0] |= {"edition": 2, "reviews": []}
    later["practices"][0]["texts"][0]["title"] = "Visit twice"
    westmark.document, before = later, westmark.document
    [row] = accept(westmark.file(), westmark.code)
    assert (row.edition, PracticeText.objects.get(practice=row).title) == (2, "Visit twice")
    westmark.document = before
    assert refused(lambda: accept(westmark.file(), westmark.code)) == "older"


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("texts", {"language": "klingon-x-"}),
        ("texts", {"language": "xx"}),
        ("texts", {"title": "x\0y"}),
        ("texts", {"title": ["x"]}),
        ("texts", {"translated": "by_machine"}),
        ("texts", {"title": "x" * 121}),
        ("texts", {"sources": [{"title": "x", "url": "javascript:alert(1)"}]}),
        ("texts", {"sources": [{"title": "x", "url": "data:text/html,x"}]}),
        ("texts", {"sources": [{"title": "x", "url": "https://a.example/", "onclick": "x"}]}),
        ("reviews", {"problem_is_clear": "no", "mechanism_is_clear": "no", "level": "evaluated"}),
        ("reviews", {"signed_at": "yesterday"}),
        ("adoptions", {"came_of_it": "rich"}),
        ("adoptions", {"id": "7"}),
        ("adoptions", {"started_on": "2018-12-31"}),
        ("adoptions", {"started_on": "2099-01-01"}),
        ("", {"phases": ["cook"]}),
        ("", {"code": "../x"}),
        ("", {"code": ["x"]}),
        ("", {"edition": True}),
        ("", {"edition": 0}),
        ("", {"files": [{"name": "plan.pdf", "content": "TVqQAAMAAAAEAAAA"}]}),  # a program of Windows
        ("", {"contact": "nobody"}),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(westmark: Westmark, part: str, changed: Any) -> None:
    row = westmark.document["practices"][0]
    (row[part][0] if part else row).update(changed)
    content = canonical(westmark.document)
    with pytest.raises(ValidationError):
        accept(content, westmark.code, str(row["code"]))
    assert not Practice.objects.filter(origin="Westmark").exists()


def test_two_hundred_languages_and_one_practice_twice_are_refused(westmark: Westmark) -> None:
    row = westmark.document["practices"][0]
    row["texts"] = [row["texts"][0] | {"language": f"en-{number:03d}"} for number in range(200)]
    assert "language" in refused(lambda: accept(westmark.file(), westmark.code))
    row["texts"] = row["texts"][:1]
    westmark.document["practices"] *= 2
    assert refused(lambda: read(westmark.file())) == "shape"


def test_a_hundred_times_the_same_file_is_one_file(westmark: Westmark) -> None:
    actor, content = make_actor(role="supervisor"), westmark.file()
    found = [receive_file(actor=actor, content=content) for _time in range(100)]
    assert sum(is_new for _row, is_new in found) == OfferedFile.objects.count() == 1
    assert accept_offered(actor=actor, file_id=found[0][0].pk, codes=[westmark.code], is_compared=True)
    assert not accept_offered(actor=actor, file_id=found[0][0].pk, codes=[westmark.code])


def test_only_supervisors_exchange(westmark: Westmark) -> None:
    document = read(westmark.file())
    with pytest.raises(PermissionDenied):
        accept_practices(actor=make_actor(make_district()), document=document, codes=[westmark.code])
    with pytest.raises(PermissionDenied):
        preview_practices(actor=make_actor(make_district()), document=document)
    assert len(preview_practices(actor=make_actor(role="supervisor"), document=document)) == 1


def test_two_commands_send_and_receive(settings: Settings, tmp_path: Path) -> None:
    settings.CITY_NAME, settings.CITY_KEY_FILE = "Westmark", str(tmp_path / "key.pem")
    call_command("make_city_key", stdout=StringIO())
    north: District = make_district()
    row = published(make_actor(north), make_actor(north, role="supervisor"), "Call back")
    file, told = tmp_path / "practices.json", StringIO()
    named = make_organisation(north, name="Call back")
    send: dict[str, Any] = {"recipient": "Sunderholm", "stdout": told, "stderr": told}
    call_command("export_practices", str(file), **send)
    assert ": 1, signed" in told.getvalue() and "may name someone: Call back" in told.getvalue()
    Organisation.objects.filter(pk=named.pk).update(location_protected=True)
    with pytest.raises(CommandError, match="location is protected"):
        call_command("export_practices", str(tmp_path / "none.json"), **send)
    with pytest.raises(CommandError, match="of this city itself"):
        call_command("import_practices", str(file))
    settings.CITY_NAME = "Sunderholm"
    call_command("import_practices", str(file), stdout=told)
    assert "call-back  Call back  (edition 1, new)" in told.getvalue()
    with pytest.raises(CommandError, match="no published practice"):
        call_command("export_practices", str(file), recipient="Sunderholm", code=["x"])
    assert EditorialReview.objects.get(practice=row).reviewer_id is not None
