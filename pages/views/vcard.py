"""A contact as a file for the phone's address book."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.rules import recipient_of
from contacts.models import Contact
from exchange.exports.vcard import MEDIA_TYPE, current_roles, file_name, vcard
from pages.lookups import get_or_404, readers_only, record_view
from pages.reading_limit import count_shown
from pages.reasons import ask_reason, reason_for


@require_safe
def contact_vcard(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    row: Any = get_or_404(Contact.objects.visible_to(request.actor).for_its_page(), pk)
    why = reason_for(request, pk)
    if why is None:
        return ask_reason(request, pk)
    count_shown(request, [row.pk], is_outside=bool(why))
    roles = current_roles(row, request.actor)
    record_view(
        request,
        "contact",
        [row.pk, *(role.organisation_id for role in roles)],
        district_ids={row.home_district_id},
        purpose=why,
        recipient=recipient_of(request.actor.name, "address_book"),
    )
    return HttpResponse(
        vcard(row, roles),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{file_name(row)}"'},
    )
