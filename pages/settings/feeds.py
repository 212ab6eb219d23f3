"""The user's calendar subscription: create and end."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from api.services.feeds import create_feed, feed_of, has_calendar, revoke_feed
from pages.form_pages import form_page
from pages.identity import require_reauthentication
from pages.lookups import refuse_unless
from pages.once import shown_once


@form_page
def calendar_feed(request: ActorRequest) -> HttpResponse:
    """Create a subscription, which outlasts the session. Only this response contains its address."""
    refuse_unless(has_calendar(request.actor))
    address = ""
    if request.method == "POST":
        require_reauthentication(request)
        chosen = {name: name in request.POST for name in ("with_subjects", "with_follow_ups")}
        token = create_feed(actor=request.actor, **chosen)
        address = settings.SITE_URL + reverse("meetings-feed", args=[token])
    context = {"feed": feed_of(request.actor), "address": address}
    page = render(request, "pages/settings/feed.html", context)
    return shown_once(page, reverse("settings_calendar")) if address else page


@require_POST
def calendar_feed_end(request: ActorRequest) -> HttpResponse:
    revoke_feed(actor=request.actor)
    messages.success(request, _("Subscription stopped. The old address no longer works."))
    return redirect("settings_calendar")
