"""What a frozen figure says: counts where they are few, intervals, and since when history is recorded."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from districts.models import District
from reviews.exports.signed import write_json
from reviews.models import FrozenFigure, Review, SignedRecord
from reviews.queries.definitions import definition_of, definitions_now
from reviews.services.signing import sign_statements
from tests.audit.sealing import use_key
from tests.reviews.making import Audited
from tests.reviews.test_signed_records import exported, found, verify
from tests.tagged import assert_accessible

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    return use_key(settings, tmp_path)


def signed(audited: Audited) -> Review:
    review = audited.finish(audited.freeze())
    assert sign_statements() == 1
    return review


def page(client: Client, audited: Audited, review: Review) -> str:
    client.force_login(audited.supervisor)
    return " ".join(client.get(f"/reviews/{review.pk}/").text.split())


def printed(audited: Audited, review: Review) -> str:
    paper = exported(audited, review, format="pdf")
    title = f"Audit: {review.name}, {review.period}"
    return " ".join(" ".join(assert_accessible(paper, title=title).pages).split())


def copied(review: Review, **changes: Any) -> Review:
    """Another draft of the same audit. What an audit is of cannot be changed."""
    names = [field.attname for field in Review._meta.concrete_fields if field.name != "id"]
    copy = Review.objects.create(**{name: getattr(review, name) for name in names} | changes)
    kept: list[Any] = [*review.figures.all(), *review.kept_names.all()]
    for part in kept:
        part.pk, part.review = None, copy
        part.save(force_insert=True)
    return copy


def test_an_audit_states_since_when_history_was_recorded_as_it_was_then(
    client: Client, key: Path, tmp_path: Path
) -> None:
    audited = Audited()
    audited.meet()
    known = audited.period.since + timedelta(days=20)
    District.objects.filter(pk=audited.district.pk).update(recorded_since=known)
    review = signed(audited)
    District.objects.filter(pk=audited.district.pk).update(recorded_since=None)
    record = json.loads(SignedRecord.objects.get(review=review).record)
    assert record["audit"]["parts"][0]["recorded_since"] == str(known)
    assert review.recorded_since == known
    assert "were not recorded" in page(client, audited, review)
    assert "were not recorded" in printed(audited, review)
    later = audited.freeze()
    assert later.recorded_since is None and "were not recorded" not in page(client, audited, later)


def test_an_audit_from_before_that_was_kept_still_verifies(client: Client, key: Path, tmp_path: Path) -> None:
    audited = Audited()
    audited.meet()
    review = audited.freeze()
    parts = [{name: one[name] for name in ("id", "code", "name")} for one in review.parts]
    old = {
        slug: {name: value for name, value in one.items() if name not in ("has_interval", "spread")}
        for slug, one in review.definitions.items()
    }
    review = copied(review, parts=parts, definitions=old, seed="")
    audited.finish(review)
    assert sign_statements() == 1
    review.refresh_from_db()
    assert found(key) == [] and review.recorded_since is None
    file = io.BytesIO()
    write_json(review, file)
    known = review.signatures.values_list("key_id", flat=True)[0]
    assert verify(file.getvalue(), tmp_path, known) == "VALID: as it was signed"
    assert "fewer than 30: counts only" in page(client, audited, review)


def test_a_share_of_few_is_counts_only_on_the_page_and_on_paper(client: Client, key: Path) -> None:
    audited = Audited()
    for number in range(3):
        audited.meet(number)
    review = signed(audited)
    shown = page(client, audited, review)
    paper = printed(audited, review)
    for text in (shown.split("<tbody")[1].split("</tbody>")[0], paper):
        assert "fewer than 30: counts only" in text and "3 of 3" in text
        assert "100%" not in text


@pytest.mark.parametrize(
    ("slug", "given", "says"),
    [
        ("coverage", {"n": 29, "of": 29, "ratio": 1.0}, "fewer than 30: counts only"),
        ("coverage", {"n": 0, "of": 0, "ratio": None}, "n/a"),
        ("concerns", {"n": 14, "of": 30, "ratio": 14 / 30}, "47% (30 to 64%)"),
        ("coverage", {"n": 14, "of": 30, "ratio": 14 / 30}, "47%"),
        ("level", {"n": 3, "of": 40, "ratio": 3 / 40}, "inform 2 · consult 1"),
    ],
)
def test_a_frozen_share_is_said_as_the_pages_of_reports_say_it(
    slug: str, given: dict[str, Any], says: str
) -> None:
    figure = FrozenFigure(slug=slug, columns={"inform": 2, "consult": 1}, **given)
    for kept in (definitions_now(), {}):  # kept with the audit, and of an audit from before it was kept
        definition = definition_of(kept, slug)
        assert definition is not None and definition.value_of(figure) == says
