"""Watched records: real records at risk, whose look-ups a privacy officer reviews (docs/adr/0048)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from contacts.models import Contact, Organisation
from lib.error_texts import texts
from oversight.models import WatchedRecord
from oversight.policies import can_watch_records
from oversight.queries import lookups, new_lookups, rows_of, watched_records
from oversight.services.watching import review_lookups, stop_watching, watch_record
from pages.disclosing import disclose
from pages.form_pages import form_page
from pages.lists import page_of
from pages.lookups import get_or_404, ids_of, refuse_unless
from pages.privacy.views import lines

MODELS: dict[str, Any] = {"organisation": Organisation, "contact": Contact}


@require_safe
def watched(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_watch_records(request.actor))
    rows = watched_records(request.actor)
    disclose(request, "watched_record", [watched_row.row for watched_row in rows if watched_row.row])
    return render(request, "pages/watched/list.html", {"rows": rows})


@form_page
def watch(request: ActorRequest, noun: str, pk: UUID) -> HttpResponse:
    """Mark an organisation or contact at risk, for a reason."""
    refuse_unless(can_watch_records(request.actor))
    row = get_or_404(MODELS[noun].objects.visible_to(request.actor), pk)
    mistakes: list[str] = []
    if request.method == "POST":
        try:
            mark = watch_record(
                actor=request.actor, object_type=noun, object_id=pk, reason=request.POST.get("reason", "")
            )
        except ValidationError as error:
            mistakes = texts(error)
        else:
            messages.success(request, _("Record watched."))
            return redirect("watched_record", mark.pk)
    disclose(request, noun, [row])
    field = WatchedRecord._meta.get_field("reason")
    context = {
        "row": row,
        "noun": noun,
        "mistakes": mistakes,
        "label": field.verbose_name,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "pages/watched/watch.html", context, status=422 if mistakes else 200)


@require_safe
def watched_record(request: ActorRequest, pk: UUID) -> HttpResponse:
    """List the look-ups of a record since it was marked, newest first."""
    refuse_unless(can_watch_records(request.actor))
    mark = get_or_404(WatchedRecord.objects.visible_to(request.actor).select_related("marked_by"), pk)
    row = rows_of(request.actor, [mark]).get(mark.pk)
    now = timezone.now()
    page = page_of(request, lookups(request.actor, mark), "-at")
    disclose(request, "watched_record", [mark.pk, *ids_of([row] if row else [])])
    context = {
        "mark": mark,
        "row": row,
        "page": page,
        "lines": lines(page.rows),
        "new": new_lookups(request.actor, mark).count(),
        "until": now.isoformat(),
    }
    return render(request, "pages/watched/detail.html", context)


@require_POST
def watched_review(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Note that the look-ups shown were reviewed. `until` is the moment when the page was shown."""
    refuse_unless(can_watch_records(request.actor))
    get_or_404(WatchedRecord.objects.visible_to(request.actor).current(), pk)
    until = _moment(request.POST.get("until", ""))
    try:
        if until is None:
            raise ValidationError(_("Reload the page: the list has changed."))
        review_lookups(actor=request.actor, mark_id=pk, until=until)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Look-ups marked as reviewed."))
    return redirect("watched_record", pk)


@require_POST
def watched_stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    refuse_unless(can_watch_records(request.actor))
    get_or_404(WatchedRecord.objects.visible_to(request.actor).current(), pk)
    stop_watching(actor=request.actor, mark_id=pk)
    messages.success(request, _("Record no longer watched."))
    return redirect("watched_records")


def _moment(text: str) -> Any:
    try:
        parsed = parse_datetime(text)
    except ValueError:
        return None
    return parsed if parsed is not None and parsed.tzinfo is not None else None
