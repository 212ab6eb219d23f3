"""The night phone and private address of an organisation: replaced unseen, shown once for a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from contacts.models import Organisation
from contacts.services.private_channels import (
    reveal_organisation_private_channel,
    set_organisation_private_channel,
)
from lib.conflicts import StaleVersion
from lib.told import texts
from pages.conflicts import typed_again
from pages.form_pages import form_page, posted
from pages.forms.base import add_service_errors
from pages.forms.organisations import OrganisationPrivateForm
from pages.lookups import get_or_404, readers_only, record_view
from pages.views.organisations import districts_of, find_editable, show_organisation


@form_page
def organisation_private(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Set or remove the night phone and private address. The page does not show stored values."""
    row = find_editable(request, pk)
    form = OrganisationPrivateForm(posted(request), initial={"version": row.version})
    record_view(request, "organisation", [row.pk], district_ids=districts_of(row))
    status = 200
    if form.is_valid():
        try:
            set_organisation_private_channel(
                actor=request.actor, organisation_id=pk, version=form.cleaned_data["version"], **form.values()
            )
        except StaleVersion as stale:
            form, status = OrganisationPrivateForm(typed_again(form, stale)), 409
            add_service_errors(form, stale)
        except ValidationError as error:
            add_service_errors(form, error)
        else:
            messages.success(request, _("Private details saved."))
            return redirect("organisation", pk)
    if status == 200 and form.is_bound:
        status = 422
    context = {"organisation": row, "form": form}
    return render(request, "pages/organisations/private.html", context, status=status)


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
