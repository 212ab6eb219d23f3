"""Reject deletions of rows that an open data request needs. `lib.freezing` calls this for every writer."""

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
    """Allow deletions in this block, to erase a person.

    The caller has checked that no other request needs the data (`other_requests_needing`).
    """
    token = _THAWED.set(True)
    try:
        yield
    finally:
        _THAWED.reset(token)


@opened(Opened.WRITER)
def refuse_frozen(actor: Actor, label: str, ids: Collection[Any]) -> None:
    """Raise Frozen if a data request needs one of these rows, or a row that would be deleted with it.

    The message contains the numbers of requests only if the actor can handle requests.
    """
    if _THAWED.get() or not _frozen_rows(label).filter(pk__in=ids).exists():
        return
    if not can_handle_requests(actor):
        raise Frozen(
            _("A privacy request is open, so this record cannot be deleted or merged. Ask a privacy officer.")
        )
    numbers = ", ".join(_request_numbers(label, ids))
    text = _("This record is restricted, or needed for data requests: %(numbers)s. Finish those first.")
    raise Frozen(text % {"numbers": numbers or "–"})


def other_requests_needing(erasure: DataRequest) -> list[str]:
    """Return the numbers of other open requests that need data which `erasure` removes.

    A request needs it if it names one of the erasure's contacts, if its search found one of them, or if its
    search found an overlapping passage of the same text.
    """
    other_requests = DataRequest.objects.pending().exclude(pk=erasure.pk)
    own_findings = Finding.objects.of_request(erasure).about_person()
    contacts = {finding.object_id for finding in own_findings.filter(model=_CONTACT)}
    contacts |= {str(erasure.contact_id)} if erasure.contact_id else set()
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
        overlaps = any(
            own_start < end and start < own_end
            for start, end in finding.passages
            for own_start, own_end in passages
        )
        if overlaps or (finding.model == _CONTACT and finding.object_id in contacts):
            numbers.add(finding.request.number)
    return sorted(numbers)


def _frozen_rows(label: str) -> Any:
    """Return the rows of a table that are frozen, or whose deletion would delete a frozen row."""
    model = apps.get_model(label)
    conditions = [frozen_by_requests(label)]
    for child, field_name in _cascading_references(label):
        rows = apps.get_model(child)._base_manager.filter(frozen_by_requests(child))
        conditions.append(Q(pk__in=rows.values(field_name)))
    if label == _ORGANISATION:
        requests = freezing_requests().filter(organisation_id__isnull=False)
        conditions.append(Q(pk__in=requests.values("organisation_id")))
    return model._base_manager.filter(reduce(or_, conditions))


@cache
def _cascading_references(label: str) -> tuple[tuple[str, str], ...]:
    """Return (table, field) of the foreign keys to a table that delete the referring row with its row.

    Only tables that data requests search are returned.
    """
    model = apps.get_model(label)
    searched_labels = inventory.searched_tables()
    relations = [relation for relation in model._meta.related_objects if relation.on_delete is CASCADE]
    references = [(relation.related_model._meta.label, relation.field.name) for relation in relations]
    return tuple(reference for reference in references if reference[0] in searched_labels)


def _request_numbers(label: str, ids: Collection[Any]) -> list[str]:
    """Return the numbers of open requests that need one of these rows or a row deleted with it."""
    ids_by_label = {label: {str(pk) for pk in ids}}
    for child, field_name in _cascading_references(label):
        rows = apps.get_model(child)._base_manager.filter(**{f"{field_name}__in": ids})
        ids_by_label[child] = {str(pk) for pk in rows.values_list("pk", flat=True)}
    requests = freezing_requests()
    names_rows = Q(contact_id__in=ids) | Q(organisation_id__in=ids)
    if label == _CONTACT:
        names_rows |= Q(frozen_contact_ids__overlap=list(ids))
    naming_requests = requests.filter(names_rows)
    numbers = set(naming_requests.values_list("number", flat=True))
    findings = Finding.objects.filter(request__in=requests).exclude(verdict=Verdict.SOMEBODY_ELSE)
    for table, row_ids in ids_by_label.items():
        table_findings = findings.filter(model=table, object_id__in=row_ids)
        numbers |= set(table_findings.values_list("request__number", flat=True))
    return sorted(numbers)
