"""What a signature proves: one changed byte in any column is named, and anyone can verify the file."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, models, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from audit.services.sealing import seal
from audit.services.verifying import Report
from audit.signing import read_public_keys
from contacts.services.organisations import erase_organisations
from districts.services.districts import expect_community
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from lib.canonical import canonical, digest_of
from reports.queries.periods import Period
from reviews.exports.signed import write_json
from reviews.models import (
    ActionCheck,
    Addendum,
    AgreedAction,
    FigureComment,
    FrozenFigure,
    KeptName,
    Review,
    RungOrganisation,
    SampledMeeting,
    Signature,
    SignedRecord,
)
from reviews.queries.verification import verify_reviews
from reviews.rules import commitment_to
from reviews.services.names import forget_erased
from reviews.services.reviews import discard_review
from reviews.services.signing import add_addendum, countersign_review, sign_statements
from tests.audit.numbering import publish_all
from tests.audit.sealing import use_key
from tests.exchange.test_export_lists import WHY, sure
from tests.factories import make_user
from tests.markup import printed
from tests.reviews.making import Audited
from tests.tagged import Tagged, assert_accessible

VERIFIER = Path(__file__).parent.parent.parent / "docs" / "verify" / "verify.py"
PARTS: tuple[type[models.Model], ...] = (
    *(FrozenFigure, FigureComment, SampledMeeting, RungOrganisation, AgreedAction, ActionCheck, Addendum),
    *(SignedRecord, Signature, KeptName),
)

KEYS = ("id", "review_id")


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    return use_key(settings, tmp_path)


def signed_twice() -> tuple[Audited, Review]:
    """A signed audit with everything in it, two signatures, and the key's under both.

    The audit before has an addendum, which the key signed too.
    """
    audited = Audited()
    for organisation in audited.organisations:
        organisation.periods.update(cadence_days=40)
    _first, review = audited.audit_twice()
    audited.finish(review, note="noted")
    countersign_review(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), review_id=review.pk)
    assert sign_statements() == 4
    return audited, Review.objects.get(pk=review.pk)


def found(key: Path, using: str = "default") -> list[str]:
    report = Report()
    verify_reviews(report, read_public_keys(key.with_name(f"{key.name}.public")), using)
    return [str(one) for one in report.findings]


def another(value: Any) -> Any:
    """Another value, as near as possible."""
    match value:
        case bool() | None:
            return not value
        case int() | float():
            return value + 1
        case UUID():
            return uuid4()
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
        case dict():
            return value | {"added": 1}
        case list():
            return [*value, uuid4() if value and isinstance(value[0], UUID) else {}]
    return f"{value[:-1]}!" if value else "x"


def edits_of(review: Review) -> Iterator[tuple[models.Model, dict[str, Any]]]:
    """Each column of the audit and of one row of each of its parts, with another value.

    Columns of the record's rows are changed at once, because each is named. Others are changed one by one.
    """
    rows: list[models.Model] = [review, *review.figures.exclude(rest=None).exclude(noun="")[:1]]
    for model in PARTS:
        mine = model._default_manager.filter(review=review if model is not Addendum else review.supersedes)
        rows += mine.order_by("pk")[:1]
    for row in rows:
        values = {
            column.attname: [uuid4()]
            if column.name in ("ids", "rest")
            else timezone.now()
            if column.name == "discarded_at"
            else another(getattr(row, column.attname))
            for column in row._meta.concrete_fields
        }
        is_recorded = not isinstance(row, SignedRecord | Signature | KeptName | Addendum)
        at_once = {name: value for name, value in values.items() if is_recorded and name not in KEYS}
        if at_once:
            yield row, at_once
        for name in values.keys() - at_once.keys():
            yield row, {name: values[name]}
    yield review.figures.exclude(ids=None)[0], {"ids": None}


@pytest.mark.thorough
def test_whoever_owns_the_tables_changes_no_column_unnoticed(committed_db: None, key: Path) -> None:
    _audited, review = signed_twice()
    edits = list(edits_of(review))  # read before the owner locks the tables
    assert {part._meta.label for part in PARTS} | {
        "reviews.Review",
        "reviews.Subscription",
        "reviews.Delivery",
    } == {model._meta.label for model in apps.get_app_config("reviews").get_models()}
    assert all(part._default_manager.exists() for part in PARTS), "every table has a row to change"
    assert found(key) == []
    unnoticed = []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT relname, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
            " WHERE relname LIKE 'reviews\\_%%' AND contype IN ('f', 'c', 'u')"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
        tables = [Review._meta.db_table, *(part._meta.db_table for part in PARTS)]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for row, values in edits:
            rows: Any = type(row)
            with transaction.atomic(using="owner"):
                assert rows._base_manager.using("owner").filter(pk=row.pk).update(**values) == 1
                said = "\n".join(found(key, "owner"))
                missed = (
                    [name for name in values if name.removesuffix("_id") not in said]
                    if len(values) > 1
                    else [*values] * (not said)
                )
                unnoticed += [f"{rows.__name__}.{name}" for name in missed]
                transaction.set_rollback(True, using="owner")
        # As if it had never been signed.
        SignedRecord.objects.using("owner").filter(review=review).delete()
        for changed in ({"district_name": "Elsewhere"}, {"signed_at": None}):
            Review.objects.using("owner").filter(pk=review.pk).update(**changed)
            assert f"audit {review.pk}: reviews_signedrecord is gone" in found(key, "owner")
        transaction.set_rollback(True, using="owner")
    # A name that belongs to no audit is as if it was erased, and the number of its row says nothing.
    assert sorted(unnoticed) == ["KeptName.id", "KeptName.review_id"]


@pytest.mark.django_db
def test_the_record_says_what_was_counted_and_what_differs_is_named(key: Path) -> None:
    audited, review = signed_twice()
    figure = review.figures.get(slug="coverage", by="district")
    kept = SignedRecord.objects.get(review=review)
    record = json.loads(kept.record)
    said = record["figures"][figure.position]
    ids = [str(pk) for pk in figure.ids or ()]
    salted = {"salt": record["salt"], "figure": figure.position, "list": "ids", "ids": ids}
    assert (said["n"], said["of"], said["ids"]) == ("3", "3", digest_of(salted))
    digests = [one[name] for one in record["figures"] for name in ("ids", "rest") if one[name]]
    assert len(set(digests)) == len(digests), "equal lists cannot be seen to be equal"
    assert digest_of(ids) not in kept.record
    assert record["audit"]["parts"][0]["code"] == audited.district.code
    assert record["audit"]["made_with"]["version"]
    assert json.loads(kept.inside)["blind_spots"] == review.blind_spots
    Review.objects.filter(pk=review.pk).update(signed_by_name="")  # what alone may be erased
    assert found(key) == []
    names = KeptName.objects.filter(review=review, object_type="organisation")
    assert set(names.values_list("name", flat=True)) == {one.name for one in audited.organisations}


def verify(file: bytes, folder: Path, *keys: str) -> str:
    """Run the verifier where it cannot import the project, and return its last line."""
    path = folder / "audit.json"
    path.write_bytes(file)
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path), *keys]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == done.stdout.startswith("VALID"), done.stderr
    return (done.stdout or done.stderr).strip()


@pytest.mark.django_db
def test_anybody_verifies_the_file_without_the_project(key: Path, tmp_path: Path) -> None:
    audited, review = signed_twice()
    add_addendum(actor=audited.actor, review_id=review.pk, text="The lamp “works” 🙂")
    assert sign_statements() == 1
    known = review.signatures.values_list("key_id", flat=True)[0]
    whole = io.BytesIO()
    write_json(review, whole)
    assert verify(whole.getvalue(), tmp_path, known) == "VALID: as it was signed"
    assert verify(whole.getvalue(), tmp_path, "0" * 16) == "NOT VALID: key"

    def changed(change: Any) -> str:
        file = json.loads(whole.getvalue())
        change(file)
        return verify(canonical(file), tmp_path, known)

    name = str(audited.organisations[0].pk)
    assert changed(lambda file: file["names"].pop(name)) == "VALID: as it was signed"  # erased
    assert changed(lambda file: file["names"][name].update(name="X")) == f"NOT VALID: name of {name}"
    assert changed(lambda file: file["record"]["audit"].update(conclusion="All well.")) == "NOT VALID: record"
    assert changed(lambda file: file["counted"][0].update(ids=[])) == "NOT VALID: figure 0"
    assert changed(lambda file: file["signatures"][1]["statement"].update(role="x")) == "NOT VALID: signature"
    assert changed(lambda file: file["signatures"].clear()).endswith(", signatures")
    for other in ({"text": "x"}, {"signed_by": str(review.pk)}, {"record": "0" * 64}, {"format": "x"}):
        said = changed(lambda file, other=other: file["addenda"][0]["statement"].update(other))
        assert "addendum" in said, other
    assert "signature" in changed(lambda file: file["signatures"].append(file["addenda"][0]))
    code = VERIFIER.read_text().split('"""')[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 50


