"""A person in every text of every table is found, and nothing of them is left after the erasure.

Tables and fields come from the inventory, which a test compares with the models. New ones are covered.
"""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis.strategies import sampled_from
from pytest_django import DjangoDbBlocker

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from audit.models import Action, Reason
from audit.services import record
from contacts.models import Contact, Merge
from contacts.services.search_fields import fold_contact
from districts.models import District
from exchange.models import ImportDraft, ImportedRow, ImportStep, SavedMapping
from lib.days import city_today
from lib.ids import uuid7
from plans.models import ComparisonFile, Indicator, IndicatorValue, Plan
from practices.models import Adoption, EditorialReview, OfferedFile, Practice, PracticeFile
from practices.rules import QUESTIONS
from privacy import inventory
from privacy.codes import Identity, RequestStatus, Verdict
from privacy.models import DataRequest, Erasure, Finding, PendingRule, RetentionDecision, RetentionRule
from privacy.queries import erasure_plans
from privacy.queries.text_search import find_everywhere, find_in
from privacy.rules.finding import person_search
from privacy.services import erasure_job
from privacy.services.requests import receive_request
from privacy.services.search_job import keep_findings
from publishing.models import CouncilPaper, Release
from reviews.models import Addendum, FrozenFigure, Review
from tests.architecture.shared_ground import ground_for_all
from tests.examples import examples
from tests.factories import make_user
from tests.privacy import planting
from tests.publishing.test_registrations import registered
from tests.publishing.town import Town

pytestmark = pytest.mark.long

#: Tables whose rows never change. The search finds the person in them, and the preview says why they stay.
NEVER_CHANGE: Final = {
    "plans.ComparisonFile",
    "plans.IndicatorValue",
    "practices.EditorialReview",
    "practices.OfferedFile",
    "practices.PracticeFile",
    "publishing.CouncilPaper",
    "reviews.Addendum",
    "reviews.FrozenFigure",
}
REFUSED: Final = {("incidents.Debrief", "waived_reason")}  # of an incident without a debrief


def request_of_the_person() -> DataRequest:
    row = receive_request(
        actor=actor_for(make_user(Role.PRIVACY_OFFICER)),
        terms={"names": [planting.NAME], "phones": [planting.PHONE], "emails": [planting.EMAIL]},
        regimes=["gdpr"],
        kind="erase",
        channel="letter",
        received_on=city_today(),
    )
    row.identity, row.identity_on, row.status = Identity.IN_PERSON, city_today(), RequestStatus.SEARCHING
    row.save()
    return row


def make_copies() -> None:
    """Rows that the ground lacks: what imports and merges remember."""
    draft = ImportDraft.objects.all()[0]
    ImportStep.objects.create(draft=draft, rows=[])
    ImportedRow.objects.create(object_type="contact", source="x", external_id="1")
    SavedMapping.objects.create(owner=uuid7(), what="contacts", source="x")
    Merge.objects.create(
        object_type="contact", kept_id=uuid7(), gone_ids=[uuid7()], kept_version=1, memory={"x": 1}
    )
    registered(Town().north)
    rule = RetentionRule.objects.all()[0]
    planting.make_row(RetentionDecision, rule=rule, decision="erase", object_type="contact")
    planting.make_row(PendingRule, days=365)
    planting.make_row(Adoption, city="Elsewhere", district=None)


def write_what_never_changes() -> set[planting.Place]:
    """What is signed, frozen, received or released, with the person in it."""
    district, today, name = District.objects.all()[0], city_today(), planting.NAME
    by = make_user(Role.SUPERVISOR)
    review = Review.objects.create(
        district=district, since=today - timedelta(90), until=today, as_of=timezone.now(), started_by=by
    )
    release = Release.objects.create(
        number=99, quarter_since=date(2019, 1, 1), released_on=today, document={}, counted=[]
    )
    period = {"period_start": today, "period_end": today + timedelta(1)}
    rows = {
        "text": Addendum.objects.create(review=review, text=f"{name} was heard.", written_by=by),
        "name": FrozenFigure.objects.create(
            review=review, position=999, slug="coverage", by="kind", group="x", name=name, n=1, of=1
        ),
        "where_from": IndicatorValue.objects.create(
            indicator=Indicator.objects.all()[0], value=1, where_from=name, **period
        ),
        "title": CouncilPaper.objects.create(
            release=release, version=99, title=name, not_done="x", figures=[], pdf=b"", made_by=by
        ),
        "note": EditorialReview.objects.create(
            practice=Practice.objects.all()[0],
            edition=1,
            level="described",
            note=name,
            **dict.fromkeys(QUESTIONS, "yes"),
        ),
        "recipient": ComparisonFile.objects.create(
            plan=Plan.objects.all()[0], number=99, recipient=name, document={}, counted={}, **period
        ),
    }
    rows["city"] = OfferedFile.objects.create(city=name, digest="0" * 64, document={})
    file = PracticeFile.objects.create(recipient=name, practices=[], document={})
    places = [*rows.items(), ("recipient", file)]
    return {(row._meta.label, str(row.pk), field) for field, row in places}


