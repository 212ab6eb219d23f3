"""A contact as a file for the phone's address book."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.rules import recipient_of
from contacts.models import Contact
from exchange.exports.vcard import MEDIA_TYPE, current_roles, file_name, vcard
from pages.disclosing import disclose
from pages.lookups import get_or_404, readers_only
from pages.reasons import reason_for


@require_safe
def contact_vcard(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    row: Any = get_or_404(Contact.objects.visible_to(request.actor).for_its_page(), pk)
    roles = current_roles(row, request.actor)
    disclose(
        request,
        "contact",
        [row, *(role.organisation_id for role in roles)],
        people=[pk],
        reason=reason_for(request, pk),
        recipient=recipient_of(request.actor.name, "address_book"),
    )
    return HttpResponse(
        vcard(row, roles),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{file_name(row)}"'},
    )
