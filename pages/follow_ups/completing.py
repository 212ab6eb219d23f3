"""Mark a follow-up as done, from its row or its page, report back, and reopen it."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from disclosure.services.disclosing import district_ids_of
from meetings.codes import FollowUpStatus
from meetings.models import FollowUp
from meetings.policies import can_complete_follow_up, can_edit_follow_up
from meetings.services.follow_ups import (
    complete_follow_up,
    edit_follow_up,
    record_report_back,
    reopen_follow_up,
)
from pages.disclosing import disclose
from pages.follow_ups.forms import DoneForm
from pages.follow_ups.views import follow_up_url, page_of_button, writable_follow_up
from pages.form_pages import form_page, save_or_show_conflict
from pages.hints import record_kept
from pages.lookups import ids_on
from pages.undo import undo_url, undoer

NOT_YET: Final = "not_yet"


@form_page
def follow_up_done(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Complete a follow-up. A row's box sends only the version; the page has the other fields."""
    row = writable_follow_up(request, pk, can_complete_follow_up)
    organisations = [link.organisation for link in _reportable_links(request, row)]
    stored = {"version": row.version, "result": row.result}
    form = DoneForm(request.POST or None, initial=stored, organisations=organisations)

    @transaction.atomic
    def save() -> FollowUp:
        done = complete_follow_up(
            actor=request.actor,
            follow_up_id=pk,
            version=form.cleaned_data["version"],
            result=form.cleaned_data["result"] if "result" in request.POST else None,
            reported_to=form.told_ids,
        )
        record_kept(request, "follow_up", pk, [form], district_ids=district_ids_of([row]))
        return done

    attempt = save_or_show_conflict(
        form,
        save,
        current=lambda: {"result": row.result},
        again=lambda data: DoneForm(data, organisations=organisations),
    )
    if _is_of_row(request):
        row = writable_follow_up(request, pk, can_complete_follow_up)
        # Also done if it was ticked a second time.
        return _ticked_row(request, row) if row.status == FollowUpStatus.DONE else _open_page(request, pk)
    if attempt.saved:
        _say_done(request, row, attempt.saved.version, form.told_ids)
        return redirect(page_of_button(request, pk))
    disclose(request, "follow_up", ids_on([row]), district_ids=district_ids_of([row]))
    context = attempt.context | {"follow_up": row}
    return render(request, "pages/follow_ups/done.html", context, status=attempt.status)


@require_POST
def follow_up_told(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Mark all visible organisations, or only `organisation`, as reported back to.

    The answer `not_yet` marks none of them. It closes the question, in a row or in a message.
    """
    row = writable_follow_up(request, pk, can_edit_follow_up)
    if _is_of_row(request) and row.status != FollowUpStatus.DONE:
        return _open_page(request, pk)  # opened again in another tab
    if request.POST.get("answer") == NOT_YET:
        if _is_of_row(request):
            return _ticked_row(request, row, has_answer=True)
        text, undo = _("Not reported back yet: %(title)s"), _undo_of_tick(request, row, row.version)
        messages.success(request, text % {"title": row.title}, extra_tags=f"undo:{undo}")
        return redirect(page_of_button(request, pk))
    untold = [link for link in row.seen_links if not link.reported_back_on]
    organisation_id = request.POST.get("organisation")
    reported_back = [
        link.organisation_id for link in untold if organisation_id in (None, str(link.organisation_id))
    ]
    changed = record_report_back(actor=request.actor, follow_up_id=pk, organisation_ids=reported_back)
    if _is_of_row(request):
        row = writable_follow_up(request, pk, can_edit_follow_up)
        return _ticked_row(request, row, reported_back=reported_back, has_answer=True)
    undo = undo_url(
        request,
        "follow_up_told",
        follow_up_id=str(pk),
        version=changed.version,
        untold=[str(organisation_pk) for organisation_pk in reported_back],
    )
    text = _("Reported back: %(title)s") % {"title": row.title}
    tell = f" entry:{reverse('public_entry_new')}?follow_up={pk}" if row.status == FollowUpStatus.DONE else ""
    messages.success(request, text, extra_tags=f"undo:{undo}{tell}")
    return redirect(page_of_button(request, pk))


@require_POST
def follow_up_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    writable_follow_up(request, pk, can_complete_follow_up)
    reopen_follow_up(actor=request.actor, follow_up_id=pk)
    messages.success(request, _("Follow-up reopened."))
    return redirect(follow_up_url(pk))


# --- Answers --------------------------------------------------------------------------------------


def _is_of_row(request: ActorRequest) -> bool:
    """Whether htmx sends the form of a row, and puts the answer in the row's place."""
    return request.method == "POST" and bool(request.htmx)  # type: ignore[attr-defined]  # django-htmx


def _open_page(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Open the page of a follow-up that has changed since its row was shown."""
    messages.warning(request, _("This follow-up was changed in the meantime. Check it before you continue."))
    response = HttpResponse()
    response.headers["HX-Redirect"] = follow_up_url(pk)
    return response


def _ticked_row(
    request: ActorRequest, row: Any, *, reported_back: Iterable[UUID] = (), has_answer: bool = False
) -> HttpResponse:
    """The row of a follow-up that is done: whether it was reported back, and Undo, which opens it again."""
    disclose(request, "follow_up", ids_on([row]), district_ids=district_ids_of([row]))
    links = _reportable_links(request, row)
    is_told = bool(links) and not _untold(links)
    context = {
        "follow_up": row,
        "undo": _undo_of_tick(request, row, row.version, reported_back),
        "is_told": is_told,
        "asks": bool(links) and not is_told and not has_answer,
    }
    return render(request, "pages/follow_ups/ticked.html", context)


def _say_done(request: ActorRequest, row: Any, version: int, reported_back: list[UUID]) -> None:
    """Say what the ticked row says, for a page that is loaded again."""
    undo = _undo_of_tick(request, row, version, reported_back)
    asks = any(link.organisation_id not in reported_back for link in _untold(_reportable_links(request, row)))
    tell = f" told:{reverse('follow_up_told', args=[row.pk])}" if asks else ""
    messages.success(request, _("Done: %(title)s") % {"title": row.title}, extra_tags=f"undo:{undo}{tell}")


def _reportable_links(request: ActorRequest, row: Any) -> list[Any]:
    """The organisations that the actor sees and can report back to.

    Owners from other districts can complete a follow-up, but not report back.
    """
    return row.seen_links if can_edit_follow_up(request.actor, row) else []


def _untold(links: Iterable[Any]) -> list[Any]:
    return [link for link in links if not link.reported_back_on]


# --- Undo -----------------------------------------------------------------------------------------


def _undo_of_tick(request: ActorRequest, row: Any, version: int, reported_back: Iterable[UUID] = ()) -> str:
    return undo_url(
        request,
        "follow_up_closed",
        follow_up_id=str(row.pk),
        version=version,
        untold=[str(organisation_pk) for organisation_pk in reported_back],
    )


@undoer("follow_up_closed")
def _reopen(*, actor: Actor, follow_up_id: str, version: int, untold: Iterable[str] = ()) -> None:
    reopen_follow_up(
        actor=actor,
        follow_up_id=UUID(follow_up_id),
        version=version,
        not_reported_to=[UUID(organisation_pk) for organisation_pk in untold],
    )


@undoer("follow_up_told")
def _untell(*, actor: Actor, follow_up_id: str, version: int, untold: Iterable[str]) -> None:
    edit_follow_up(
        actor=actor,
        follow_up_id=UUID(follow_up_id),
        version=version,
        not_reported_to=[UUID(organisation_pk) for organisation_pk in untold],
    )