def found_for(row: DataRequest) -> set[planting.Place]:
    return {(one.model, one.object_id, one.field) for one in find_everywhere(row)}


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[tuple[str, str, str]]]:
    """The city with a row in every table. It yields unsearched texts without the form of their reason."""
    forms = inventory.UNSEARCHED
    with ground_for_all(django_db_blocker):
        wrong = [one for one in planting.natural_values() if not re.fullmatch(forms[one[1]], one[2])]
        make_copies()
        planting.fill_tables()
        yield wrong


@pytest.fixture
def ground(city: list[tuple[str, str, str]]) -> Iterator[list[tuple[str, str, str]]]:
    with transaction.atomic():
        yield city
        transaction.set_rollback(True)


@pytest.mark.thorough
def test_any_form_of_the_name_or_number_leaves_any_column(ground: list[tuple[str, str, str]]) -> None:
    """Each is found and removed, from PostgreSQL's own text of the row and from its decrypted values."""
    where = sorted({(model, field.name) for model, _key, field in planting.places()}, key=str)
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    person = person_search([planting.NAME, planting.ARABIC], [planting.PHONE], [planting.EMAIL])
    seen: set[tuple[Any, str]] = set()

    @settings(max_examples=examples(200), deadline=None, derandomize=True)
    @given(
        column=sampled_from(where), variant=sampled_from(planting.VARIANTS), before=sampled_from(["", "Saw "])
    )
    def check(column: tuple[Any, str], variant: str, before: str) -> None:
        model, name = column
        with transaction.atomic():
            key = planting.plant_one(model, name, f"{before}{variant}")
            if key is not None:
                found = [one for one in find_in(model._meta.label, [name], person) if one.object_id == key]
                assert found, (model, name, variant)
                places = [erasure_plans.place_of(one, person) for one in found]
                erasure_job.carry_out(actor, [one for one in places if one], [], person)
                assert planting.left_in(model, key) == [], (model, name, variant)
                seen.add(column)
            transaction.set_rollback(True)

    check()
    assert len(seen) >= examples(200) // 4


def test_a_planted_person_is_found_everywhere_and_nothing_is_left_of_them(
    ground: list[tuple[str, str, str]],
) -> None:
    assert ground == [], "somebody could have typed these"
    chance, row = random.Random(17), request_of_the_person()
    for how, share in (("exact", 1.0), ("phone", 1.0), ("misspelt", 0.95)):
        planted = planting.plant(chance, how)
        missed = planted - found_for(row)
        assert len(missed) <= len(planted) * (1 - share), (how, missed)
    person_search = {
        (one.model, one.name)
        for one in planting.searched_fields()
        if one.erasure != "keep" and one.model not in planting.APPEND_ONLY
    }
    left = person_search - planting.fields_of(planted)
    assert {one for one in left - REFUSED if one[0] not in NEVER_CHANGE} == set()
    planting.plant(chance, "exact")
    contact = Contact.objects.order_by("pk")[0]
    contact.given_name, contact.family_name, contact.email = "Leila", "Haddad", planting.EMAIL
    fold_contact(contact)
    contact.save()
    record(SYSTEM, Action.VIEW, "contact", [contact.pk], purpose=f"Called for {planting.NAME}")
    with transaction.atomic():
        fixed = write_what_never_changes()
        assert {label for label, *_ in fixed} == NEVER_CHANGE and fixed <= found_for(row)
        keep_findings(row, find_everywhere(row))
        Finding.objects.of_request(row).update(verdict=Verdict.THEIRS)
        kept = {
            (one.model, one.object_id, one.field): why for one, why in erasure_plans.plan_of(row).retained
        }
        assert fixed <= set(kept) and all(kept.values())
        transaction.set_rollback(True)
    keep_findings(row, find_everywhere(row))
    row.refresh_from_db()
    assert planting.traces()
    Finding.objects.of_request(row).update(verdict=Verdict.THEIRS)
    DataRequest.objects.pending().exclude(pk=row.pk).update(status=RequestStatus.WITHDRAWN)  # they freeze
    made = Erasure.objects.create(request=row)
    erasure_job.begin(made)
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    for _twice in range(2):  # the second time changes nothing
        search = erasure_plans.search_for(row)
        erasure_job.carry_out(actor, erasure_job.places_of(made), made.contact_ids, search)
    assert planting.traces() == []
    assert dumped() == []
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert not Reason.objects.filter(text__contains="Haddad").exists()


def dumped() -> list[str]:
    """Tables of which PostgreSQL's own text of a row names the person, as in a dump.

    Encrypted values are left out: in about one run of 300 their random letters spell "leila".
    `planting.traces` reads them decrypted.
    """
    found = []
    text = "lower(regexp_replace(t::text, %s, '', 'g'))"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE {text} LIKE ANY (%s)',  # noqa: S608 (names of tables)
                [planting.CIPHERTEXT, [f"%{trace}%" for trace in planting.TRACES]],
            )
            if cursor.fetchone() != (0,):
                found.append(table)
    return found
