"""Today, the start page. Users who may not write see a different page."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.services.effects import notified_acts
from api.models import ApiKey
from audit.models import Action
from exchange.models import WatchedRegister
from exchange.policies import can_import
from incidents.queries.incident_pages import under_way
from lib.days import city_today
from meetings.queries.preparation import MeetingPreparation, meeting_preparation
from meetings.queries.today import Today, today_of
from pages.disclosing import disclose
from pages.lookups import ids_of
from plans.reading.pages import own_milestones
from privacy.queries.desk import desk_of

PREPARED: Final = timedelta(hours=1)


@require_safe
def today(request: ActorRequest) -> HttpResponse:
    """`?scope=mine` or `district`. The default is `district` for supervisors and `mine` for officers."""
    actor = request.actor
    if actor.is_confirmer:
        return redirect("waiting")
    if not actor.writes:
        return _start(request)
    scope = request.GET.get("scope")
    mine = scope == "mine" or (scope != "district" and not actor.is_supervisor)
    day = today_of(actor, mine=mine)
    prep = _prep(actor, day) if mine else None
    incidents = under_way(actor)
    milestones = own_milestones(actor)
    places = [incident.place for incident in incidents if incident.place]
    disclose(request, "follow_up", [*day.rows, *(prep.rows if prep else ()), *incidents, *places])
    news = WatchedRegister.objects.visible_to(actor).with_news() if can_import(actor) else []
    context = {"day": day, "mine": mine, "prep": prep, "today": city_today(), "news": news}
    context |= {
        "acts": notified_acts(actor),
        "incidents": incidents,
        "milestones": milestones,
        "now": timezone.now(),
    }
    return render(request, "pages/today/today.html", context)


def _start(request: ActorRequest) -> HttpResponse:
    """Show tasks to privacy officers, and first steps to administrators."""
    waiting = ApiKey.objects.visible_to(request.actor).waiting(timezone.now()).count()
    desk = desk_of(request.actor)
    if desk:
        disclose(request, "data_request", ids_of(desk.rows), action=Action.LIST)
    acts = notified_acts(request.actor)
    context = {"today": city_today(), "waiting_keys": waiting, "desk": desk, "acts": acts}
    return render(request, "pages/today/start.html", context)


def _prep(actor: Actor, day: Today) -> MeetingPreparation | None:
    """The next meeting within the hour. Its own page lists the people to greet (docs/adr/0013)."""
    soon = timezone.now() + PREPARED
    meeting: Any = next(
        (meeting_row for meeting_row in (*day.meetings, *day.coming) if meeting_row.starts_at <= soon), None
    )
    return meeting and meeting_preparation(actor, meeting, [link.organisation for link in meeting.seen_links])
