"""Verification of signed audits: their rows, their records, and who signed them.

The chain: a sealed event has the digest of a statement, the statement that of the record, and the record
every column of the audit's rows or its digest. Whoever changes one byte of it is found here by its name.
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
from reviews.queries.records import DIGEST, digest_of_name, inside_of, message_of, plain, record_of, said_of
from reviews.rules import SEED_IN_CLEAR, commitment_to, drawn

FIRST: Final = 1
# What a statement says of the row that it is in, by column.
_BOTH: Final = {"id": "pk", "audit": "review_id"}
SIGNED: Final = _BOTH | {"position": "position", "signed_by": "signed_by_id", "signed_at": "signed_at"}
ADDED: Final = _BOTH | {"text": "text", "signed_by": "written_by_id", "signed_at": "written_at"}
MATCHED: Final = ("district_id", "_by_id", "owner_id")  # columns
Keys = Mapping[str, bytes] | None


def verify_reviews(report: Report, public_keys: Keys, using: str) -> None:
    """Compare every signed audit with its record and its events. Adds to the report."""
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
            report.findings.append(_of(review, text))
    for record in SignedRecord.objects.using(using).exclude(review__in=Review.objects.using(using).signed()):
        report.findings.append(
            Finding(f"audit {record.pk}: it is gone or no longer signed, but its record is not")
        )
    for event in _events(using).saying(DIGEST):
        signatures = Signature.objects.using(using).filter(review__in=event.object_ids)
        addenda = Addendum.objects.using(using).filter(review__in=event.object_ids)
        said = [said_of(one.statement) for one in (*signatures, *addenda)]
        if not event.purpose.endswith(tuple(said)):
            names = ", ".join(event.field_names)
            report.findings.append(
                Finding(f"audit {event.object_ids[0]}: {names} of {event.at:%Y-%m-%d} differs")
            )


def _of(review: Review, text: str) -> Finding:
    return Finding(f"audit {review.pk}: {text}")


def _events(using: str | None) -> Any:
    return Event.objects.using(using).filter(object_type="review").select_related("reason")


def _check(review: Review, kept: SignedRecord, public_keys: Keys, report: Report) -> Iterator[str]:
    signatures = list(review.signatures.order_by("position"))
    events = _events(review._state.db).filter(object_ids__contains=[review.pk]).saying(DIGEST)
    purposes = [event.purpose for event in events]
    addenda = list(review.addenda.order_by("written_at", "pk"))
    statements: list[Signature | Addendum] = [*signatures, *addenda]
    for one in statements:
        yield from _check_statement(review, one, public_keys, purposes, report)
    stated = [_read(one.statement) for one in statements]
    signed = {said.get("record") for said in stated}
    names: dict[str, set[Any]] = {}
    for said in stated:
        names.setdefault(str(said.get("signed_by")), set()).add(said.get("name"))
    if signed != {_sha256(kept.record)}:
        yield "reviews_signedrecord.record is not what was signed"
    else:
        record = _read(kept.record)
        yield from _compare(review, record, kept.inside, names, is_from_archive=not purposes)
    yield from _check_names(review, names)


def _compare(
    review: Review,
    record: dict[str, Any],
    inside: str,
    names: dict[str, set[Any]],
    *,
    is_from_archive: bool,
) -> Iterator[str]:
    """Compare the rows with a record that is as it was signed, and add the digests of its names.

    An archive finds districts and colleagues of the new system by code and email, so their IDs may differ.
    """
    parts = [(record, record_of(review, str(record.get("inside")), str(record.get("salt"))))]
    if _sha256(inside) == record.get("inside"):
        parts.append((_read(inside), inside_of(review, _read(inside)["salt"])))
    elif inside or not is_from_archive:  # an archive leaves it out
        yield "reviews_signedrecord.inside is not what was signed"
    for object_id, digest in record.get("names", {}).items():
        names.setdefault(object_id, set()).add(digest)
    for signed, now in parts:
        for path in _differences(signed | {"names": {}}, now | {"names": {}}, ""):
            if not (is_from_archive and path.endswith(MATCHED)):
                yield f"{path} is not what was signed"
    yield from _check_draw(review, is_from_archive=is_from_archive)


def _check_draw(review: Review, *, is_from_archive: bool) -> Iterator[str]:
    """Repeat the draw from the seed, to which the event that created the audit must commit."""
    if not review.seed:
        return  # of a draft from before draws had a seed
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
    review: Review, one: Signature | Addendum, public_keys: Keys, purposes: list[str], report: Report
) -> Iterator[str]:
    where, said = _where(one), _read(one.statement)
    for name, column in (SIGNED if isinstance(one, Signature) else ADDED).items():
        if said.get(name) != plain(getattr(one, column)) and (purposes or name != "signed_by"):
            yield f"{where} {column} differs from its statement"
    if isinstance(one, Signature) and one.position == FIRST:
        for name, value in {"signed_by": review.signed_by_id, "signed_at": review.signed_at}.items():
            if said.get(name) != plain(value) and (purposes or name != "signed_by"):
                yield f"reviews_review {name} differs from the statement"
    is_proven = yield from _check_key(one, where, public_keys, report)
    if any(purpose.endswith(said_of(one.statement)) for purpose in purposes):
        return
    if is_proven and public_keys is not None and not purposes:
        report.notices.append(_of(review, f"{where} was signed in another system"))
    else:
        yield f"{where} statement: no event has its digest"


def _where(one: Signature | Addendum) -> str:
    if isinstance(one, Signature):
        return f"reviews_signature (position {one.position})"
    return f"reviews_addendum {one.pk}"


def _check_key(
    one: Signature | Addendum, where: str, public_keys: Keys, report: Report
) -> Generator[str, None, bool]:
    """Yield problems, and return whether the key's signature is right."""
    if not one.signature:
        report.notices.append(Finding(f"audit {one.review_id}: {where} waits for the key"))
        return False
    report.keys.add(one.key_id)
    own, signature = _bytes(one.public_key), _bytes(one.signature)
    if key_id(own) != one.key_id:
        yield f"{where} key_id and public_key do not belong together"
    keys = {one.key_id: own} if public_keys is None else public_keys
    if not is_signed(keys, one.key_id, message_of(one), signature):
        yield f"{where} signature is not that of a known key under its statement"
        return False
    return True


def _check_names(review: Review, signed: Mapping[str, set[Any]]) -> Iterator[str]:
    """Names may be gone (erased), but none may be another."""
    signer = None
    for kept in review.kept_names.order_by("pk").iterator():
        if digest_of_name(kept) not in signed.get(str(kept.object_id), ()):
            yield f"reviews_keptname: the name of {kept.object_type} {kept.object_id} is not what was signed"
        if kept.object_id == review.signed_by_id:
            signer = kept.name
    if review.signed_by_name not in ("", signer):
        yield "reviews_review signed_by_name is not what was signed"


def _differences(signed: Any, now: Any, path: str) -> Iterator[str]:
    """Name each value that differs: `figures 3 n`."""
    if isinstance(signed, dict) and isinstance(now, dict):
        for name in sorted({*signed, *now}):
            yield from _differences(signed.get(name), now.get(name), f"{path} {name}".strip())
    elif isinstance(signed, list) and isinstance(now, list) and len(signed) == len(now):
        for number, (one, other) in enumerate(zip(signed, now, strict=True)):
            yield from _differences(one, other, f"{path} {number}")
    elif signed != now:
        yield path


def _read(text: str) -> dict[str, Any]:
    """A JSON object, or an empty one: what cannot be read has other digests anyway."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
