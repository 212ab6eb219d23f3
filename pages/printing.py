"""Pages made for paper: whoever may open one can read it, and to print it they enter who gets the page."""

from collections.abc import Iterable
from uuid import UUID

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.rules import recipient_of
from audit.services import record
from jobs.models import Job
from pages.form_pages import posted
from pages.forms.exports import PrintForm
from pages.lookups import record_view


def print_form(request: ActorRequest) -> PrintForm:
    """Return the form “Who gets this?” for pages/exports/print.html."""
    return PrintForm(posted(request), suggestions=Job.objects.visible_to(request.actor).last_recipients())


def record_print_or_view(
    request: ActorRequest,
    form: PrintForm,
    object_type: str,
    object_ids: Iterable[UUID],
    *,
    district_ids: Iterable[UUID],
) -> None:
    """Record the rows of the page: as a print with its recipient if the form allows it, else as a view."""
    ids = list(object_ids)
    if not form.may_print:
        record_view(request, object_type, ids, district_ids=district_ids)
    elif ids:
        to = recipient_of(form.cleaned_data["recipient"], "printed")
        record(request.actor, Action.EXPORT, object_type, ids, district_ids=district_ids, recipient=to)
