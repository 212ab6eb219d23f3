"""Archives of earlier versions are read, and lack no file that their version had."""

import io
import json
import zipfile
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from contacts.models import Contact, Organisation
from districts.models import District
from exchange.archive.reading import ArchiveRefused
from exchange.archive.writing import digest_of
from lib.days import city_today
from meetings.models import Meeting, MeetingOrganisation
from reviews.models import Review
from tests.exchange.archives import archive_of, content, read
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
)


def of_version(version: int, file: io.BytesIO, *without: str) -> io.BytesIO:
    """Return the same archive as `version` would have made it, `without` some of its files."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(out, "w") as older:
        manifest = json.loads(archive.read("manifest.json"))
        manifest["version"] = version
        manifest["files"] = [one for one in manifest["files"] if one["name"] not in without]
        manifest["sha256"] = digest_of(manifest)
        older.writestr("manifest.json", json.dumps(manifest))
        for one in manifest["files"]:
            older.writestr(one["name"], archive.read(one["name"]))
    return out


#: Version 1 had no audits.
AUDITS = (
    "reviews.jsonl",
    "review_figures.jsonl",
    "review_comments.jsonl",
    "review_samples.jsonl",
    "review_calls.jsonl",
    "review_actions.jsonl",
    "review_action_checks.jsonl",
    "review_addenda.jsonl",
)


@pytest.mark.django_db
class TestAnArchiveOfVersionOne:
    @pytest.fixture
    def before(self) -> dict[str, list[Any]]:
        """Return the content of the system after it was emptied."""
        north = make_district()
        organisation = make_organisation(north, website="https://casa.example")
        make_contact(north, organisation)
        make_meeting(north, organisation)
        call_command("recount", "--fix", stdout=StringIO())
        return content()

    @pytest.fixture
    def file(self, before: dict[str, list[Any]]) -> io.BytesIO:
        file = archive_of()
        for model in (MeetingOrganisation, Meeting, Contact, Organisation):
            model._default_manager.all().delete()
        return file

    @pytest.mark.parametrize("without", [AUDITS, ()], ids=["without audits", "as the first with audits was"])
    def test_is_read(self, before: Any, file: io.BytesIO, without: tuple[str, ...]) -> None:
        assert content() != before
        read(of_version(1, file, *without))
        assert content() == before
        assert not Review.objects.exists()
        assert District.objects.get().recorded_since == city_today(), "their histories begin now"

    @pytest.mark.parametrize(
        ("version", "without"), [(1, "series.jsonl"), (2, "reviews.jsonl"), (2, "series.jsonl")]
    )
    def test_lacks_no_file_that_its_version_had(
        self, before: Any, file: io.BytesIO, version: int, without: str
    ) -> None:
        with pytest.raises(ArchiveRefused, match="This ZIP file is not a Proximity CRM archive"):
            read(of_version(version, file, without))
        assert content() != before
        read(of_version(version, file))
        assert content() == before

    def test_is_the_first_there_was(self, file: io.BytesIO) -> None:
        with pytest.raises(ArchiveRefused, match="This is not a Proximity CRM archive"):
            read(of_version(0, file, *AUDITS))
