"""A signed audit keeps its names and counts when districts, signers and definitions are renamed."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import User
from districts.models import District
from districts.services.districts import edit_district
from lib.ids import uuid7
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import IN_NO_PART
from reviews.models import FrozenFigure, Review
from reviews.services.names import forget_colleague
from tests.factories import make_district, make_organisation
from tests.reviews.making import Audited

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited(client: Client) -> Audited:
    audited = Audited(code="NG")
    make_organisation(make_district("Market", parent=audited.district, code="NG1"))
    audited.meet()
    client.force_login(audited.supervisor)
    return audited


def shown(client: Client, review: Review, page: str = "") -> str:
    return str(client.get(f"/reviews/{review.pk}/{page}").content.decode())


def rename(district: District, **fields: Any) -> None:
    edit_district(actor=SYSTEM, district_id=district.pk, **fields)


def older(review: Review) -> Review:
    """Copy an audit with empty name columns, as audits had before names were stored."""
    figures = list(review.figures.exclude(group=IN_NO_PART))
    review.pk, review.district_code, review.district_name, review.definitions = uuid7(), "", "", {}
    review.save(force_insert=True)
    for one in figures:
        one.pk, one.review, one.name = uuid7(), review, ""
    FrozenFigure.objects.bulk_create(figures)
    return review


def test_another_code_and_name_empty_no_signed_audit(client: Client, audited: Audited) -> None:
    review = audited.finish(audited.freeze())
    figures = client.get(f"/reviews/{review.pk}/").context["figures"]
    before = [(one.title, one.value, one.n_of, one.name) for one in figures]
    assert len(before) == len(REPORTS)
    with pytest.raises(ValidationError):
        rename(audited.district, parent=make_district("City"))
    rename(audited.district, code="SB9", name="Southbank")
    make_district("Newcomer", code="NG")
    figures = client.get(f"/reviews/{review.pk}/").context["figures"]
    assert [(one.title, one.value, one.n_of, one.name) for one in figures] == before
    assert "Audit: Northgate," in (page := shown(client, review))
    assert "Southbank" not in page.split("<main")[1]
    assert "This audit was signed before names were saved with audits." not in page
    assert "Northgate" in shown(client, review, "figures/coverage/")
    assert "Northgate" in client.get("/reviews/").content.decode()


def test_the_parts_keep_their_names_too(client: Client, audited: Audited) -> None:
    review = audited.freeze()
    rename(District.objects.get(code="NG1"), code="NG7", name="Renamed")
    page = shown(client, review, "figures/coverage/")
    assert "Market" in page
    assert "Renamed" not in page


def test_who_signed_is_named_as_then_and_can_be_forgotten_but_not_changed(
    client: Client, audited: Audited
) -> None:
    name = audited.supervisor.name
    review = audited.finish(audited.freeze())
    User.objects.filter(pk=audited.supervisor.pk).update(name="Somebody Else")
    assert f"Signed by {name}" in shown(client, review)
    for change in (
        "signed_by_name = 'Forged'",
        "signed_by_name = '', conclusion = 'x'",
        "definitions = '{}'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE reviews_review SET {change}")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET signed_by_name = ''")
    assert f"Signed by {name}" in shown(client, review)  # kept with the record, until it is erased there
    assert forget_colleague(actor=SYSTEM, user_id=audited.supervisor.pk) == 1
    assert "Signed by name erased" in shown(client, review)


@pytest.mark.parametrize("column", ["district_code = 'X'", "district_name = 'X'", "definitions = '{}'"])
def test_what_a_draft_was_named_stays(audited: Audited, column: str) -> None:
    audited.freeze()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE reviews_review SET {column}")  # noqa: S608
    assert Review.objects.get().district_name == "Northgate"


def test_how_figures_are_counted_stays_as_it_was(
    client: Client, audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = audited.freeze()
    report = REPORTS["coverage"]
    said, title = str(report.formula), str(report.title)
    monkeypatch.setitem(REPORTS, "coverage", replace(report, formula="Another way.", title="Other"))
    *_others, last = REPORTS  # it comes back as the last one, so the order stays
    monkeypatch.delitem(REPORTS, last)
    page = shown(client, review, "figures/coverage/")
    assert said in page and title in page
    assert "Another way." not in page
    assert client.get(f"/reviews/{review.pk}/figures/{last}/").status_code == 200
    assert len(client.get(f"/reviews/{review.pk}/").context["figures"]) == len(REPORTS) + 1


def test_an_older_audit_is_found_by_todays_code_and_says_so(client: Client, audited: Audited) -> None:
    review = older(audited.freeze())
    page = client.get(f"/reviews/{review.pk}/")
    assert len(page.context["figures"]) == len(REPORTS)
    assert "This audit was signed before names were saved with audits." in page.content.decode()


def test_an_older_audit_of_a_district_with_another_code_is_not_empty(
    client: Client, audited: Audited
) -> None:
    review = older(audited.freeze())
    rename(audited.district, code="SB9")
    figures = client.get(f"/reviews/{review.pk}/").context["figures"]
    assert {one.figure.group for one in figures} == {"NG"}
    assert len(figures) == len(REPORTS)


def test_where_nobody_knows_which_row_is_the_districts_all_are_shown(
    client: Client, audited: Audited
) -> None:
    review = older(audited.freeze())
    rename(audited.district, code="SB9")
    rename(District.objects.get(code="NG1"), code="SB91")
    figures = client.get(f"/reviews/{review.pk}/").context["figures"]
    assert {one.figure.group for one in figures} == {"NG", "NG1"}
    assert "NG1" in shown(client, review)
    assert FrozenFigure.objects.filter(review=review, by="district").count() == len(figures)
