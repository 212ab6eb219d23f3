"""Published figures go along with an archive of everything, and the next release is proven with them."""

import io
import zipfile

import pytest
from django.db import DatabaseError, transaction

from accounts.actors import SYSTEM, actor_for
from districts.models import District
from exchange.archive.reading import read_archive
from exchange.archive.writing import scope_of, write_archive
from publishing.models import CouncilPaper, Release, ReleaseGrid
from publishing.services.papers import make_paper
from publishing.services.releases import prepare_release
from tests.factories import make_supervisor
from tests.plugins.database import clone
from tests.publishing.city import SECOND, City
from tests.publishing.test_papers import TEXTS

FILES = ("release_grids.jsonl", "releases.jsonl", "council_papers.jsonl", "bias_tables.jsonl")


@pytest.mark.long
def test_an_empty_system_goes_on_publishing_where_the_old_one_stopped(committed_db: None) -> None:
    city = City()
    city.fix_grid()
    release = city.release()
    paper = make_paper(actor=city.actor, release_id=release.pk, figures=["coverage:"], texts=TEXTS)
    release.refresh_from_db()
    splits, pdf = ReleaseGrid.objects.get().splits, bytes(paper.pdf)
    out = io.BytesIO()
    write_archive(out, actor=SYSTEM, scope=SYSTEM, district=None, purpose="moving")
    expected = prepare_release(actor=city.actor, quarter=SECOND).document
    clone()
    read_archive(out, actor=SYSTEM, purpose="moving")
    first, found = Release.objects.get(), CouncilPaper.objects.get()
    assert (first.document, first.counted) == (release.document, release.counted)
    assert ReleaseGrid.objects.get().splits == splits
    assert (bytes(found.pdf), found.figures, found.title) == (pdf, paper.figures, paper.title)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Release.objects.update(number=9)
    supervisor = actor_for(make_supervisor(District.objects.get(parent=None)))
    assert prepare_release(actor=supervisor, quarter=SECOND).document == expected


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_district_does_not_take_the_citys_publications_along() -> None:
    city = City()
    city.fix_grid()
    release = city.release()
    out = io.BytesIO()
    scope = scope_of(SYSTEM, city.whole)
    write_archive(out, actor=SYSTEM, scope=scope, district=city.whole, purpose="moving")
    with zipfile.ZipFile(out) as archive:
        assert [archive.read(name) for name in FILES] == [b""] * 4
        assert str(release.pk).encode() not in b"".join(map(archive.read, archive.namelist()))
