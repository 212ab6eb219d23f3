"""Only the files of the current publication are kept. Digests of earlier ones stay."""

import pytest
from django.db import Error, transaction

from publishing.models import Publication, PublicFile
from publishing.services.entries import withdraw_entry
from publishing.tasks import publish_site
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db


def named(word: bytes) -> int:
    return sum(word in bytes(one.content) for one in PublicFile.objects.all())


def test_what_is_withdrawn_is_in_no_kept_file_after_the_next_publication() -> None:
    town = Town()
    assert publish_site()
    assert named(b"The lamps are out.")
    before = Publication.objects.get()
    withdraw_entry(actor=town.supervisor, entry_id=town.lamps.pk)
    assert publish_site()
    assert not named(b"The lamps are out.")
    last = Publication.objects.latest("number")
    assert set(PublicFile.objects.values_list("pk", flat=True)) == set(last.files.values())
    assert Publication.objects.get(pk=before.pk).files == before.files, "its digests prove what was said"


def test_nobody_deletes_or_changes_a_file_that_is_published() -> None:
    Town()
    publish_site()
    PublicFile.objects.create(digest="0" * 64, content=b"old")
    with pytest.raises(Error, match="stays as it is"), transaction.atomic():
        PublicFile.objects.exclude(pk="0" * 64).delete()
    with pytest.raises(Error, match="stays as it is"), transaction.atomic():
        PublicFile.objects.update(content=b"x")
    assert PublicFile.objects.filter(pk="0" * 64).delete()[0] == 1
