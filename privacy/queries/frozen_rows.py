"""Rows that a data request freezes, so that nothing deletes them while the request needs them."""

from typing import Any, Final

from django.apps import apps
from django.db.models import Exists, Func, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast

from privacy.codes import PENDING, Verdict
from privacy.models import DataRequest, Finding, Restriction

_CONTACT: Final = "contacts.Contact"


class _Unnest(Func):
    """SQL function that returns the IDs of an array as rows."""

    function = "unnest"
    set_returning = True
    output_field = UUIDField()


def frozen_by_requests(label: str, path: str = "pk") -> Q:
    """Match rows of a table that a request freezes. `path` is the lookup of the row's key.

    A request freezes its contact and its findings, except those about someone else. Until its search has run,
    it freezes all contacts who may be the person. This ends when the request is answered or withdrawn and its
    restriction is lifted. A restricted contact is frozen as well.
    """
    freezing = freezing_requests()
    findings = Finding.objects.filter(model=label, request__in=freezing).exclude(
        verdict=Verdict.SOMEBODY_ELSE
    )
    frozen = _in(path, findings.values(key=Cast("object_id", output_field=_key_of(label))))
    if label == _CONTACT:
        frozen |= _in(path, freezing.filter(contact_id__isnull=False).values("contact_id"))
        frozen |= _in(path, freezing.values(key=_Unnest("frozen_contact_ids")))
        frozen |= _in(path, Restriction.objects.of_contacts().values("contact_id"))
    return frozen


def freezing_requests() -> QuerySet[DataRequest]:
    """Return requests that are pending, or have a restriction that was not lifted."""
    restricting = Restriction.objects.standing().filter(request=OuterRef("pk"))
    return DataRequest.objects.filter(Q(status__in=PENDING) | Exists(restricting))


def _in(path: str, keys: Any) -> Q:
    return Q(**{f"{path}__in": keys})


def _key_of(label: str) -> Any:
    """Return a field of the type of the table's key."""
    key: Any = apps.get_model(label)._meta.pk
    while key.remote_field:
        key = key.target_field
    return type(key)()
