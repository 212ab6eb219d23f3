"""Taking a list out as a file: the role, the password, the reason; then a job."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.exports.lists import CHOSEN, KIND, LISTS, Selection
from contacts.policies import can_export
from jobs.services import queue_job
from pages.forms.exports import ExportForm
from pages.identity import who_say_who_they_are
from pages.lookups import consult
from pages.views.settings import form_page, posted


@form_page
@who_say_who_they_are(can_export)
def export_list(request: ActorRequest, noun: str) -> HttpResponse:
    """`?…` are the list's filters; `?ids=` the rows that were ticked."""
    selection = _selection(request, noun)
    export = selection.export
    form = ExportForm(posted(request), formats=export.formats)
    refusals: list[str] = []
    count = 0
    try:
        count = selection.rows().count()
    except ValidationError as error:
        refusals = error.messages
    if form.is_valid() and not refusals:
        job = queue_job(
            actor=request.actor,
            kind=KIND,
            parameters={
                "list": noun,
                "title": str(export.title),
                "format": form.cleaned_data["format"],
                "purpose": form.purpose,
            },
            needs={"query": selection.query.urlencode(), "ids": [str(pk) for pk in selection.ids]},
        )
        return redirect("job", job.pk)
    consult(request, export.object_type, (), action=Action.LIST, searched=selection.searched)
    context = {
        "form": form,
        "export": export,
        "count": count,
        "refusals": refusals,
        "filters": [] if refusals else selection.described(),
        "back": f"/{noun}/?{selection.query.urlencode()}" if selection.query else f"/{noun}/",
    }
    status = 422 if form.is_bound or refusals else 200
    return render(request, "pages/exports/list.html", context, status=status)


def _selection(request: ActorRequest, noun: str) -> Selection:
    """Repeated values are joined, and names that are no filter of the list left out, as on its page."""
    export = LISTS[noun]
    query = QueryDict(mutable=True)
    for name in export.filters.parameters():
        if given := ",".join(value for value in request.GET.getlist(name) if value):
            query[name] = given
    chosen = [pk for value in request.GET.getlist("ids") for pk in value.split(",") if pk]
    try:
        ids = [UUID(pk) for pk in chosen]
    except ValueError:
        raise Http404 from None
    if len(ids) > CHOSEN:
        raise Http404
    return Selection(export, request.actor, query, ids)
