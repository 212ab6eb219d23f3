"""Move a follow-up to another day or hand it on to a colleague, from the row that shows it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import User
from disclosure.services.disclosing import district_ids_of
from lib.conflicts import StaleVersion
from meetings.models.follow_up import PENDING
from meetings.policies import can_edit_follow_up, can_reassign_follow_up
from meetings.services.follow_up_series import edit_one_of_follow_up_series
from meetings.services.follow_ups import edit_follow_up
from meetings.services.series import ONE
from pages.disclosing import disclose
from pages.follow_ups.forms import HandOnForm
from pages.follow_ups.views import page_of_button, writable_follow_up
from pages.form_pages import form_page, save_or_show_conflict
from pages.forms.days import AHEAD, day_of
from pages.lookups import ids_on, refuse_unless
from pages.templatetags.ui import day
from pages.undo import say_with_undo, undo_url, undoer


@require_POST
def follow_up_move(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Move to `to`: tomorrow, in a week, or a date, for undoing it in a form that logs a meeting."""
    row = writable_follow_up(request, pk, can_edit_follow_up)
    version, to = _version_and_day(request)
    before = row.due_on
    try:
        if row.status not in PENDING:
            raise StaleVersion(row.version)
        moved = edit_one_of_follow_up_series(
            actor=request.actor, follow_up_id=pk, scope=ONE, version=version, due_on=to
        )
    except (StaleVersion, ValidationError):
        if request.htmx:  # type: ignore[attr-defined]  # django-htmx
            return HttpResponse(status=409)
        messages.error(request, _("This follow-up was changed in the meantime, so it was not moved."))
        return redirect(page_of_button(request, pk))
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx
        is_undone = request.POST.get("to") not in AHEAD
        disclose(request, "follow_up", [pk], district_ids=district_ids_of([row]))
        context = {"follow_up": moved, "moved_from": None if is_undone else before}
        return render(request, "pages/log/later.html", context)
    say_with_undo(
        request,
        _("Moved to %(day)s: %(title)s") % {"day": day(moved.due_on), "title": moved.title},
        "follow_up_moved",
        follow_up_id=str(pk),
        version=moved.version,
        due_on=before.isoformat(),
    )
    return redirect(page_of_button(request, pk))


@form_page
def follow_up_later(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Other days, and colleagues to hand the follow-up on to. A row fetches this and shows it in place."""
    row = writable_follow_up(request, pk, can_edit_follow_up)
    may_hand_on = can_reassign_follow_up(request.actor, row)
    refuse_unless(may_hand_on or request.method != "POST")
    options: dict[str, Any] = {"actor": request.actor, "follow_up": row}
    form = HandOnForm(request.POST or None, initial={"version": row.version}, **options)
    attempt = save_or_show_conflict(
        form,
        lambda: edit_follow_up(
            actor=request.actor,
            follow_up_id=pk,
            version=form.cleaned_data["version"],
            owner=form.cleaned_data["owner"],
        ),
        current=lambda: {"owner": row.owner_id},
        again=lambda data: HandOnForm(data, **options),
    )
    if attempt.saved:
        _say_handed_on(request, row, attempt.saved.owner, attempt.saved.version, is_near=form.is_near)
        return redirect(page_of_button(request, pk))
    disclose(request, "follow_up", ids_on([row]), district_ids=district_ids_of([row]))
    context = attempt.context | {"follow_up": row, "may_hand_on": may_hand_on}
    return render(request, "pages/follow_ups/later.html", context, status=attempt.status)


def _say_handed_on(request: ActorRequest, row: Any, owner: User, version: int, *, is_near: bool) -> None:
    """Warn if the colleague works in none of the home districts of its organisations."""
    texts = {"name": owner.name, "title": row.title}
    undo = undo_url(
        request, "follow_up_handed_on", follow_up_id=str(row.pk), version=version, owner=str(row.owner_id)
    )
    if is_near:
        text, say = _("Assigned to %(name)s: %(title)s"), messages.success
    else:
        text = _(
            "Assigned to %(name)s: %(title)s. %(name)s works in another district and may not see who it was "
            "promised to."
        )
        say = messages.warning
    say(request, text % texts, extra_tags=f"undo:{undo}")


@undoer("follow_up_moved")
def _move_back(*, actor: Actor, follow_up_id: str, version: int, due_on: str) -> None:
    edit_one_of_follow_up_series(
        actor=actor,
        follow_up_id=UUID(follow_up_id),
        scope=ONE,
        version=version,
        due_on=date.fromisoformat(due_on),
    )


@undoer("follow_up_handed_on")
def _hand_back(*, actor: Actor, follow_up_id: str, version: int, owner: str) -> None:
    before = User.objects.get(pk=owner)
    edit_follow_up(
        actor=actor, follow_up_id=UUID(follow_up_id), version=version, owner=before, may_have_left=True
    )


def _version_and_day(request: ActorRequest) -> tuple[int, date]:
    """The version and day that a button sends. Raises 404 for anything else."""
    to = request.POST.get("to", "")
    try:
        version = int(request.POST.get("version", "")[:9])
        return version, day_of(to, None) or date.fromisoformat(to)
    except ValueError as error:
        raise Http404 from error
