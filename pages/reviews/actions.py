"""The action register: what audits agreed, until it is done or dropped."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from pages.disclosing import disclose
from pages.lists import page_of
from pages.lookups import readers_only
from reviews.queries.parts import registered_actions


@require_safe
def review_register(request: ActorRequest) -> HttpResponse:
    """Agreed actions of all audits that the reader sees: `?status=settled`, otherwise those still open."""
    readers_only(request)
    is_settled = request.GET.get("status") == "settled"
    page = page_of(request, registered_actions(request.actor, is_settled=is_settled), "due_on")
    disclose(
        request,
        "review",
        {row.review_id for row in page.rows},
        district_ids={row.review.district_id for row in page.rows},
        action=Action.LIST,
    )
    context = {"page": page, "is_settled": is_settled, "may_plan": request.actor.is_supervisor}
    return render(request, "pages/reviews/register.html", context)
