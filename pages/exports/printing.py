"""Pages made for paper. To print a page, the reader enters its recipient."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.rules import recipient_of
from jobs.models import Job
from pages.disclosing import disclose
from pages.exports.forms import PrintForm
from pages.form_pages import posted


def print_form(request: ActorRequest) -> PrintForm:
    """Return the form “Who gets this?” for pages/exports/print.html."""
    return PrintForm(posted(request), suggestions=Job.objects.visible_to(request.actor).last_recipients())


def disclose_print_or_view(
    request: ActorRequest,
    form: PrintForm,
    object_type: str,
    rows: Iterable[Any],
    *,
    people: Collection[UUID] = (),
    district_ids: Iterable[UUID] | None = None,
) -> None:
    """Disclose the rows of the page: as a print to a recipient if the form allows it, else as a view."""
    shown_rows, is_print = list(rows), form.may_print
    if not shown_rows:
        return
    disclose(
        request,
        object_type,
        shown_rows,
        action=Action.EXPORT if is_print else Action.VIEW,
        people=people,
        recipient=recipient_of(form.cleaned_data["recipient"], "printed") if is_print else "",
        district_ids=district_ids,
    )
