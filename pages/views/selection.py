"""Change several rows of a list. Each is changed and recorded individually.

`?row=…` are the selected rows. `?list=…` is the list's query, for the link back.
"""

from collections.abc import Callable, Mapping
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
from contacts.merging.services import MOST as MOST_MERGED
from contacts.models import Organisation
from contacts.policies import can_edit_organisation
from contacts.services.organisations import edit_organisation
from exchange.policies import can_export
from lib.days import city_today
from meetings.models import FollowUp
from meetings.policies import can_reassign_follow_up
from meetings.services.follow_ups import edit_follow_up
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.forms.selection import AssignForm, AssignPromisesForm, CadenceForm, VerifyForm
from pages.lookups import consult_rows, writers_only
from pages.undo import offer_undo, undo_url, undoer

MOST: Final = 100  # rows per change; with more, the page asks to remove some


@form_page
def organisations_selected(request: ActorRequest) -> HttpResponse:
    rows = _rows(request, Organisation.objects.visible_to(request.actor).select_related("home_district"))
    back_to = _list(request, "organisations")
    if not rows:
        return _none_chosen(request, back_to)
    too_many = len(rows) > MOST
    read_only = [] if too_many else [row for row in rows if not can_edit_organisation(request.actor, row)]
    forms: dict[str, Form] = {
        "assign": AssignForm(_sent(request, "assign"), actor=request.actor),
        "cadence": CadenceForm(_sent(request, "cadence")),
        "verify": VerifyForm(_sent(request, "verify")),
    }
    form = forms.get(request.POST.get("act", ""))
    if not too_many and form is not None and form.is_valid():
        values = form.cleaned_data or {"verified_on": city_today()}
        with RefusalsIn(form):
            before = _change(request.actor, rows, values, edit_organisation, "organisation_id")
            back = undo_url(request, "organisations_selected", rows=before)
            _say(request, len(rows), back, on="organisations")
            return redirect(back_to)
    consult_rows(request, "organisation", rows)
    context = {
        "rows": rows,
        "most": MOST if too_many else None,
        "forms": forms,
        "read_only": read_only,
        "may_merge": not read_only and 2 <= len(rows) <= MOST_MERGED,
        "may_export": can_export(request.actor),
        "ids": ",".join(str(row.pk) for row in rows),
        "back_to": back_to,
    }
    return render(request, "pages/selection/organisations.html", context, status=_status(form, too_many))


@form_page
def follow_ups_selected(request: ActorRequest) -> HttpResponse:
    seen = FollowUp.objects.visible_to(request.actor).with_homes().select_related("owner")
    rows = _rows(request, seen.prefetch_related("organisation_links__organisation"))
    back_to = _list(request, "follow_ups")
    if not rows:
        return _none_chosen(request, back_to)
    too_many = len(rows) > MOST
    read_only = [] if too_many else [row for row in rows if not can_reassign_follow_up(request.actor, row)]
    form = AssignPromisesForm(posted(request), actor=request.actor)
    if not too_many and form.is_valid():
        with RefusalsIn(form):
            before = _change(request.actor, rows, form.cleaned_data, edit_follow_up, "follow_up_id")
            back = undo_url(request, "follow_ups_selected", rows=before)
            _say(request, len(rows), back, on="follow_ups")
            return redirect(back_to)
    consult_rows(request, "follow_up", rows)
    context = {
        "rows": rows,
        "most": MOST if too_many else None,
        "form": form,
        "read_only": read_only,
        "may_export": can_export(request.actor),
        "ids": ",".join(str(row.pk) for row in rows),
        "back_to": back_to,
    }
    return render(request, "pages/selection/follow_ups.html", context, status=_status(form, too_many))


@undoer("organisations_selected")
def _organisations_back(*, actor: Actor, rows: list[dict[str, Any]]) -> None:
    _back(actor, rows, edit_organisation, "organisation_id")


@undoer("follow_ups_selected")
def _follow_ups_back(*, actor: Actor, rows: list[dict[str, Any]]) -> None:
    _back(actor, rows, edit_follow_up, "follow_up_id")


Service = Callable[..., Any]


@transaction.atomic
def _change(
    actor: Actor, rows: list[Any], values: Mapping[str, Any], edit: Service, name: str
) -> list[dict[str, Any]]:
    """Set the values on all rows or none. Returns the previous values of each row as plain JSON."""
    before = []
    for row in sorted(rows, key=lambda one: one.pk):
        old = {field: getattr(row, row._meta.get_field(field).attname) for field in values}
        done = edit(actor=actor, version=row.version, **{name: row.pk}, **values)
        plain = {field: None if value is None else str(value) for field, value in old.items()}
        before.append({"id": str(row.pk), "version": done.version, "values": plain})
    return before


@transaction.atomic
def _back(actor: Actor, rows: list[dict[str, Any]], edit: Service, name: str) -> None:
    model: Any = Organisation if name == "organisation_id" else FollowUp
    for row in rows:
        values = {}
        for field, value in row["values"].items():
            column = model._meta.get_field(field)
            found = value if value is None else column.to_python(value)
            if column.is_relation and found is not None:
                found = column.related_model.objects.get(pk=value)
            values[field] = found
        edit(actor=actor, version=row["version"], **{name: UUID(row["id"])}, **values)


def _rows(request: ActorRequest, seen: Any) -> list[Any]:
    """The rows named in the URL, in order; empty if none is named. Raises 404 unless all are visible."""
    writers_only(request)
    try:
        ids = list(dict.fromkeys(UUID(text) for text in request.GET.getlist("row")))
    except ValueError as error:
        raise Http404 from error
    found = seen.in_bulk(ids)
    if len(found) < len(ids):
        raise Http404
    return [found[pk] for pk in ids]


def _list(request: ActorRequest, name: str) -> str:
    """The list's URL with its filters, order and page."""
    query = QueryDict(request.GET.get("list", "")).urlencode()
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _none_chosen(request: ActorRequest, back_to: str) -> HttpResponse:
    messages.warning(request, _("Nothing selected. Select the rows you want first."))
    return redirect(back_to)


def _sent(request: ActorRequest, act: str) -> Any:
    return posted(request) if request.POST.get("act") == act else None


def _say(request: ActorRequest, n: int, back: str, *, on: str) -> None:
    text = ngettext("%(n)s row changed.", "%(n)s rows changed.", n) % {"n": n}
    offer_undo(request, text, back, on=on)


def _status(form: Form | None, too_many: bool) -> int:
    return 422 if too_many or (form is not None and form.errors) else 200
