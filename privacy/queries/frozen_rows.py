"""Rows that a data request freezes: nothing removes or erases them while the person may still need them."""

from typing import Any, Final

from django.apps import apps
from django.db.models import Exists, Func, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast

from privacy.codes import PENDING, Verdict
from privacy.models import DataRequest, Finding, Restriction

_CONTACT: Final = "contacts.Contact"


class _Unnest(Func):
    """The values of an array of IDs, as rows."""

    function = "unnest"
    set_returning = True
    output_field = UUIDField()


def frozen_by_requests(label: str, path: str = "pk") -> Q:
    """Match rows of a table that a request freezes. `path` is the lookup of the row's key.

    A request freezes the contact it names, contacts who may be the person until its search has run, and all
    it found, except what is about someone else, until it is answered or withdrawn and until its restriction
    is lifted. A restricted contact is frozen as well.
    """
    freezing = freezing_requests()
    found = Finding.objects.filter(model=label, request__in=freezing).exclude(verdict=Verdict.SOMEBODY_ELSE)
    frozen = _in(path, found.values(key=Cast("object_id", output_field=_key_of(label))))
    if label == _CONTACT:
        frozen |= _in(path, freezing.filter(contact_id__isnull=False).values("contact_id"))
        frozen |= _in(path, freezing.values(key=_Unnest("frozen_contact_ids")))
        frozen |= _in(path, Restriction.objects.of_contacts().values("contact_id"))
    return frozen


def freezing_requests() -> QuerySet[DataRequest]:
    """Requests that are pending, or whose restriction nobody has lifted."""
    restricting = Restriction.objects.standing().filter(request=OuterRef("pk"))
    return DataRequest.objects.filter(Q(status__in=PENDING) | Exists(restricting))


def _in(path: str, keys: Any) -> Q:
    return Q(**{f"{path}__in": keys})


def _key_of(label: str) -> Any:
    """A field of the type of the table's key."""
    key: Any = apps.get_model(label)._meta.pk
    while key.remote_field:
        key = key.target_field
    return type(key)()
