"""The calendar: an agenda on a phone, a month at a desk."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from lib.days import city_today
from meetings.queries.calendar import month_named, month_of
from pages.disclosing import disclose
from pages.lookups import readers_only


@require_safe
def calendar(request: ActorRequest) -> HttpResponse:
    """`?month=2026-11&scope=district`: the user's own meetings, or those of their districts."""
    readers_only(request)
    today = city_today()
    mine = request.actor.writes and request.GET.get("scope") != "district"
    month = month_of(request.actor, month_named(request.GET.get("month", ""), today), mine=mine)
    disclose(request, "meeting", month.rows, action=Action.LIST)
    days = list(month.days)
    earlier = (
        [entry for entry in days if entry.day < today] if month.first_day == today.replace(day=1) else []
    )
    return render(
        request,
        "pages/calendar/calendar.html",
        {
            "month": month,
            "mine": mine,
            "today": today,
            "earlier": earlier,  # folded on a phone: the agenda starts today
            "agenda": days[len(earlier) :],
        },
    )
