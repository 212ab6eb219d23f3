"""Where I am signed in, and signing out there: one device, or all of them."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.sessions import end_sessions, sessions_of
from audit.models import Action
from audit.services import record


@require_safe
def sessions(request: ActorRequest) -> HttpResponse:
    rows = sessions_of(request.user.pk, here=request.session.session_key)
    return render(request, "pages/settings/sessions.html", {"rows": rows})


@require_POST
def session_end(request: ActorRequest, number: str) -> HttpResponse:
    """`number` stands for a session without being its key."""
    rows = sessions_of(request.user.pk, here=request.session.session_key)
    found = next((row for row in rows if row.number == number and not row.is_here), None)
    if found is None:
        raise Http404
    end_sessions(request.user.pk, only=found.key)
    record(request.actor, Action.SIGN_OUT, "user", [request.user.pk])
    messages.success(request, _("Signed out of that device."))
    return redirect("settings_sessions")


@require_POST
def sessions_end(request: ActorRequest) -> HttpResponse:
    """Everywhere, here too; the trail says it with the sign-out here."""
    end_sessions(request.user.pk, but=request.session.session_key)
    logout(request)
    return redirect("account_login")
