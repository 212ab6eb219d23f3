"""The search for organisations, contacts, meetings, follow-ups and concerns."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.queries.search import MOST_LETTERS, hash_of_search
from lib.days import city_today
from lib.fold import squash
from meetings.queries.search import search_everything
from pages.disclosing import disclose
from pages.lookups import readers_only
from pages.search.commands import Command, Suggestion, actions, read_command, suggestions


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Results for `q`. The activity log stores the results, and the search text only as a keyed hash.

    A verb before a name (pages.commands) is not looked for. The search field asks for suggestions.
    """
    readers_only(request)
    q = squash(request.GET.get("q", ""))[:MOST_LETTERS]
    command = read_command(q)
    mark = hash_of_search(command.words)
    if request.htmx.target == "suggestions":  # type: ignore[attr-defined]  # django-htmx
        return _suggestions(request, command, mark)
    results = search_everything(request.actor, command.words) if mark else None
    acting: list[Suggestion] = []
    if results is not None:
        disclose(
            request,
            "",
            results.shown_ids(),
            action=Action.SEARCH,
            district_ids=results.district_ids(),
            searched=command.words,
        )
        acting = actions(request.actor, command, results.organisations, results.contacts)
    context = {"q": q, "found": results, "actions": acting, "today": city_today()}
    return render(request, "pages/search/search.html", context)


def _suggestions(request: ActorRequest, command: Command, mark: bytes | None) -> HttpResponse:
    """The options of the list below the search field."""
    if not mark:
        return HttpResponse()
    links, organisations, contacts = suggestions(request.actor, command)
    rows = [*organisations, *contacts]
    disclose(request, "", rows, action=Action.SEARCH, searched=command.words)
    return render(request, "pages/search/suggestions.html", {"suggestions": links})
