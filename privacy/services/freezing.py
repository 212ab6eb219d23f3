"""Refuse to delete rows that an open data request needs, in every writer (`lib.freezing`)."""

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
    """Allow deletions in this block, to erase a person. The caller has checked other requests."""
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


def other_requests_needing(row: DataRequest) -> list[str]:
    """Return the numbers of other open requests that need data which this erasure removes.

    They name or found one of its contacts, or found the same passage of a text.
    """
    other_requests = DataRequest.objects.pending().exclude(pk=row.pk)
    own_findings = Finding.objects.of_request(row).about_person()
    contacts = {finding.object_id for finding in own_findings.filter(model=_CONTACT)}
    contacts |= {str(row.contact_id)} if row.contact_id else set()
    passages_by_key = {
        (finding.model, finding.object_id, finding.field): finding.passages for finding in own_findings
    }
    other_findings = Finding.objects.filter(request__in=other_requests).exclude(verdict=Verdict.SOMEBODY_ELSE)
    naming_requests = other_requests.filter(
        Q(contact_id__in=contacts) | Q(frozen_contact_ids__overlap=sorted(contacts))
    )
    numbers = set(naming_requests.values_list("number", flat=True))
    for finding in other_findings.filter(
        object_id__in=[key[1] for key in passages_by_key] + [*contacts]
    ).select_related("request"):
        passages = passages_by_key.get((finding.model, finding.object_id, finding.field), [])
        same = any(a < end and start < b for start, end in finding.passages for a, b in passages)
        if same or (finding.model == _CONTACT and finding.object_id in contacts):
            numbers.add(finding.request.number)
    return sorted(numbers)


def _frozen_rows(label: str) -> Any:
    """Return rows that are frozen, or whose deletion would delete a frozen row."""
    model = apps.get_model(label)
    frozen = [frozen_by_requests(label)]
    for child, name in _children(label):
        rows = apps.get_model(child)._base_manager.filter(frozen_by_requests(child))
        frozen.append(Q(pk__in=rows.values(name)))
    if label == _ORGANISATION:
        requests = freezing_requests().filter(organisation_id__isnull=False)
        frozen.append(Q(pk__in=requests.values("organisation_id")))
    return model._base_manager.filter(reduce(or_, frozen))


@cache
def _children(label: str) -> tuple[tuple[str, str], ...]:
    """Return searched tables whose rows are deleted with a table's rows, and the referring field."""
    model = apps.get_model(label)
    searched = inventory.searched_tables()
    relations = [relation for relation in model._meta.related_objects if relation.on_delete is CASCADE]
    references = [(relation.related_model._meta.label, relation.field.name) for relation in relations]
    return tuple(reference for reference in references if reference[0] in searched)


def _numbers(label: str, ids: Collection[Any]) -> list[str]:
    """Return the numbers of open requests that need one of these rows or a row deleted with it."""
    keys = {label: {str(pk) for pk in ids}}
    for child, name in _children(label):
        rows = apps.get_model(child)._base_manager.filter(**{f"{name}__in": ids})
        keys[child] = {str(pk) for pk in rows.values_list("pk", flat=True)}
    requests = freezing_requests()
    names_rows = Q(contact_id__in=ids) | Q(organisation_id__in=ids)
    if label == _CONTACT:
        names_rows |= Q(frozen_contact_ids__overlap=list(ids))
    naming_requests = requests.filter(names_rows)
    numbers = set(naming_requests.values_list("number", flat=True))
    findings = Finding.objects.filter(request__in=requests).exclude(verdict=Verdict.SOMEBODY_ELSE)
    for table, pks in keys.items():
        table_findings = findings.filter(model=table, object_id__in=pks)
        numbers |= set(table_findings.values_list("request__number", flat=True))
    return sorted(numbers)
