"""The work of the privacy desk, as numbers for the confirmer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from pages.disclosing import disclose
from pages.lookups import refuse_unless
from privacy.policies import can_oversee_desk
from privacy.queries.desk_overview import overview_of


@require_safe
def desk_work(request: ActorRequest) -> HttpResponse:
    """Data requests by number, date, kind, findings and status, and look-ups by month. No one is named."""
    refuse_unless(can_oversee_desk(request.actor))
    disclose(request, "data_request", (), action=Action.LIST)
    overview = overview_of(request.actor)
    columns = [
        *(_("New requests"), _("Searches for a person"), _("Questions who viewed a person")),
        *(_("Private details shown"), _("Erasures")),
    ]
    months = [
        (month.first, list(zip(columns, month.numbers, strict=True)))
        for month in (overview.months if overview else ())
    ]
    context = {"overview": overview, "columns": columns, "months": months}
    return render(request, "pages/privacy/desk_work.html", context)
