"""The night phone and private address of an organisation: replaced unseen, shown once for a reason."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from contacts.models import Organisation
from contacts.services.private_channels import (
    reveal_organisation_private_channel,
    set_organisation_private_channel,
)
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page
from pages.lookups import get_or_404, readers_only
from pages.organisations.forms import OrganisationPrivateForm
from pages.organisations.views import districts_of, find_editable, show_organisation
from pages.private_details import replace_private_details


@form_page
def organisation_private(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Set or remove the night phone and private address. The page does not show stored values."""
    row = find_editable(request, pk)
    disclose(request, "organisation", [row.pk], district_ids=districts_of(row))
    return replace_private_details(
        request,
        row,
        OrganisationPrivateForm,
        partial(set_organisation_private_channel, actor=request.actor, organisation_id=pk),
        back=reverse("organisation", args=[pk]),
        heading=_("Night phone and private address"),
        note=_(
            "Hidden until someone gives a reason, and never in exports or the API. "
            "What you enter replaces any existing details. Leave both empty to delete them."
        ),
    )


@require_POST
def organisation_reveal(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the night phone and private address once, for a recorded reason."""
    readers_only(request)
    row: Any = get_or_404(Organisation.objects.visible_to(request.actor).for_its_page(), pk)
    if not row.has_private_channel:
        messages.warning(request, _("There are no private contact details."))
        return redirect("organisation", pk)
    reason = request.POST.get("other", "").strip() or request.POST.get("reason", "")
    try:
        channel = reveal_organisation_private_channel(actor=request.actor, organisation_id=pk, reason=reason)
    except ValidationError as error:
        return show_organisation(request, row, reason=reason, mistakes=texts(error))
    return show_organisation(request, row, revealed=channel)
