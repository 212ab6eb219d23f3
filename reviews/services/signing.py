"""Sign audits and addenda: write the record and the statements, and add signatures with the key."""

import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services.acts import refuse_same_device
from audit.models import Action, Event
from audit.signing import NoKey, key_id, read_private_key
from districts.models import District
from lib.canonical import digest_of
from lib.cleaning import assign
from lib.conflicts import check_version
from lib.waking import wake_on_commit
from reviews.models import Addendum, Review, Signature, SignedRecord
from reviews.policies import can_countersign, can_write_review
from reviews.queries.parts import still_open
from reviews.queries.records import (
    as_text,
    inside_of,
    message_of,
    purpose_of,
    record_of,
    statement_of,
    statement_of_addendum,
)
from reviews.services.names import keep_colleagues, keep_signer
from reviews.services.reviews import locked_review, record_update

SIGN: Final = "reviews.sign_statements"
FIRST, SECOND = 1, 2

log = structlog.get_logger(__name__)


@transaction.atomic
def sign_review(*, actor: Actor, review_id: UUID, version: int | None = None, reason: str = "") -> Review:
    """Sign an audit, which then never changes.

    `reason` explains why the audit supersedes the signed one of the same district and period. Raises as
    `locked_review`, StaleVersion, and ValidationError if a sample, call or earlier action is still open, or
    if the reason is missing.
    """
    review = locked_review(actor, review_id)
    check_version(review.version, version)
    if missing := list(still_open(review)):
        raise ValidationError([ValidationError(text, code="open") for text in missing])
    _supersede(review, reason.strip())
    review.signed_by_id, review.signed_at = actor.id, timezone.now()
    review.signed_by_name = actor.name
    review.drafts = Review.objects.same_draw(review).count()
    review.version += 1
    review.updated_at = review.signed_at
    keep_colleagues(review)
    inside = inside_of(review, secrets.token_hex(16))
    record = as_text(record_of(review, digest_of(inside), secrets.token_hex(16)))
    review.save()
    SignedRecord.objects.create(review=review, record=record, inside=as_text(inside))
    _sign(actor, review, FIRST, record, ["signed_by", "signed_at"])
    return review


@transaction.atomic
def countersign_review(*, actor: Actor, review_id: UUID) -> Signature:
    """Sign as the second person.

    Raises DoesNotExist if the actor does not see the audit, PermissionDenied as `can_countersign`, and
    ValidationError if the audit is not signed or already has this signature.
    """
    review = Review.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).get(pk=review_id)
    if not can_countersign(actor, review):
        raise PermissionDenied
    refuse_same_device(actor, review.signed_by_id)
    signed = SignedRecord.objects.filter(review=review).first()
    if signed is None:
        raise ValidationError(_("Only a signed audit can have a second signature."), code="not_signed")
    if review.signed_by_id == actor.id:
        raise ValidationError(_("A second signature must come from another person."), code="same")
    if review.signatures.filter(position=SECOND).exists():
        raise ValidationError(_("This audit already has a second signature."), code="signed")
    return _sign(actor, review, SECOND, signed.record, ["second_signature"])


@transaction.atomic
def add_addendum(*, actor: Actor, review_id: UUID, text: str) -> Addendum:
    """Correct or complete a signed audit. Raises DoesNotExist, PermissionDenied, ValidationError."""
    review = Review.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).get(pk=review_id)
    if not can_write_review(actor, review):
        raise PermissionDenied
    if not review.is_signed:
        raise ValidationError(_("This audit is not signed yet. Edit it instead."), code="not_signed")
    addendum = Addendum(review=review, written_by_id=actor.id)
    assign(addendum, {"text": text})
    addendum.full_clean(exclude=["review", "written_by"])
    signed_record = SignedRecord.objects.filter(review=review).first()
    if signed_record and actor.id:
        name = keep_signer(review, actor.id)
        addendum.statement = as_text(statement_of_addendum(addendum, signed_record.record, name))
        wake_on_commit(SIGN)
    addendum.save(force_insert=True)
    record_update(actor, review, ["addenda"], purpose=purpose_of(addendum.statement))
    return addendum


def sign_statements() -> int:
    """Sign recorded statements with the key, and return how many. Raises NoKey."""
    models: tuple[type[Signature] | type[Addendum], ...] = (Signature, Addendum)
    waiting = [(model, pk) for model in models for pk in model.objects.waiting().values_list("pk", flat=True)]
    if not waiting:
        return 0
    if not settings.AUDIT_SIGNING_KEY_FILE:
        raise NoKey("AUDIT_SIGNING_KEY_FILE names no file")
    key = read_private_key(Path(settings.AUDIT_SIGNING_KEY_FILE))
    public_key = key.public_key().public_bytes_raw()
    signed = 0
    for model, pk in waiting:
        with transaction.atomic():
            statement = model.objects.waiting().select_for_update(skip_locked=True).filter(pk=pk).first()
            if statement is None:
                continue
            if not is_recorded(statement):
                log.error("statement_without_event", review=str(statement.review_id), statement=str(pk))
                continue
            statement.key_id, statement.public_key = key_id(public_key), public_key.hex()
            statement.signature = key.sign(message_of(statement)).hex()
            statement.save(update_fields=["key_id", "public_key", "signature"])
            signed += 1
    return signed


def is_recorded(statement: Signature | Addendum) -> bool:
    """Whether an event has the digest of this statement."""
    events = Event.objects.filter(object_type="review", object_ids__contains=[statement.review_id])
    return events.filter(action=Action.UPDATE).saying(purpose_of(statement.statement), "endswith").exists()


def _supersede(review: Review, reason: str) -> None:
    """Set the signed audit that this audit replaces. The lock of the district serialises signings."""
    District.objects.select_for_update(no_key=True).get(pk=review.district_id)
    standing = Review.objects.standing_beside(review).first()
    if standing is None:
        return
    review.supersedes, review.superseding_reason = standing, reason
    if not reason:
        raise ValidationError(
            {"reason": _("Enter why this audit replaces the one already signed for this period.")},
            code="required",
        )
    review.clean_fields([field.name for field in Review._meta.fields if field.name != "superseding_reason"])


def _sign(actor: Actor, review: Review, position: int, record: str, names: list[str]) -> Signature:
    if actor.id is None:
        raise PermissionDenied
    signature = Signature(review=review, position=position, signed_by_id=actor.id)
    signature.signed_at = review.signed_at if position == FIRST and review.signed_at else timezone.now()
    content = statement_of(signature, record, keep_signer(review, actor.id), actor.role)
    signature.statement = as_text(content)
    signature.save(force_insert=True)
    record_update(actor, review, names, purpose=purpose_of(signature.statement))
    wake_on_commit(SIGN)
    return signature
