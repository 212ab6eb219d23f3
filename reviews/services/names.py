"""Names in audits as they were: kept beside what is signed, and erased without breaking the signature."""

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

#: Parts of an audit and the column of each that names a colleague.
NAMED: Final = {
    "comments": "written_by_id",
    "samples": "marked_by_id",
    "calls": "rung_by_id",
    "actions": "owner_id",
    "checks": "action__owner_id",
}


def keep_organisations(review: Review, ids: Iterable[UUID]) -> None:
    """Names of organisations that were counted or drawn."""
    rows = Organisation.objects.filter(id_in("pk", set(ids)))
    _keep(review, "organisation", dict(rows.values_list("pk", "name")))


def keep_colleagues(review: Review) -> None:
    """Names of all colleagues whom the audit names, but who signs it (`keep_signer`)."""
    ids = {review.started_by_id} | {
        pk for part, name in NAMED.items() for pk in getattr(review, part).values_list(name, flat=True)
    }
    known = User.objects.filter(pk__in={pk for pk in ids if pk})
    _keep(review, "user", dict(known.values_list("pk", "name")))


def keep_signer(review: Review, signer: UUID) -> KeptName:
    """The name of who signs: another one may already be saved with it."""
    _keep(review, "user", dict(User.objects.filter(pk=signer).values_list("pk", "name")))
    return review.kept_names.get(object_id=signer)


def forget_erased() -> int:
    """Erase names of organisations that were erased since. Returns how many names."""
    gone = Change.objects.filter(object_id=OuterRef("object_id"), op=Op.ERASED)
    erased, _by_table = KeptName.objects.filter(Exists(gone), object_type="organisation").delete()
    return erased


@transaction.atomic
def forget_colleague(*, actor: Actor, user_id: UUID) -> int:
    """Erase a colleague's name from signed audits. Returns from how many; the activity log says which."""
    Review.objects.signed().filter(signed_by=user_id).exclude(signed_by_name="").update(signed_by_name="")
    kept = KeptName.objects.filter(object_type="user", object_id=user_id, review__signed_at__isnull=False)
    audits = list(kept.order_by("review").values_list("review", flat=True))
    if audits:
        record(actor, Action.ERASE, "review", audits, field_names=["names"])
        kept.delete()
    return len(audits)


def _keep(review: Review, object_type: str, names: Mapping[UUID, str]) -> None:
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
