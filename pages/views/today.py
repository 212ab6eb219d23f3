"""Today, the start page. Users who may not write see a different page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from api.models import ApiKey
from lib.days import city_today
from meetings.today import today_of
from pages.lookups import consult_rows


@require_safe
def today(request: ActorRequest) -> HttpResponse:
    """`?scope=mine` or `district`. The default is `district` for supervisors and `mine` for officers."""
    actor = request.actor
    if not actor.writes:
        waiting = ApiKey.objects.visible_to(actor).waiting(timezone.now()).count()
        return render(request, "pages/today/start.html", {"today": city_today(), "waiting_keys": waiting})
    asked = request.GET.get("scope")
    mine = asked == "mine" or (asked != "district" and not actor.is_supervisor)
    day = today_of(actor, mine=mine)
    consult_rows(request, "follow_up", day.rows)
    return render(request, "pages/today/today.html", {"day": day, "mine": mine, "today": city_today()})
