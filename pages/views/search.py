"""One search for organisations, contacts, meetings, follow-ups and concerns."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.services import record
from contacts.search import MOST_LETTERS, search_mark
from lib.days import city_today
from lib.fold import squash
from meetings.search import search_everything
from pages.lookups import readers_only


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Results for `q`. The activity log stores the results, and the search text only as a keyed hash."""
    readers_only(request)
    q = squash(request.GET.get("q", ""))[:MOST_LETTERS]
    mark = search_mark(q)
    found = search_everything(request.actor, q) if mark else None
    if found is not None:
        record(
            request.actor,
            Action.SEARCH,
            object_ids=found.shown_ids(),
            district_ids=found.district_ids(),
            search_hash=mark,
        )
    return render(
        request,
        "pages/search/search.html",
        {"q": q, "found": found, "today": city_today()},
    )
