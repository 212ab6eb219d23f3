"""Call off the waiting erasure and search of a request, and refuse changes once an erasure began."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Act
from accounts.services.acts import withdraw
from audit.models import Action
from audit.services import record
from jobs.models import Job, JobStatus
from privacy.models import DataRequest, Erasure


def call_off(actor: Actor, row: DataRequest) -> None:
    """Call off a search or erasure that waits for a second person or its task. The caller locks the request.

    An erasure that has begun is not called off: see `has_begun`.
    """
    withdraw(Act.SEARCHING, subject=row.pk)
    erasure = Erasure.objects.not_begun().select_for_update(no_key=True).filter(request=row).first()
    if erasure is not None:
        withdraw(Act.ERASING, subject=erasure.pk)
        object_ids = [row.pk, *erasure.contact_ids]
        record(actor, Action.UPDATE, "data_request", object_ids, field_names=["dropped_erasure"])
        erasure.delete()


def has_begun(row: DataRequest) -> bool:
    """Whether the erasure of a request's person has begun."""
    return Erasure.objects.filter(request=row, places__isnull=False).exists()


def stopped_erasure(erasure: Erasure) -> str | None:
    """Return why an erasure stopped before its end; None if it waits, is running or done."""
    if erasure.is_done or erasure.job is None:
        return None
    ended = Job.objects.filter(pk=erasure.job, status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
    return ended.values_list("message", flat=True).first()


def is_fixed(erasure: Erasure | None) -> bool:
    """Whether findings can no longer change, because an erasure uses them and has not stopped."""
    return erasure is not None and (erasure.places is not None or stopped_erasure(erasure) is None)


def refuse_fixed(row: DataRequest) -> None:
    """Raise ValidationError if the findings of a request no longer change."""
    if is_fixed(Erasure.objects.filter(request=row).first()):
        raise ValidationError(_("The data is being erased, so verdicts can no longer change."))
