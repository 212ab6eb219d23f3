"""Registers that are read from their address again and again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from exchange.imports.watching import (
    dismiss_version,
    read_now,
    stop_watching,
    take_over,
    watch_register,
)
from exchange.models import ImportDraft, WatchedRegister
from exchange.policies import can_import
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.imports.forms import WatchForm
from pages.lookups import get_or_404, refuse_unless


@form_page
def import_watch(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The address from which the register of an import is read."""
    refuse_unless(can_import(request.actor, "organisations"))
    draft = get_or_404(ImportDraft.objects.visible_to(request.actor), pk)
    mine = WatchedRegister.objects.visible_to(request.actor)
    watched = mine.filter(what=draft.what, source=draft.source).first()
    form = WatchForm(
        posted(request), initial={"url": watched.url, "every_days": watched.every_days} if watched else None
    )
    if form.is_valid():
        with RefusalsIn(form):
            row = watch_register(actor=request.actor, draft_id=pk, **form.cleaned_data)
            text = _("Address saved. “%(source)s” is read from it at once, and then as often as you chose.")
            messages.success(request, text % {"source": row.source})
            return redirect("imports")
    context = {"form": form, "draft": draft}
    return render(request, "pages/imports/watch.html", context, status=422 if form.errors else 200)


@require_POST
def read(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    read_now(actor=request.actor, watched_id=pk)
    messages.success(request, _("We will read the address within a minute."))
    return redirect("imports")


@require_POST
def take(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Read a colleague's register as one's own."""
    refuse_unless(can_import(request.actor, "organisations"))
    try:
        row = take_over(actor=request.actor, watched_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("imports")
    except WatchedRegister.DoesNotExist:
        raise Http404 from None
    text = _("You now read “%(source)s”. The last version is checked within a minute.")
    messages.success(request, text % {"source": row.source})
    return redirect("imports")


@require_POST
def dismiss(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    row = dismiss_version(actor=request.actor, watched_id=pk)
    text = _("Version dismissed. The next version of “%(source)s” is announced again.")
    messages.success(request, text % {"source": row.source})
    return redirect("imports")


@require_POST
def stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    row = stop_watching(actor=request.actor, watched_id=pk)
    text = _("“%(source)s” is no longer read from its address. Earlier imports stay.")
    messages.success(request, text % {"source": row.source})
    return redirect("imports")


def _find(request: ActorRequest, pk: UUID) -> WatchedRegister:
    refuse_unless(can_import(request.actor, "organisations"))
    return get_or_404(WatchedRegister.objects.visible_to(request.actor), pk)
