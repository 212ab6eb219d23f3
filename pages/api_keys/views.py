"""API keys: administrators create, renew and revoke them, and privacy officers confirm them.

A secret is only in the response to the form that created it: not in any message, session or URL.
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.models import Role
from accounts.policies import is_second_person
from api.codes import opens_records
from api.models import ApiKey
from api.models.key import KeyStatus
from api.services.bulk_agreements import agree_to_bulk_reads, can_agree, end_bulk_agreement
from api.services.keys import confirm_key, create_key, revoke_key, rotate_key
from lib.error_texts import texts
from pages.api_keys.forms import BulkAgreementForm, KeyForm, RenewForm, reads_people
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import reauthenticated, require_reauthentication
from pages.lookups import get_or_404, refuse_unless
from pages.once import shown_once


def _keepers_only(request: ActorRequest) -> None:
    """Raise 403 for users other than administrators and privacy officers."""
    refuse_unless(request.actor.is_administrator or request.actor.role == Role.PRIVACY_OFFICER)


reauthenticated_administrators = reauthenticated(lambda actor: actor.is_administrator)


@require_safe
def keys(request: ActorRequest) -> HttpResponse:
    """Pending, active and past keys. Privacy officers see pending and active ones."""
    _keepers_only(request)
    own_keys = list(
        ApiKey.objects.visible_to(request.actor).prefetch_related("districts").order_by("name", "pk")
    )
    now = timezone.now()
    live = [key for key in own_keys if key.status != KeyStatus.REVOKED and key.expires_at > now]
    context = {
        "waiting": [key for key in live if key.status == KeyStatus.WAITING],
        "unconfirmed": [key for key in live if key.is_unconfirmed],
        "active": [key for key in live if key.status == KeyStatus.ACTIVE and not key.is_unconfirmed],
        "past": [key for key in own_keys if key not in live] if request.actor.is_administrator else [],
    }
    return render(request, "pages/api_keys/list.html", context)


@require_safe
def key(request: ActorRequest, pk: UUID) -> HttpResponse:
    row, now = _find(request, pk), timezone.now()
    is_live = row.expires_at > now
    agreement = row.bulk_agreements.in_force(now).select_related("agreed_by").first()
    context = {
        "key": row,
        "is_live": is_live,
        "agreement": agreement,
        "may_agree": is_live and row.status == KeyStatus.ACTIVE and can_agree(request.actor, row),
        "may_end_agreement": agreement is not None and request.actor.role == Role.PRIVACY_OFFICER,
        "reads_people": reads_people(row.scopes),
        "opens_records": opens_records(row.scopes),
        "may_confirm": (row.status == KeyStatus.WAITING or row.is_unconfirmed)
        and is_live
        and request.actor.role == Role.PRIVACY_OFFICER
        and is_second_person(request.actor, row.created_by_id),
        "may_rotate": row.status != KeyStatus.REVOKED and request.actor.is_administrator,
        "ends_soon": is_live and row.ends_soon(now),
        "may_revoke": row.status != KeyStatus.REVOKED,
    }
    return render(request, "pages/api_keys/detail.html", context)


@form_page
@reauthenticated_administrators
def key_new(request: ActorRequest) -> HttpResponse:
    form = KeyForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            new_key, token = create_key(actor=request.actor, **form.cleaned_data)
            page = render(request, "pages/api_keys/token.html", {"key": new_key, "token": str(token)})
            return shown_once(page, reverse("settings_key", args=[new_key.pk]))
    return render(request, "pages/api_keys/new.html", {"form": form}, status=422 if form.is_bound else 200)


@form_page
@reauthenticated_administrators
def key_rotate(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if row.status == KeyStatus.REVOKED:
        messages.error(request, _("This key is revoked."))
        return redirect("settings_key", pk)
    form = RenewForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            rotated, token = rotate_key(actor=request.actor, key_id=pk, days=form.cleaned_data["days"])
            context = {"key": rotated, "token": str(token), "is_second": rotated.status == KeyStatus.ACTIVE}
            page = render(request, "pages/api_keys/token.html", context)
            return shown_once(page, reverse("settings_key", args=[rotated.pk]))
    context = {"key": row, "form": form, "is_live": row.expires_at > timezone.now()}
    return render(request, "pages/api_keys/rotate.html", context, status=422 if form.is_bound else 200)


@form_page
def key_revoke(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if request.method != "POST":
        return render(request, "pages/api_keys/revoke.html", {"key": row})
    revoke_key(actor=request.actor, key_id=pk)
    messages.success(request, _("The key for %(name)s has been revoked.") % {"name": row.name})
    return redirect("settings_keys")


@require_POST
def key_confirm(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _find(request, pk)
    if request.actor.role != Role.PRIVACY_OFFICER:
        raise PermissionDenied
    require_reauthentication(request)
    try:
        confirm_key(actor=request.actor, key_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("The key for %(name)s is now active.") % {"name": row.name})
    return redirect("settings_keys")


@form_page
@reauthenticated(lambda actor: actor.role == Role.PRIVACY_OFFICER)
def key_bulk(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Agree to bulk reads."""
    row = _find(request, pk)
    refuse_unless(can_agree(request.actor, row))
    form = BulkAgreementForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            agree_to_bulk_reads(actor=request.actor, key_id=pk, **form.cleaned_data)
            messages.success(request, _("Bulk reads agreed."))
            return redirect("settings_key", pk)
    context = {"key": row, "form": form}
    return render(request, "pages/api_keys/bulk.html", context, status=422 if form.is_bound else 200)


@require_POST
def key_bulk_end(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    end_bulk_agreement(actor=request.actor, key_id=pk)
    messages.success(request, _("Agreement ended."))
    return redirect("settings_key", pk)


def _find(request: ActorRequest, pk: UUID) -> ApiKey:
    _keepers_only(request)
    return get_or_404(
        ApiKey.objects.visible_to(request.actor).select_related("created_by", "confirmed_by"), pk
    )
