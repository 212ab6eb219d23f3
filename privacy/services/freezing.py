"""Deleting what an open data request found: refused at every writer, by `lib.freezing`."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from operator import or_
from typing import Any, Final

from django.apps import apps
from django.db.models import CASCADE, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from lib.freezing import Frozen
from lib.row_context import Opened, opened
from privacy import inventory
from privacy.codes import Verdict
from privacy.models import DataRequest, Finding
from privacy.policies import can_handle_requests
from privacy.queries.frozen_rows import freezing_requests, frozen_by_requests

_ORGANISATION: Final = "contacts.Organisation"
_CONTACT: Final = "contacts.Contact"
_THAWED: ContextVar[bool] = ContextVar("thawed", default=False)


@contextmanager
def thawed() -> Iterator[None]:
    """Let the desk erase the person of a request. The caller has checked other requests."""
    token = _THAWED.set(True)
    try:
        yield
    finally:
        _THAWED.reset(token)


@opened(Opened.WRITER)
def refuse_frozen(actor: Actor, label: str, ids: Collection[Any]) -> None:
    """Raise Frozen if a data request needs one of these rows or what is deleted with it.

    The message names the request only to those who can read it.
    """
    if _THAWED.get() or not _frozen_rows(label).filter(pk__in=ids).exists():
        return
    if not can_handle_requests(actor):
        raise Frozen(
            _("A privacy request is open, so this record cannot be deleted or merged. Ask a privacy officer.")
        )
    numbers = ", ".join(_numbers(label, ids))
    text = _("This record is restricted, or needed for data requests: %(numbers)s. Finish those first.")
    raise Frozen(text % {"numbers": numbers or "–"})


def others_with(row: DataRequest) -> list[str]:
    """Return the numbers of other open requests that need what erasing the person of this one removes.

    They found one of its contacts, or the same passage of a text.
    """
    others = DataRequest.objects.pending().exclude(pk=row.pk)
    theirs = Finding.objects.of(row).theirs()
    contacts = {one.object_id for one in theirs.filter(model=_CONTACT)}
    contacts |= {str(row.contact_id)} if row.contact_id else set()
    mine = {(one.model, one.object_id, one.field): one.passages for one in theirs}
    found = Finding.objects.filter(request__in=others).exclude(verdict=Verdict.SOMEBODY_ELSE)
    named = others.filter(Q(contact_id__in=contacts) | Q(frozen_contact_ids__overlap=sorted(contacts)))
    numbers = set(named.values_list("number", flat=True))
    for one in found.filter(object_id__in=[key[1] for key in mine] + [*contacts]).select_related("request"):
        passages = mine.get((one.model, one.object_id, one.field), [])
        same = any(a < end and start < b for start, end in one.passages for a, b in passages)
        if same or (one.model == _CONTACT and one.object_id in contacts):
            numbers.add(one.request.number)
    return sorted(numbers)


def _frozen_rows(label: str) -> Any:
    """Rows of a table that are frozen, or with which a frozen row would be deleted."""
    model = apps.get_model(label)
    frozen = [frozen_by_requests(label)]
    for child, name in _children(label):
        rows = apps.get_model(child)._base_manager.filter(frozen_by_requests(child))
        frozen.append(Q(pk__in=rows.values(name)))
    if label == _ORGANISATION:
        wanted = freezing_requests().filter(organisation_id__isnull=False)
        frozen.append(Q(pk__in=wanted.values("organisation_id")))
    return model._base_manager.filter(reduce(or_, frozen))


@cache
def _children(label: str) -> tuple[tuple[str, str], ...]:
    """Searched tables whose rows are deleted with those of a table, and the field that refers to it."""
    model = apps.get_model(label)
    searched = inventory.searched_tables()
    relations = [one for one in model._meta.related_objects if one.on_delete is CASCADE]
    found = [(one.related_model._meta.label, one.field.name) for one in relations]
    return tuple(one for one in found if one[0] in searched)


def _numbers(label: str, ids: Collection[Any]) -> list[str]:
    """Numbers of the open requests that need one of these rows or what is deleted with it."""
    keys = {label: {str(pk) for pk in ids}}
    for child, name in _children(label):
        rows = apps.get_model(child)._base_manager.filter(**{f"{name}__in": ids})
        keys[child] = {str(pk) for pk in rows.values_list("pk", flat=True)}
    asked = freezing_requests()
    named = Q(contact_id__in=ids) | Q(organisation_id__in=ids)
    if label == _CONTACT:
        named |= Q(frozen_contact_ids__overlap=list(ids))
    needed = asked.filter(named)
    numbers = set(needed.values_list("number", flat=True))
    found = Finding.objects.filter(request__in=asked).exclude(verdict=Verdict.SOMEBODY_ELSE)
    for table, pks in keys.items():
        here = found.filter(model=table, object_id__in=pks)
        numbers |= set(here.values_list("request__number", flat=True))
    return sorted(numbers)
