"""“Waiting for you”: requests for access to records that need a second person (design: trust)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from accounts.models import AccountRequest, User
from accounts.policies import can_confirm, can_confirm_requests
from accounts.services.requests import confirm_request, refuse_request
from exchange.archive.release import archives_to_release, can_release, release_archive
from incidents.models import ExclusionRequest, Protocol
from incidents.policies import can_approve_protocol, can_decide_exclusion
from lib.conflicts import StaleVersion
from pages.identity import require_reauthentication
from pages.lookups import get_or_404, refuse_unless


def _confirmers_only(request: ActorRequest) -> None:
    refuse_unless(can_confirm_requests(request.actor))


@require_safe
def waiting(request: ActorRequest) -> HttpResponse:
    """Requests by administrators, including those that the user can see but not decide."""
    _confirmers_only(request)
    seen = AccountRequest.objects.visible_to(request.actor).select_related("user", "asked_by")
    found = seen.prefetch_related("districts", "user__districts").in_order()
    rows = [(row, can_confirm(request.actor, row)) for row in found]
    archives = [(row, can_release(request.actor, row)) for row in archives_to_release(request.actor)]
    names = dict(
        User.objects.filter(pk__in=[row.started_by for row, _may in archives]).values_list("pk", "name")
    )
    shown = [(row, names.get(row.started_by, ""), may) for row, may in archives]
    drafts = Protocol.objects.waiting_for(request.actor).select_related("district", "author")
    protocols = [row for row in drafts if can_approve_protocol(request.actor, row)]
    exclusions = [
        (row, can_decide_exclusion(request.actor, row))
        for row in ExclusionRequest.objects.visible_to(request.actor)
        .select_related("user", "district", "asked_by")
        .in_order()
    ]
    context = {"rows": rows, "archives": shown, "protocols": protocols, "exclusions": exclusions}
    return render(request, "pages/settings/waiting.html", context)


@require_POST
def waiting_decide(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide on a request. `decision` is confirm or refuse, `version` the account version that was shown."""
    _confirmers_only(request)
    get_or_404(AccountRequest.objects.visible_to(request.actor), pk)
    require_reauthentication(request)
    shown = request.POST.get("version", "")
    decision = request.POST.get("decision", "")
    try:
        version = int(shown) if shown.isdecimal() and len(shown) < 9 else 0  # no account has version 0
        decide = {"confirm": confirm_request, "refuse": refuse_request}[decision]
        decided = decide(actor=request.actor, request_id=pk, version=version)
    except KeyError:
        messages.error(request, _("Choose to confirm or reject."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (AccountRequest.DoesNotExist, StaleVersion):
        messages.error(request, _("This account has changed. Check it again."))
    else:
        now = {"name": decided.user.name, "what": decided.get_kind_display()}
        text = (
            _("Confirmed for %(name)s: %(what)s.")
            if decided.is_confirmed
            else _("Rejected for %(name)s: %(what)s.")
        )
        messages.success(request, text % now)
    return redirect("waiting")


@require_POST
def archive_release(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Allow the person who made the archive to download it."""
    _confirmers_only(request)
    get_or_404(archives_to_release(request.actor), pk)
    require_reauthentication(request)
    job = release_archive(actor=request.actor, job_id=pk)
    messages.success(request, _("Released: %(title)s.") % {"title": job.parameters["title"]})
    return redirect("waiting")
