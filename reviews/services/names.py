"""Names in audits: stored beside the signed record, so that erasing a name keeps the signature valid."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.actors import Actor
from accounts.models import User
from audit.models import Action, Change, Op
from audit.services import record
from contacts.models import Organisation
from lib.id_lists import id_in
from reviews.models import KeptName, Review

#: For each part of an audit, the column with the ID of a colleague.
COLLEAGUE_COLUMNS: Final = {
    "comments": "written_by_id",
    "samples": "marked_by_id",
    "calls": "rung_by_id",
    "actions": "owner_id",
    "checks": "action__owner_id",
}


def keep_organisations(review: Review, ids: Iterable[UUID]) -> None:
    """Store the names of organisations that were counted or sampled, as they are now."""
    organisations = Organisation.objects.filter(id_in("pk", set(ids)))
    _store_names(review, "organisation", dict(organisations.values_list("pk", "name")))


def keep_colleagues(review: Review) -> None:
    """Store the names of all colleagues in the audit, except the signer (`keep_signer`)."""
    ids = {review.started_by_id} | {
        pk
        for part, column in COLLEAGUE_COLUMNS.items()
        for pk in getattr(review, part).values_list(column, flat=True)
    }
    colleagues = User.objects.filter(pk__in={pk for pk in ids if pk})
    _store_names(review, "user", dict(colleagues.values_list("pk", "name")))


def keep_signer(review: Review, signer_id: UUID) -> KeptName:
    """Store the name of the signer and return it. A name that is already stored does not change."""
    _store_names(review, "user", dict(User.objects.filter(pk=signer_id).values_list("pk", "name")))
    return review.kept_names.get(object_id=signer_id)


def forget_erased() -> int:
    """Delete the stored names of organisations that have been erased. Return the number of names."""
    erasures = Change.objects.filter(object_id=OuterRef("object_id"), op=Op.ERASED)
    erased_count, _by_table = KeptName.objects.filter(Exists(erasures), object_type="organisation").delete()
    return erased_count


@transaction.atomic
def forget_colleague(*, actor: Actor, user_id: UUID) -> int:
    """Delete a colleague's name from signed audits, record which audits, and return how many."""
    Review.objects.signed().filter(signed_by=user_id).exclude(signed_by_name="").update(signed_by_name="")
    kept_names = KeptName.objects.filter(
        object_type="user", object_id=user_id, review__signed_at__isnull=False
    )
    audit_ids = list(kept_names.order_by("review").values_list("review", flat=True))
    if audit_ids:
        record(actor, Action.ERASE, "review", audit_ids, field_names=["names"])
        kept_names.delete()
    return len(audit_ids)


def _store_names(review: Review, object_type: str, names: Mapping[UUID, str]) -> None:
    """Store names by object ID. A name that is already stored does not change."""
    KeptName.objects.bulk_create(
        (
            KeptName(
                review=review, object_type=object_type, object_id=pk, name=name, salt=secrets.token_hex(16)
            )
            for pk, name in names.items()
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )
