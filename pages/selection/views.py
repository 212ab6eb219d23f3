"""Change several rows of a list. Each is changed and recorded individually.

`?row=…` are the selected rows. `?list=…` is the list's query, for the link back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.merging.services import MOST_MERGED
from contacts.models import Organisation
from contacts.policies import can_edit_organisation
from contacts.services.organisations import edit_organisation
from exchange.policies import can_export
from meetings.models import FollowUp
from meetings.policies import can_reassign_follow_up
from meetings.services.follow_ups import edit_follow_up
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import writers_only
from pages.selection.forms import AssignForm, AssignPromisesForm, CadenceForm, VerifyForm
from pages.undo import offer_undo, undo_url, undoer

MOST: Final = 100  # rows per change; with more, the page asks to remove some


@dataclass(frozen=True, slots=True)
class Noun:
    """The rows of a list: who may change one, and the service that does."""

    list_name: str
    object_type: str
    may_edit: Callable[[Actor, Any], bool]
    edit: Callable[..., Any]

    def change(self, actor: Actor, pk: UUID, **values: Any) -> Any:
        return self.edit(actor=actor, **{f"{self.object_type}_id": pk}, **values)


ORGANISATIONS: Final = Noun("organisations", "organisation", can_edit_organisation, edit_organisation)
FOLLOW_UPS: Final = Noun("follow_ups", "follow_up", can_reassign_follow_up, edit_follow_up)


@form_page
def organisations_selected(request: ActorRequest) -> HttpResponse:
    forms: dict[str, Form] = {
        "assign": AssignForm(_data_for(request, "assign"), actor=request.actor),
        "cadence": CadenceForm(_data_for(request, "cadence")),
        "verify": VerifyForm(_data_for(request, "verify")),
    }
    visible = Organisation.objects.visible_to(request.actor).select_related("home_district")
    return _selected(request, ORGANISATIONS, visible, forms.get(request.POST.get("act", "")), forms=forms)


@form_page
def follow_ups_selected(request: ActorRequest) -> HttpResponse:
    form = AssignPromisesForm(posted(request), actor=request.actor)
    visible = FollowUp.objects.visible_to(request.actor).with_homes().select_related("owner")
    visible = visible.prefetch_related("organisation_links__organisation")
    return _selected(request, FOLLOW_UPS, visible, form, form=form)


def _selected(
    request: ActorRequest, noun: Noun, visible: Any, form_sent: Form | None, **shown: Any
) -> HttpResponse:
    """Show the selected rows of `seen`, or change all of them as the form `sent` says."""
    rows = _rows(request, visible)
    back_to = _list(request, noun.list_name)
    if not rows:
        messages.warning(request, _("Nothing selected. Select the rows you want first."))
        return redirect(back_to)
    too_many = len(rows) > MOST
    read_only = [] if too_many else [row for row in rows if not noun.may_edit(request.actor, row)]
    if not too_many and form_sent is not None and form_sent.is_valid():
        with RefusalsIn(form_sent):
            before = _change(request.actor, rows, form_sent.cleaned_data, noun)
            text = ngettext("%(n)s row changed.", "%(n)s rows changed.", len(rows)) % {"n": len(rows)}
            back = undo_url(request, f"{noun.list_name}_selected", rows=before)
            offer_undo(request, text, back, on=noun.list_name)
            return redirect(back_to)
    disclose(request, noun.object_type, rows)
    context = {
        "rows": rows,
        "most": MOST if too_many else None,
        "read_only": read_only,
        "may_merge": not read_only and 2 <= len(rows) <= MOST_MERGED,
        "may_export": can_export(request.actor),
        "ids": ",".join(str(row.pk) for row in rows),
        "back_to": back_to,
        **shown,
    }
    status = 422 if too_many or (form_sent is not None and form_sent.errors) else 200
    return render(request, f"pages/selection/{noun.list_name}.html", context, status=status)


@undoer("organisations_selected")
def _organisations_back(*, actor: Actor, rows: list[dict[str, Any]]) -> None:
    _back(actor, rows, ORGANISATIONS, Organisation)


@undoer("follow_ups_selected")
def _follow_ups_back(*, actor: Actor, rows: list[dict[str, Any]]) -> None:
    _back(actor, rows, FOLLOW_UPS, FollowUp)


@transaction.atomic
def _change(actor: Actor, rows: list[Any], values: Mapping[str, Any], noun: Noun) -> list[dict[str, Any]]:
    """Set the values on all rows or none. Returns the previous values of each row as plain JSON."""
    before = []
    for row in sorted(rows, key=lambda one: one.pk):
        old = {field: getattr(row, row._meta.get_field(field).attname) for field in values}
        done = noun.change(actor, row.pk, version=row.version, **values)
        plain_values = {field: None if value is None else str(value) for field, value in old.items()}
        before.append({"id": str(row.pk), "version": done.version, "values": plain_values})
    return before


@transaction.atomic
def _back(actor: Actor, rows: list[dict[str, Any]], noun: Noun, model: Any) -> None:
    for row in rows:
        values = {}
        for field, value in row["values"].items():
            column = model._meta.get_field(field)
            typed_value = value if value is None else column.to_python(value)
            if column.is_relation and typed_value is not None:
                typed_value = column.related_model.objects.get(pk=value)
            values[field] = typed_value
        noun.change(actor, UUID(row["id"]), version=row["version"], **values)


def _rows(request: ActorRequest, visible: Any) -> list[Any]:
    """The rows named in the URL, in order; empty if none is named. Raises 404 unless all are visible."""
    writers_only(request)
    try:
        ids = list(dict.fromkeys(UUID(text) for text in request.GET.getlist("row")))
    except ValueError as error:
        raise Http404 from error
    rows_by_id = visible.in_bulk(ids)
    if len(rows_by_id) < len(ids):
        raise Http404
    return [rows_by_id[pk] for pk in ids]


def _list(request: ActorRequest, name: str) -> str:
    """The list's URL with its filters, order and page."""
    query = QueryDict(request.GET.get("list", "")).urlencode()
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _data_for(request: ActorRequest, act: str) -> Any:
    return posted(request) if request.POST.get("act") == act else None
