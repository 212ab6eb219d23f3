"""Verification of signed audits: rows, records and signatures.

A sealed event has the digest of a statement. The statement has the digest of the record. The record has every
column of the audit's rows, or its digest. So a change of one byte is found, and named.
"""

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

from audit.models import Action as AuditAction
from audit.models import Event
from audit.services.verifying import Finding, Report
from audit.signing import is_signed, key_id
from reviews.models import Addendum, Review, Signature, SignedRecord
from reviews.queries.records import (
    DIGEST,
    canonical_value,
    digest_of_name,
    inside_of,
    message_of,
    purpose_of,
    record_of,
)
from reviews.rules import SEED_IN_CLEAR, commitment_to, drawn

FIRST: Final = 1
# Columns of a row by their name in its statement.
_BOTH: Final = {"id": "pk", "audit": "review_id"}
SIGNED: Final = _BOTH | {"position": "position", "signed_by": "signed_by_id", "signed_at": "signed_at"}
ADDED: Final = _BOTH | {"text": "text", "signed_by": "written_by_id", "signed_at": "written_at"}
MATCHED: Final = ("district_id", "_by_id", "owner_id")  # columns
Keys = Mapping[str, bytes] | None


def verify_reviews(report: Report, public_keys: Keys, using: str) -> None:
    """Compare every signed audit with its record and events, and add findings to the report."""
    recorded = SignedRecord.objects.using(using).values("review")
    signed = Review.objects.using(using).signed().exclude(pk__in=recorded)
    stated = Signature.objects.using(using).exclude(review__in=recorded)
    without = {*signed.values_list("pk", flat=True), *stated.values_list("review_id", flat=True)}
    report.findings += [Finding(f"audit {pk}: reviews_signedrecord is gone") for pk in sorted(without)]
    for review in Review.objects.using(using).signed().order_by("pk"):
        record = SignedRecord.objects.using(using).filter(review=review).first()
        if record is None:
            continue
        report.records += 1
        for text in _check(review, record, public_keys, report):
            report.findings.append(_finding(review, text))
    for record in SignedRecord.objects.using(using).exclude(review__in=Review.objects.using(using).signed()):
        report.findings.append(
            Finding(f"audit {record.pk}: it is gone or no longer signed, but its record is not")
        )
    for event in _events(using).saying(DIGEST):
        signatures = Signature.objects.using(using).filter(review__in=event.object_ids)
        addenda = Addendum.objects.using(using).filter(review__in=event.object_ids)
        purposes = [purpose_of(statement.statement) for statement in (*signatures, *addenda)]
        if not event.purpose.endswith(tuple(purposes)):
            names = ", ".join(event.field_names)
            report.findings.append(
                Finding(f"audit {event.object_ids[0]}: {names} of {event.at:%Y-%m-%d} differs")
            )


def _finding(review: Review, text: str) -> Finding:
    return Finding(f"audit {review.pk}: {text}")


def _events(using: str | None) -> Any:
    return Event.objects.using(using).filter(object_type="review").select_related("reason")


def _check(review: Review, signed_record: SignedRecord, public_keys: Keys, report: Report) -> Iterator[str]:
    signatures = list(review.signatures.order_by("position"))
    events = _events(review._state.db).filter(object_ids__contains=[review.pk]).saying(DIGEST)
    purposes = [event.purpose for event in events]
    addenda = list(review.addenda.order_by("written_at", "pk"))
    statements: list[Signature | Addendum] = [*signatures, *addenda]
    for statement in statements:
        yield from _check_statement(review, statement, public_keys, purposes, report)
    contents = [_read(statement.statement) for statement in statements]
    signed = {content.get("record") for content in contents}
    names: dict[str, set[Any]] = {}
    for content in contents:
        names.setdefault(str(content.get("signed_by")), set()).add(content.get("name"))
    if signed != {_sha256(signed_record.record)}:
        yield "reviews_signedrecord.record is not what was signed"
    else:
        record = _read(signed_record.record)
        yield from _compare(review, record, signed_record.inside, names, is_from_archive=not purposes)
    yield from _check_names(review, names)


def _compare(
    review: Review,
    record: dict[str, Any],
    inside: str,
    names: dict[str, set[Any]],
    *,
    is_from_archive: bool,
) -> Iterator[str]:
    """Compare the rows with an intact record, and add the digests of its names to `names`.

    After a restore from an archive, IDs of districts and colleagues may differ.
    """
    parts = [(record, record_of(review, str(record.get("inside")), str(record.get("salt"))))]
    if _sha256(inside) == record.get("inside"):
        parts.append((_read(inside), inside_of(review, _read(inside)["salt"])))
    elif inside or not is_from_archive:  # an archive leaves it out
        yield "reviews_signedrecord.inside is not what was signed"
    for object_id, digest in record.get("names", {}).items():
        names.setdefault(object_id, set()).add(digest)
    for signed, current in parts:
        for path in _differences(signed | {"names": {}}, current | {"names": {}}, ""):
            if not (is_from_archive and path.endswith(MATCHED)):
                yield f"{path} is not what was signed"
    yield from _check_draw(review, is_from_archive=is_from_archive)


