"""Webhooks, for administrators: add, monitor and delete. A secret is in one response only."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from api.models import Webhook, WebhookDelivery
from api.services.webhooks import (
    create_webhook,
    delete_webhook,
    disable_webhook,
    enable_webhook,
    replay_delivery,
    rotate_webhook,
)
from lib.error_texts import texts
from pages.api_keys.views import reauthenticated_administrators
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, refuse_unless
from pages.once import shown_once
from pages.webhooks.forms import WebhookForm

DELIVERIES_SHOWN = 50


@require_safe
def webhooks(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    rows = Webhook.objects.visible_to(request.actor).select_related("key").order_by("name", "pk")
    return render(request, "pages/webhooks/list.html", {"rows": list(rows)})


@require_safe
def webhook(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    deliveries = WebhookDelivery.objects.visible_to(request.actor).filter(webhook=row).order_by("-seq")
    context = {"webhook": row, "deliveries": list(deliveries[:DELIVERIES_SHOWN])}
    return render(request, "pages/webhooks/detail.html", context)


@form_page
@reauthenticated_administrators
def webhook_new(request: ActorRequest) -> HttpResponse:
    form = WebhookForm(posted(request), actor=request.actor)
    if form.is_valid():
        with RefusalsIn(form):
            new_webhook, secret = create_webhook(actor=request.actor, **form.values())
            page = render(request, "pages/webhooks/secret.html", {"webhook": new_webhook, "secret": secret})
            return shown_once(page, reverse("settings_webhook", args=[new_webhook.pk]))
    return render(request, "pages/webhooks/new.html", {"form": form}, status=422 if form.is_bound else 200)


@form_page
@reauthenticated_administrators
def webhook_rotate(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if request.method != "POST":
        return render(request, "pages/webhooks/rotate.html", {"webhook": row})
    rotated, secret = rotate_webhook(actor=request.actor, webhook_id=pk)
    context = {"webhook": rotated, "secret": secret, "is_second": True}
    page = render(request, "pages/webhooks/secret.html", context)
    return shown_once(page, reverse("settings_webhook", args=[pk]))


@require_POST
def webhook_switch(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Turn the webhook on or off, as the form states."""
    row = _find(request, pk)
    if request.POST.get("to") == "on":
        enable_webhook(actor=request.actor, webhook_id=pk)
        messages.success(
            request,
            _("%(name)s turned on. Deliveries continue from where they stopped.") % {"name": row.name},
        )
    else:
        disable_webhook(actor=request.actor, webhook_id=pk)
        messages.success(request, _("%(name)s turned off.") % {"name": row.name})
    return redirect("settings_webhook", pk)


@form_page
def webhook_delete(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if request.method != "POST":
        return render(request, "pages/webhooks/delete.html", {"webhook": row})
    delete_webhook(actor=request.actor, webhook_id=pk)
    messages.success(request, _("%(name)s deleted.") % {"name": row.name})
    return redirect("settings_webhooks")


@require_POST
def delivery_replay(request: ActorRequest, pk: UUID) -> HttpResponse:
    _administrators_only(request)
    row = get_or_404(WebhookDelivery.objects.visible_to(request.actor), pk)
    try:
        replay_delivery(actor=request.actor, delivery_id=pk)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        messages.success(request, _("The delivery is being sent again."))
    return redirect("settings_webhook", row.webhook_id)


def _administrators_only(request: ActorRequest) -> None:
    refuse_unless(request.actor.is_administrator)


def _find(request: ActorRequest, pk: UUID) -> Webhook:
    _administrators_only(request)
    return get_or_404(Webhook.objects.visible_to(request.actor).select_related("key"), pk)
