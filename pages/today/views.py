"""Today, the start page. Users who may not write see a different page."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import PendingAct
from accounts.policies import can_confirm_acts, confirmable
from accounts.services.effects import notified_acts
from api.models import ApiKey
from audit.models import Action
from contacts.models import Organisation
from exchange.models import WatchedRegister
from exchange.policies import can_import
from incidents.queries.under_way import under_way
from incidents.rules.hours import is_quiet
from lib.days import city_today, city_zone
from meetings.queries.preparation import MeetingPreparation, meeting_preparation
from meetings.queries.today import Today, today_of
from pages.disclosing import disclose
from pages.event_names import ids_in_name
from pages.lookups import ids_of
from pages.offered_pages import Page
from pages.places import TODAY, YOU
from plans.reading.pages import own_milestones
from privacy.queries.desk import desk_of
from reports.models import KeptFigure

ROWS: Final = 10
PREPARED: Final = timedelta(hours=1)
#: Pages about what waits for the reader. The menu of Today offers them to those who may open them.
BESIDE: Final = frozenset({"waiting", "duty", "notifications", "alerts"})


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
    event_ids = [pk for incident in incidents for pk in ids_in_name(incident)]
    next_steps = [incident.next_step for incident in incidents if incident.next_step]
    event_ids += [step.organisation_id for step in next_steps if step.organisation_id]
    disclose(request, "follow_up", [*day.rows, *(prep.rows if prep else ()), *incidents, *event_ids])
    news = WatchedRegister.objects.visible_to(actor).with_news() if can_import(actor, "organisations") else []
    context = {"day": day, "mine": mine, "prep": prep, "today": city_today(), "news": news}
    asks_nothing = day.asks_nothing and not incidents
    context |= {
        "start_here": asks_nothing and not Organisation.objects.visible_to(actor).exists(),
        "may_import": can_import(actor, "organisations"),
        "to_confirm": _to_confirm(actor),
        "acts": notified_acts(actor),
        "incidents": incidents,
        "milestones": milestones,
        "beside": _beside(actor),
        "revised": _revised(actor),
        "now": timezone.now(),
        "offers_duty": not actor.is_on_duty and is_quiet(timezone.now(), city_zone()),
    }
    return render(request, "pages/today/today.html", context)


def _to_confirm(actor: Actor) -> list[PendingAct]:
    """Requests of accounts that the actor can decide now. Other requests have rows of their own."""
    if not can_confirm_acts(actor):
        return []
    waiting = PendingAct.objects.confirmable_by(actor).exclude(user=None).filter(takes_effect_at=None)
    acts = list(waiting.select_related("user", "asked_by").prefetch_related("districts").in_order()[:ROWS])
    own_ids = confirmable(actor, acts) if acts else set()
    return [act for act in acts if act.pk in own_ids]


def _revised(actor: Actor) -> int:
    """Return the number of final figures that were revised since a supervisor last looked."""
    if not actor.is_supervisor:
        return 0
    return KeptFigure.objects.visible_to(actor).not_looked_at(actor.id).count()


def _start(request: ActorRequest) -> HttpResponse:
    """Show tasks to privacy officers, and first steps to administrators."""
    waiting = ApiKey.objects.visible_to(request.actor).waiting(timezone.now()).count()
    desk = desk_of(request.actor)
    if desk:
        disclose(request, "data_request", ids_of(desk.rows), action=Action.LIST)
    acts = notified_acts(request.actor)
    context = {"today": city_today(), "waiting_keys": waiting, "desk": desk, "acts": acts}
    context["beside"] = _beside(request.actor)
    return render(request, "pages/today/start.html", context)


def _beside(actor: Actor) -> list[Page]:
    pages = [page for place in (TODAY, YOU) for page in place.for_actor(actor)]
    return [page for page in pages if page.name in BESIDE]


def _prep(actor: Actor, day: Today) -> MeetingPreparation | None:
    """The next meeting within the hour. Its own page lists the people to greet (docs/adr/0013)."""
    soon = timezone.now() + PREPARED
    exact = (row for row in (*day.meetings, *day.coming) if row.has_exact_time)
    meeting: Any = next((meeting_row for meeting_row in exact if meeting_row.starts_at <= soon), None)
    return meeting and meeting_preparation(actor, meeting, [link.organisation for link in meeting.seen_links])