def _check_draw(review: Review, *, is_from_archive: bool) -> Iterator[str]:
    """Repeat the draw from the seed. The event that created the audit must commit to the seed."""
    if not review.seed:
        return  # older drafts have no seed
    created = _events(review._state.db).filter(object_ids__contains=[review.pk], action=AuditAction.CREATE)
    purposes = {commitment_to(review.seed), f"{SEED_IN_CLEAR}{review.seed}"}
    if not (is_from_archive or any(event.purpose in purposes for event in created)):
        yield "reviews_review seed: no event has it"
    for part, column, candidates in (
        ("samples", "meeting_id", review.candidate_meetings),
        ("calls", "organisation_id", review.candidate_organisations),
    ):
        ids = list(getattr(review, part).order_by("position").values_list(column, flat=True))
        if ids != drawn(review.seed, candidates, len(ids)):
            yield f"{part} are not what the seed draws"


def _check_statement(
    review: Review, statement: Signature | Addendum, public_keys: Keys, purposes: list[str], report: Report
) -> Iterator[str]:
    location, content = _table_and_row(statement), _read(statement.statement)
    for name, column in (SIGNED if isinstance(statement, Signature) else ADDED).items():
        if content.get(name) != canonical_value(getattr(statement, column)) and (
            purposes or name != "signed_by"
        ):
            yield f"{location} {column} differs from its statement"
    if isinstance(statement, Signature) and statement.position == FIRST:
        for name, value in {"signed_by": review.signed_by_id, "signed_at": review.signed_at}.items():
            if content.get(name) != canonical_value(value) and (purposes or name != "signed_by"):
                yield f"reviews_review {name} differs from the statement"
    is_proven = yield from _check_key(statement, location, public_keys, report)
    if any(purpose.endswith(purpose_of(statement.statement)) for purpose in purposes):
        return
    if is_proven and public_keys is not None and not purposes:
        report.notices.append(_finding(review, f"{location} was signed in another system"))
    else:
        yield f"{location} statement: no event has its digest"


def _table_and_row(statement: Signature | Addendum) -> str:
    if isinstance(statement, Signature):
        return f"reviews_signature (position {statement.position})"
    return f"reviews_addendum {statement.pk}"


def _check_key(
    statement: Signature | Addendum, location: str, public_keys: Keys, report: Report
) -> Generator[str, None, bool]:
    """Yield problems, and return whether the signature is valid."""
    if not statement.signature:
        report.notices.append(Finding(f"audit {statement.review_id}: {location} waits for the key"))
        return False
    report.keys.add(statement.key_id)
    own_key, signature = _bytes(statement.public_key), _bytes(statement.signature)
    if key_id(own_key) != statement.key_id:
        yield f"{location} key_id and public_key do not belong together"
    keys = {statement.key_id: own_key} if public_keys is None else public_keys
    if not is_signed(keys, statement.key_id, message_of(statement), signature):
        yield f"{location} signature is not that of a known key under its statement"
        return False
    return True


def _check_names(review: Review, signed: Mapping[str, set[Any]]) -> Iterator[str]:
    """Yield names that differ from the signed ones. A missing name was erased."""
    signer = None
    for kept_name in review.kept_names.order_by("pk").iterator():
        if digest_of_name(kept_name) not in signed.get(str(kept_name.object_id), ()):
            owner = f"{kept_name.object_type} {kept_name.object_id}"
            yield f"reviews_keptname: the name of {owner} is not what was signed"
        if kept_name.object_id == review.signed_by_id:
            signer = kept_name.name
    if review.signed_by_name not in ("", signer):
        yield "reviews_review signed_by_name is not what was signed"


def _differences(signed: Any, current: Any, path: str) -> Iterator[str]:
    """Yield the path of each value that differs: `figures 3 n`."""
    if isinstance(signed, dict) and isinstance(current, dict):
        for name in sorted({*signed, *current}):
            yield from _differences(signed.get(name), current.get(name), f"{path} {name}".strip())
    elif isinstance(signed, list) and isinstance(current, list) and len(signed) == len(current):
        for number, (signed_item, current_item) in enumerate(zip(signed, current, strict=True)):
            yield from _differences(signed_item, current_item, f"{path} {number}")
    elif signed != current:
        yield path


def _read(text: str) -> dict[str, Any]:
    """Return a JSON object; an empty one if the text is no JSON object, since its digest differs anyway."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