#: What a file can be changed to without touching what is signed: all of these were once called valid.
ALTERED: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "fewer lists": lambda file: file.update(counted=file["counted"][:10]),
    "no lists": lambda file: file.update(counted=[]),
    "lists without rest": lambda file: [one.pop("rest") for one in file["counted"]],
    "no counted": lambda file: file.pop("counted"),
    "the first signature twice": lambda file: file["signatures"].append(file["signatures"][0]),
    "the first addendum twice": lambda file: file["addenda"].append(file["addenda"][0]),
    "a member": lambda file: file.update(approved="Approved by the council"),
    "a member of a list": lambda file: file["counted"][0].update(approved=True),
    "a name of a signer": lambda file: file["signatures"][0].update(signed_by_name="The Mayor"),
    "another key’s ID": lambda file: file["signatures"][0].update(key_id="0" * 16),
    "a name of somebody else": lambda file: file["names"].update({str(uuid4()): {"name": "The Mayor"}}),
    "samples in another order": lambda file: file["record"]["samples"].reverse(),
}
#: Bytes that some readers take for another file.
REWRITTEN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a second record before the first": lambda file: b'{"record":{"audit":"ALL WELL"},' + file[1:],
    "a second conclusion": lambda file: file.replace(
        b'"conclusion":', b'"conclusion":"ALL WELL","conclusion":', 1
    ),
    "spaces": lambda file: json.dumps(json.loads(file)).encode(),
    "a line feed": lambda file: file + b"\n",
}


