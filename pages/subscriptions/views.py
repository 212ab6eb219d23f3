"""Reports by email: list, add and delete own subscriptions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.reviews.forms import SubscriptionForm
from pages.undo import undo_url, undoer
from reports.indicators.catalogue import title_of
from reviews.models import Subscription
from reviews.policies import can_subscribe
from reviews.services.subscriptions import subscribe, unsubscribe


@require_safe
def subscriptions(request: ActorRequest) -> HttpResponse:
    """All users see their own subscriptions, so that former supervisors can still delete them."""
    rows = (
        Subscription.objects.visible_to(request.actor).select_related("district").order_by("created_at", "pk")
    )
    may = can_subscribe(request.actor)
    listed = [
        {
            "row": row,
            "title": title_of(row.report),
            "stands": may and request.actor.covers(row.district_id),
        }
        for row in rows
    ]
    refuse_unless(may or listed)
    return render(request, "pages/subscriptions/list.html", {"rows": listed, "may": may})


@form_page
def subscription_new(request: ActorRequest) -> HttpResponse:
    """Add a subscription. `?report=coverage&district=N1` preselects."""
    refuse_unless(can_subscribe(request.actor))
    initial = {name: request.GET[name][:40] for name in ("report", "district") if name in request.GET}
    form = SubscriptionForm(posted(request), actor=request.actor, initial=initial)
    if form.is_valid():
        cleaned = form.cleaned_data
        with RefusalsIn(form):
            subscribe(
                actor=request.actor,
                district_id=cleaned["district"].pk,
                rhythm=cleaned["rhythm"],
                report=cleaned["report"],
            )
            messages.success(request, _("Subscribed. We will email you a link, never the figures."))
            return redirect("subscriptions")
    status = 422 if form.is_bound else 200
    return render(request, "pages/subscriptions/new.html", {"form": form}, status=status)


@require_POST
def subscription_end(request: ActorRequest, pk: UUID) -> HttpResponse:
    get_or_404(Subscription.objects.visible_to(request.actor), pk)
    subscription = unsubscribe(actor=request.actor, subscription_id=pk)
    fields = {
        "district_id": str(subscription.district_id),
        "rhythm": subscription.rhythm,
        "report": subscription.report,
    }
    undo = undo_url(request, "subscription_ended", **fields) if can_subscribe(request.actor) else ""
    messages.success(request, _("Unsubscribed."), extra_tags=f"undo:{undo}" if undo else "")
    return redirect("subscriptions" if undo else "settings")


@undoer("subscription_ended")
def undo_end(*, actor: Actor, district_id: str, **fields: Any) -> None:
    subscribe(actor=actor, district_id=UUID(district_id), **fields)
