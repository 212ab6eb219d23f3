"""The archive of a district contains no word and no ID of another district with as many records."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from pytest_django import DjangoDbBlocker

from accounts.actors import SYSTEM
from accounts.models import Role
from contacts.merging.services import merge_contacts, merge_organisations
from contacts.models import (
    Contact,
    ContactDetail,
    ImportedFields,
    Merge,
    NotADuplicate,
    Organisation,
    OrganisationNumber,
)
from contacts.services.duplicates import mark_as_different
from districts.models import ExpectedCommunity
from exchange.archive.parts import PARTS
from exchange.archive.writing import scope_of, write_archive
from exchange.models import ImportedRow
from lib.external_ids import set_external_ids
from lib.ids import uuid7
from meetings.models import FollowUp, Meeting
from reviews.models import Review
from reviews.services.signing import add_addendum
from tests.architecture import canaries
from tests.architecture.asking import undone
from tests.architecture.ground import Ground
from tests.architecture.shared_ground import ground_for_all
from tests.factories import make_contact, make_organisation

AN_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def shared_ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with ground_for_all(django_db_blocker) as ground:
        yield ground


@pytest.fixture
def ground(shared_ground: Ground) -> Iterator[Ground]:
    with undone():
        yield shared_ground


def archive(ground: Ground, name: str) -> dict[str, bytes]:
    district, out = ground.districts[name], io.BytesIO()
    scope = scope_of(ground.actor(Role.SUPERVISOR, name), district)
    write_archive(out, actor=SYSTEM, scope=scope, district=district, purpose="moving")
    with zipfile.ZipFile(out) as packed:
        return {part: packed.read(part) for part in packed.namelist()}


def rows(files: dict[str, bytes], name: str) -> list[Any]:
    return [json.loads(line) for line in files[f"{name}.jsonl"].splitlines()]


def merge(model: Any, kept: UUID, *gone: UUID) -> Merge:
    services: dict[Any, Any] = {Organisation: merge_organisations, Contact: merge_contacts}
    versions = dict(model.objects.filter(pk__in=[kept, *gone]).values_list("pk", "version"))
    made: Merge = services[model](actor=SYSTEM, kept_id=kept, versions=versions)
    return made


def clean_up(ground: Ground, name: str) -> dict[str, Any]:
    """In a district: merge three organisations and two contacts, mark pairs as different, add an addendum."""
    district, known = ground.districts[name], ground.rows[name]
    one, two, three = (make_organisation(district).pk for _ in range(3))
    organisations = [merge(Organisation, two, one).pk, merge(Organisation, three, two).pk]
    anna, ana = (make_contact(district).pk for _ in range(2))
    ContactDetail.objects.create(owner_id=ana, channel="website", value=f"https://ana.{name}.example")
    OrganisationNumber.objects.create(organisation_id=three, country="ES", as_written="G12", compact="G12")
    mark_as_different(actor=SYSTEM, object_type="organisation", ids=(three, known["organisation_twin"]))
    mark_as_different(actor=SYSTEM, object_type="contact", ids=(known["contact"], known["contact_twin"]))
    words = canaries.words_of(name)
    add_addendum(actor=ground.actor(Role.SUPERVISOR, name), review_id=known["review_signed"], text=words)
    return {
        "merges": {str(pk) for pk in (*organisations, merge(Contact, ana, anna).pk)},
        "different": {str(three), str(known["contact"])},
    }


@pytest.mark.parametrize(("name", "other"), [("north", "south"), ("south", "north")])
def test_what_was_merged_goes_along_with_what_it_lives_on_as(ground: Ground, name: str, other: str) -> None:
    ours, theirs = clean_up(ground, name), clean_up(ground, other)
    files = archive(ground, name)
    assert {row["id"] for row in rows(files, "merges")} == ours["merges"]
    assert not ours["merges"] & theirs["merges"]


@pytest.mark.parametrize(("name", "other"), [("north", "south"), ("south", "north")])
def test_pairs_that_are_different_go_along_where_both_are_seen(ground: Ground, name: str, other: str) -> None:
    ours, _theirs = clean_up(ground, name), clean_up(ground, other)
    across = (ground.rows[name]["organisation"], ground.rows[other]["organisation_twin"])
    mark_as_different(actor=SYSTEM, object_type="organisation", ids=across)
    pairs = [{row["one"], row["other"]} for row in rows(archive(ground, name), "not_duplicates")]
    assert len(pairs) == 2
    assert all(pair & ours["different"] for pair in pairs)
    assert NotADuplicate.objects.count() == 5


def test_what_imports_remember_goes_along_with_its_rows(ground: Ground) -> None:
    nouns: dict[str, Any] = {"contact": Contact, "meeting": Meeting, "follow_up": FollowUp}
    for one in ("north", "south"):
        ImportedFields.objects.create(organisation_id=ground.rows[one]["organisation"], source=f"old {one}")
        for noun, model in nouns.items():
            row = model.objects.get(pk=ground.rows[one][noun])
            set_external_ids(row, [{"source": f"old {one}", "external_id": "7"}])
            ImportedRow.objects.create(object_type=noun, source=f"old {one}", external_id="7")
    files = archive(ground, "north")
    found = [(row["object_type"], row["source"]) for row in rows(files, "imported_rows")]
    assert sorted(found) == sorted((noun, "old north") for noun in nouns)
    assert [row["source"] for row in rows(files, "imported_fields")] == ["old north"]


def test_a_merge_that_was_taken_back_stays(ground: Ground) -> None:
    clean_up(ground, "north")
    before = len(rows(archive(ground, "north"), "merges"))
    kept = ground.rows["north"]["organisation"]
    made = Merge.objects.create(object_type="organisation", kept_id=kept, gone_ids=[uuid7()], kept_version=1)
    assert len(rows(archive(ground, "north"), "merges")) == before + 1
    Merge.objects.filter(pk=made.pk).update(undone_at=made.merged_at)
    assert len(rows(archive(ground, "north"), "merges")) == before


@pytest.mark.parametrize(("name", "other"), [("north", "south"), ("south", "north")])
def test_it_has_every_row_that_is_seen_and_no_id_of_one_that_is_not(
    ground: Ground, name: str, other: str
) -> None:
    for one in (name, other):
        clean_up(ground, one)
    files = archive(ground, name)
    told = {UUID(found.decode()) for found in AN_ID.findall(b"".join(files.values()))}
    scope = scope_of(SYSTEM, ground.districts[name])
    for part in PARTS:
        if not isinstance(part.model._meta.pk, models.UUIDField):
            continue
        if part.model._meta.app_label == "publishing":
            continue  # the city's: tests/publishing/test_archive.py
        if part.name in ("practices", "practice_texts", "practice_reviews"):
            continue  # the library is for every district
        everything = set(part.model._default_manager.values_list("pk", flat=True))
        seen = set(part.visible_rows(scope).values_list("pk", flat=True))
        if part.object_type:
            assert {UUID(row["id"]) for row in rows(files, part.name)} == seen, part.name
        assert seen < everything, f"nothing of {part.name} is hidden: the test proves nothing"
        assert told & (everything - seen) == set(), part.name


def test_it_has_no_word_of_the_other_district(ground: Ground) -> None:
    """The south works with an organisation of the north, so only the north's archive is checked."""
    clean_up(ground, "south")
    files = archive(ground, "north")
    for part, content in files.items():
        assert canaries.leaked(content.decode(), ["south"]) == [], part
    with_words = [part for part, content in files.items() if canaries.leaked(content.decode(), ["north"])]
    assert {"organisations.jsonl", "contacts.jsonl", "meetings.jsonl", "reviews.jsonl"} < set(with_words)


def test_audits_go_along_whole_and_those_of_elsewhere_stay(ground: Ground) -> None:
    files = archive(ground, "north")
    ours = set(Review.objects.filter(district=ground.districts["north"]).values_list("pk", flat=True))
    assert {UUID(row["id"]) for row in rows(files, "reviews")} == ours
    assert len(ours) == 2
    for part in PARTS:
        if part.owner == "review" and part.model._meta.app_label == "reviews":
            wanted = part.model._default_manager.filter(review__in=ours).count()
            assert len(rows(files, part.name)) == wanted, part.name


def test_what_is_expected_of_a_community_never_leaves(ground: Ground) -> None:
    assert ExpectedCommunity.objects.count() == 2
    content = b"".join(archive(ground, "north").values())
    for pk in ExpectedCommunity.objects.values_list("pk", flat=True):
        assert str(pk).encode() not in content
    assert Review.objects.filter(district=ground.districts["north"]).exclude(blind_spots=[]).exists()
    for said in (b"blind_spots", b"is_expected", b'"inside":"{'):
        assert said not in content, "not by way of an audit either"