@pytest.mark.django_db
def test_no_altered_file_is_valid(key: Path, tmp_path: Path) -> None:
    audited, review = signed_twice()
    add_addendum(actor=audited.actor, review_id=review.pk, text="The lamp works.")
    assert sign_statements() == 1
    known, file = review.signatures.values_list("key_id", flat=True)[0], io.BytesIO()
    write_json(review, file)
    for what, alter in ALTERED.items():
        altered = json.loads(file.getvalue())
        alter(altered)
        assert not verify(canonical(altered), tmp_path, known).startswith("VALID"), what
    for what, rewrite in REWRITTEN.items():
        assert "bytes" in verify(rewrite(file.getvalue()), tmp_path, known), what


@pytest.mark.django_db
def test_communities_known_to_live_here_leave_in_no_file_of_an_audit(key: Path) -> None:
    """Nor on paper: they are on the screen, and in the database as they were signed."""
    audited = Audited()
    audited.meet()
    for focus in ("travellers", "roma"):
        expect_community(
            actor=audited.actor, district_id=audited.district.pk, focus=focus, evidence="Kanarienvogel"
        )
    review = audited.finish(audited.freeze())
    assert sign_statements() == 1 and found(key) == []
    assert {one["community"] for one in review.blind_spots if one["is_expected"]} == {"travellers", "roma"}
    page = sure(audited.supervisor).get(f"/reviews/{review.pk}/").text
    assert "Travellers" in page and "Travellers" not in printed(page)
    assert "Conclusion" in printed(page)
    whole = exported(audited, review, format="json").decode()
    paper = " ".join(Tagged(exported(audited, review, format="pdf")).pages)
    assert review.conclusion in paper and review.conclusion in whole
    for text in (whole, paper):
        assert not any(word in text for word in ("blind_spots", "ravellers", "known to live", "Kanarien"))
    kept = SignedRecord.objects.get(review=review)
    assert "travellers" in kept.inside and json.loads(whole)["record"]["inside"] == digest_of(
        json.loads(kept.inside)
    )


@pytest.mark.django_db
def test_the_draw_is_one_for_overlapping_periods_and_nobody_knows_its_seed_until_it_is_signed(
    key: Path, tmp_path: Path
) -> None:
    audited = Audited()
    for number in range(9):
        audited.meet(number)
    first = audited.freeze(samples=4)
    event = Event.objects.get(object_type="review", action=Action.CREATE)
    assert event.purpose == commitment_to(first.seed) and first.seed not in event.purpose
    drawn_first = list(first.samples.order_by("position").values_list("meeting_id", flat=True))
    discard_review(actor=audited.actor, review_id=first.pk)
    audited.meet(0, starts_at=timezone.now() - timedelta(days=30))  # one more moves no other
    shorter = Period(audited.period.since, audited.period.until - timedelta(days=1))
    second = audited.freeze(samples=6, period=shorter)
    drawn_second = list(second.samples.order_by("position").values_list("meeting_id", flat=True))
    assert (second.seed, len(drawn_second)) == (first.seed, 6)
    assert [pk for pk in drawn_second if pk in drawn_first] == drawn_first
    whole = Review(district=audited.district, since=first.since, until=first.until)
    day_before = Review(district=audited.district, since=first.since - timedelta(days=1), until=first.since)
    assert list(Review.objects.drawing_for(whole)) == [first, second]
    assert not Review.objects.drawing_for(day_before)
    audited.finish(second)
    assert sign_statements() == 1 and found(key) == []
    record = json.loads(SignedRecord.objects.get(review=second).record)
    assert record["audit"]["drafts"] == 2
    assert not Review.objects.drawing_for(whole), "whoever read the seed could choose IDs that it draws"
    listed = " ".join(sure(audited.supervisor).get("/reviews/").text.split())
    assert f"discarded by {audited.supervisor.name}, " in listed
    assert sure(audited.supervisor).get(f"/reviews/{first.pk}/").status_code == 404
    assert "discarded by" not in sure(audited.officer).get("/reviews/").text


