"""The user's sessions, and signing out on one device or everywhere."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.services.sessions import end_sessions, sessions_of
from api.services.feeds import revoke_feed
from audit.models import Action
from audit.services import record


@require_safe
def sessions(request: ActorRequest) -> HttpResponse:
    rows = sessions_of(request.user.pk, current_key=request.session.session_key)
    return render(request, "pages/settings/sessions.html", {"rows": rows})


@require_POST
def session_end(request: ActorRequest, number: str) -> HttpResponse:
    """End a session. `number` identifies the session without revealing its key."""
    rows = sessions_of(request.user.pk, current_key=request.session.session_key)
    session_row = next((row for row in rows if row.number == number and not row.is_here), None)
    if session_row is None:
        raise Http404
    end_sessions(request.user.pk, only_row=session_row.key)
    record(request.actor, Action.SIGN_OUT, "user", [request.user.pk])
    messages.success(request, _("Signed out of that device."))
    return redirect("settings_sessions")


@require_POST
def sessions_end(request: ActorRequest) -> HttpResponse:
    """End all sessions, including this one, and the calendar subscription.

    The activity log has one event of the sessions: the sign-out here.
    """
    revoke_feed(actor=request.actor)
    end_sessions(request.user.pk, except_key=request.session.session_key)
    logout(request)
    return redirect("account_login")
