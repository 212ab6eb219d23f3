"""Record that a user kept words despite a hint: with the reason, but without the words."""

from collections.abc import Iterable
from uuid import UUID

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.services import record
from pages.forms.hints import HintedForm


def record_kept(
    request: ActorRequest,
    object_type: str,
    pk: UUID,
    forms: Iterable[HintedForm],
    *,
    district_ids: Iterable[UUID] = (),
) -> None:
    """Record the fields and the reason in the transaction that saves the row.

    They are sampled at /privacy/kept/.
    """
    hinted_forms = [form for form in forms if form.kept]
    names = sorted({name for form in hinted_forms for name in form.kept})
    if hinted_forms:
        record(
            request.actor,
            Action.KEEP,
            object_type,
            [pk],
            field_names=names,
            purpose=hinted_forms[0].keep_reason,
            district_ids=district_ids,
        )