@pytest.mark.django_db
def test_an_addendum_that_nobody_signed_is_found(key: Path) -> None:
    audited, review = signed_twice()
    add_addendum(actor=audited.actor, review_id=review.pk, text="Added since.")
    assert sign_statements() == 1
    assert found(key) == []
    Addendum.objects.create(review=review, text="Nobody wrote this.", written_by=audited.supervisor)
    assert any("no event has its digest" in text for text in found(key))


@pytest.mark.django_db
def test_names_are_erased_and_the_rest_stays_proven(key: Path) -> None:
    audited = Audited()
    audited.meet()
    gone = audited.organisations[1]
    review = audited.finish(audited.freeze())
    assert sign_statements() == 1
    assert KeptName.objects.filter(review=review, object_id=gone.pk).exists()
    erase_organisations(actor=audited.actor, ids=[gone.pk], purpose="asked for")
    assert forget_erased() > 0
    address, out = audited.supervisor.email, io.StringIO()
    with pytest.raises(CommandError, match="Deactivate"):
        call_command("erase_audit_name", address)
    User.objects.filter(pk=audited.supervisor.pk).update(is_active=False)
    call_command("erase_audit_name", address, stdout=out)
    assert "from 1 signed audits" in out.getvalue()
    event = Event.objects.filter(object_type="review", action=Action.ERASE).get()
    assert (event.object_ids, event.field_names) == ([review.pk], ["names"])
    assert not KeptName.objects.filter(object_id__in=[gone.pk, audited.supervisor.pk]).exists()
    assert forget_erased() == 0
    assert found(key) == []


@pytest.mark.django_db
def test_the_key_signs_only_what_the_activity_log_knows(key: Path, settings: Settings) -> None:
    audited = Audited()
    audited.meet()
    review = audited.finish(audited.freeze())
    event = Event.objects.filter(object_type="review", field_names__contains=["signed_by"]).get()
    one = Signature.objects.get()
    assert event.purpose == f"sha256:{digest_of(json.loads(one.statement))}"
    assert event.allowed and event.object_ids == [review.pk]
    Signature.objects.create(
        review=review, position=2, signed_by=audited.officer, signed_at=one.signed_at, statement="{}"
    )
    settings.AUDIT_SIGNING_KEY_FILE = str(key)
    assert sign_statements() == 1
    assert list(Signature.objects.waiting()) == [Signature.objects.get(position=2)]
    assert any("position 2" in text for text in found(key))


def test_the_command_compares_audits_with_the_sealed_log(committed_db: None, key: Path) -> None:
    signed_twice()
    publish_all()
    seal()
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "2 signed records compared with their digests." in out.getvalue()


def exported(audited: Audited, review: Review, **asked: str) -> bytes:
    client = sure(audited.supervisor)
    assert client.post(f"/reviews/{review.pk}/file/", WHY | asked).status_code == 302
    assert run_next()
    job = Job.objects.latest("created_at")
    assert job.status == "done", (job.error, job.message)
    content: bytes = client.get(f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/").getvalue()
    return content


@pytest.mark.django_db
def test_a_signed_audit_is_taken_out_as_a_file_and_as_a_tagged_pdf(key: Path, tmp_path: Path) -> None:
    audited, review = signed_twice()
    known = review.signatures.values_list("key_id", flat=True)[0]
    file = exported(audited, review, format="json")
    assert verify(file, tmp_path, known) == "VALID: as it was signed"
    event = Event.objects.filter(action=Action.EXPORT, object_type="review").latest("at")
    assert (event.object_ids, event.field_names) == ([review.pk], [])
    paper = exported(audited, review, format="pdf", recipient="City council")
    pages = assert_accessible(paper, title=f"Audit: {review.name}, {review.period}").pages
    assert all("Confidential. For City council. Created by" in page for page in pages)
    words = ("As agreed.", known, "noted", "Organisations called back")
    assert all(word in " ".join(pages) for word in words)
    draft = audited.freeze()
    assert sure(audited.supervisor).get(f"/reviews/{draft.pk}/file/").status_code == 404
    assert sure(audited.officer).get(f"/reviews/{review.pk}/file/").status_code == 403
