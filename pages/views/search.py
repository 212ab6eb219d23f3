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
from pages.commands import Command, Suggestion, actions, read_command, suggestions
from pages.lookups import district_ids_of, ids_of, readers_only


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Results for `q`. The activity log stores the results, and the search text only as a keyed hash.

    A verb before a name (pages.commands) is not looked for. The search field asks for suggestions.
    """
    readers_only(request)
    q = squash(request.GET.get("q", ""))[:MOST_LETTERS]
    command = read_command(q)
    mark = search_mark(command.words)
    if request.htmx.target == "suggestions":  # type: ignore[attr-defined]  # django-htmx
        return _suggestions(request, command, mark)
    found = search_everything(request.actor, command.words) if mark else None
    acting: list[Suggestion] = []
    if found is not None:
        record(
            request.actor,
            Action.SEARCH,
            object_ids=found.shown_ids(),
            district_ids=found.district_ids(),
            search_hash=mark,
        )
        acting = actions(request.actor, command, found.organisations, found.contacts)
    context = {"q": q, "found": found, "actions": acting, "today": city_today()}
    return render(request, "pages/search/search.html", context)


def _suggestions(request: ActorRequest, command: Command, mark: bytes | None) -> HttpResponse:
    """The options of the list below the search field."""
    if not mark:
        return HttpResponse()
    links, organisations, contacts = suggestions(request.actor, command)
    rows = [*organisations, *contacts]
    record(
        request.actor,
        Action.SEARCH,
        object_ids=ids_of(rows),
        district_ids=district_ids_of(rows),
        search_hash=mark,
    )
    return render(request, "pages/search/suggestions.html", {"suggestions": links})
