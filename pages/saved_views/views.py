"""Saved views of lists: save, open and delete."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import SavedView
from accounts.services.views import delete_view, save_view
from contacts.filters import ContactFilters
from districts.models import District
from incidents.filters import IncidentFilters
from meetings.filters.concerns import ConcernFilters
from meetings.filters.follow_ups import FollowUpFilters
from meetings.filters.meetings import MeetingFilters
from meetings.filters.organisations import OrganisationFilters
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, readers_only
from pages.saved_views.forms import SaveViewForm
from pages.undo import say_with_undo, undoer

LISTS: Final = {
    "organisations": OrganisationFilters,
    "contacts": ContactFilters,
    "meetings": MeetingFilters,
    "follow_ups": FollowUpFilters,
    "concerns": ConcernFilters,
}
#: Parameters of a list that its filters do not have.
MORE_PARAMETERS: Final = {"concerns": {"show", *IncidentFilters.parameters()}}


@form_page
def view_new(request: ActorRequest, name: str) -> HttpResponse:
    """Name a view. The URL has the list's filters."""
    readers_only(request)
    if name not in LISTS:
        raise Http404
    form = SaveViewForm(posted(request), actor=request.actor, initial={"query": request.GET.urlencode()})
    if form.is_valid():
        query = lasting_query(name, form.cleaned_data["query"])
        with RefusalsIn(form):
            save_view(
                actor=request.actor,
                list_name=name,
                name=form.cleaned_data["name"],
                query=query,
                shared_with=form.cleaned_data["shared_with"],
            )
            messages.success(request, _("View saved. It appears above the list."))
            return redirect(f"{reverse(name)}?{query}" if query else reverse(name))
    context = {"form": form, "list_name": name, "query": request.GET.urlencode()}
    return render(request, "pages/saved_views/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def view_delete(request: ActorRequest, pk: UUID) -> HttpResponse:
    readers_only(request)
    row = get_or_404(SavedView.objects.visible_to(request.actor), pk)
    deleted = delete_view(actor=request.actor, view_id=pk)
    say_with_undo(
        request,
        _("View deleted."),
        "view_deleted",
        list_name=deleted.list_name,
        called=deleted.name,
        query=deleted.query,
        shared_with=str(deleted.shared_with_id or ""),
    )
    return redirect(row.list_name)


@undoer("view_deleted")
def _keep_again(*, actor: Actor, list_name: str, called: str, query: str, shared_with: str) -> None:
    district = District.objects.get(pk=shared_with) if shared_with else None
    save_view(actor=actor, list_name=list_name, name=called, query=query, shared_with=district)


def lasting_query(name: str, query: str) -> str:
    """Filters and order of a list, without cursor, and without the search text of a search for contacts."""
    parameters, lasting_names = QueryDict(query), {*LISTS[name].parameters(), "ordering"}
    lasting_names |= MORE_PARAMETERS.get(name, set())
    if name == "contacts":
        lasting_names -= {"q", *ContactFilters.of_keys}
    lasting = QueryDict(mutable=True)
    for key, values in parameters.lists():
        if key in lasting_names and any(values):
            lasting[key] = ",".join(value for value in values if value)
    return lasting.urlencode()
