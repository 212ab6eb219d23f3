"""A person in every text of every table is found, and nothing of them is left after the erasure.

Tables and fields come from the inventory, which a test compares with the models. New ones are covered.
"""

import random
from datetime import date, timedelta
from typing import Final

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from audit.models import Action, Reason
from audit.services import record
from contacts.models import Contact, Merge
from contacts.services.folding import fold_contact
from districts.models import District
from exchange.models import ImportDraft, ImportedRow, ImportStep, SavedMapping
from lib.days import city_today
from lib.ids import uuid7
from plans.models import ComparisonFile, Indicator, IndicatorValue, Plan
from practices.models import EditorialReview, Practice, PracticeFile
from practices.rules import QUESTIONS
from privacy import erasing, inventory
from privacy.codes import Identity, RequestStatus, Verdict
from privacy.models import DataRequest, Erasure, Finding
from privacy.searching import find_everywhere, keep_findings
from privacy.services.requests import receive_request
from publishing.models import CouncilPaper, PublicText, Release
from reviews.models import Addendum, FrozenFigure, Review
from tests.architecture.ground import Ground
from tests.factories import make_user
from tests.privacy import planting
from tests.publishing.test_registrations import registered
from tests.publishing.town import Town

pytestmark = [pytest.mark.django_db, pytest.mark.long]

#: Tables whose rows never change. The search finds the person in them, and the preview says why they stay.
NEVER_CHANGE: Final = {
    "plans.ComparisonFile",
    "plans.IndicatorValue",
    "practices.EditorialReview",
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
    PublicText.objects.create(
        slug="privacy_notice", language="en", version=1, text="x", in_force_since=city_today()
    )


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
    file = PracticeFile.objects.create(recipient=name, practices=[], document={})
    places = [*rows.items(), ("recipient", file)]
    return {(row._meta.label, str(row.pk), field) for field, row in places}


def found_for(row: DataRequest) -> set[planting.Place]:
    return {(one.model, one.object_id, one.field) for one in find_everywhere(row)}


def test_a_planted_person_is_found_everywhere_and_nothing_is_left_of_them() -> None:
    Ground()
    make_copies()
    chance, row = random.Random(17), request_of_the_person()
    for how, share in (("exact", 1.0), ("phone", 1.0), ("misspelt", 0.95)):
        planted = planting.plant(chance, how)
        missed = planted - found_for(row)
        assert len(missed) <= len(planted) * (1 - share), (how, missed)
    wanted = {
        (one.model, one.name)
        for one in inventory.searched_fields()
        if one.erasure != "keep"
        and one.model not in ("contacts.Contact", "audit.Reason")
        and not one.model.startswith("privacy.")
    }
    left = wanted - planting.fields_of(planted)
    assert {label for label, _field in left - REFUSED} <= NEVER_CHANGE
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
        Finding.objects.of(row).update(verdict=Verdict.THEIRS)
        kept = {(one.model, one.object_id, one.field): why for one, why in erasing.plan_of(row).kept}
        assert fixed <= set(kept) and all(kept.values())
        transaction.set_rollback(True)
    keep_findings(row, find_everywhere(row))
    row.refresh_from_db()
    assert planting.traces()
    Finding.objects.of(row).update(verdict=Verdict.THEIRS)
    DataRequest.objects.pending().exclude(pk=row.pk).update(status=RequestStatus.WITHDRAWN)  # they freeze
    made = Erasure.objects.create(request=row)
    erasing.begin(made)
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    for _twice in range(2):  # the second time changes nothing
        search = erasing.search_for(row)
        erasing.carry_out(actor, erasing.places_of(made), made.contact_ids, search)
    assert planting.traces() == []
    assert dumped() == []
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert not Reason.objects.filter(text__contains="Haddad").exists()


def dumped() -> list[str]:
    """Tables of which PostgreSQL's own text of a row names the person, as in a dump."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            either = " OR ".join(["lower(t::text) LIKE %s"] * len(planting.TRACES))
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE {either}',  # noqa: S608 (names of tables)
                [f"%{trace}%" for trace in planting.TRACES],
            )
            if cursor.fetchone() != (0,):
                found.append(table)
    return found
