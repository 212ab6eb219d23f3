"""Find: the way to names, numbers and all pages."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.queries.own_organisations import own_organisations
from contacts.queries.search import MOST_LETTERS, hash_of_search
from lib.days import city_today
from lib.fold import squash
from meetings.queries.search import SearchResults, search_everything
from pages.disclosing import disclose
from pages.places import pages_by_place
from pages.search.commands import Command, Suggestion, actions, read_command, suggested_pages, suggestions
from pages.search.finding_pages import find_pages

OWN: Final = 10
SIGN_OUT: Final = "account_logout"  # a button on the page, and a link among the results


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Results for `q`, or what the reader opens most. Everybody finds pages, readers find records too.

    The activity log stores the results, and the search text only as a keyed hash. A verb before a name
    (pages.search.commands) is not looked for. The field in the head asks for suggestions.
    """
    q = squash(request.GET.get("q", ""))[:MOST_LETTERS]
    command = read_command(q)
    is_empty = hash_of_search(command.words) is None
    if request.htmx.target == "suggestions":  # type: ignore[attr-defined]  # django-htmx
        return HttpResponse() if is_empty else _suggestions(request, q, command)
    context = _start(request) if is_empty else _results(request, q, command)
    context |= {"q": q, "is_empty": is_empty, "today": city_today()}
    return render(request, "pages/search/search.html", context)


def _start(request: ActorRequest) -> dict[str, Any]:
    """The reader's organisations, and all pages by place."""
    organisations = own_organisations(request.actor, OWN)
    if organisations:
        disclose(
            request,
            "organisation",
            organisations,
            action=Action.LIST,
            district_ids={row.home_district_id for row in organisations},
        )
    *places, (_you, about_reader) = pages_by_place(request.actor)
    you = [page for page in about_reader if page.name != SIGN_OUT]
    return {"organisations": organisations, "places": places, "you": you}


def _results(request: ActorRequest, q: str, command: Command) -> dict[str, Any]:
    pages = find_pages(request.actor, q)
    if not request.actor.reads:
        return {"pages": pages, "count": len(pages)}
    results = search_everything(request.actor, command.words)
    _disclose(request, command, results)
    acting: list[Suggestion] = actions(request.actor, command, results.organisations, results.contacts)
    return {"pages": pages, "found": results, "actions": acting, "count": len(pages) + len(results)}


def _disclose(request: ActorRequest, command: Command, results: SearchResults) -> None:
    disclose(
        request,
        "",
        results.shown_ids(),
        action=Action.SEARCH,
        district_ids=results.district_ids(),
        searched=command.words,
    )


def _suggestions(request: ActorRequest, q: str, command: Command) -> HttpResponse:
    """The options of the list below the field: acts and records of readers, then pages."""
    links: list[Suggestion] = []
    if request.actor.reads:
        links, organisations, contacts = suggestions(request.actor, command)
        rows = [*organisations, *contacts]
        disclose(request, "", rows, action=Action.SEARCH, searched=command.words)
    links += suggested_pages(find_pages(request.actor, q))
    return render(request, "pages/search/suggestions.html", {"suggestions": links})
