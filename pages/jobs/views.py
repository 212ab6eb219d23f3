"""Background tasks: progress, results and downloads."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from exchange.imports.drafts import KIND as IMPORT
from jobs.models import Job, JobFile
from jobs.services.files import parts_of
from jobs.services.jobs import cancel_job, fetch_file
from jobs.services.kinds import find_kind
from pages.lookups import get_or_404

SHOWN = 100


@require_safe
def jobs(request: ActorRequest) -> HttpResponse:
    """The user's own tasks, newest first."""
    rows = list(Job.objects.visible_to(request.actor).order_by("-created_at", "-pk")[:SHOWN])
    for row in rows:
        _entitle(row)
    return render(request, "pages/jobs/list.html", {"jobs": rows})


@require_safe
def job(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A task's page. While the task runs, htmx requests only the changing part."""
    row = _find(request, pk)
    fragment = "#state" if request.headers.get("HX-Request") else ""
    return render(request, f"pages/jobs/detail.html{fragment}", _context(request, row))


@require_POST
def job_cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    _find(request, pk)
    row = cancel_job(actor=request.actor, job_id=pk)
    if row.is_over:
        messages.info(
            request, _("This task has already finished.") if row.status == "done" else _("Task stopped.")
        )
    else:
        messages.info(request, _("The task is stopping."))
    draft = row.parameters.get("draft") if row.kind == IMPORT else None
    return redirect("import", draft) if draft else redirect("job", pk)


@require_safe
def job_file(request: ActorRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    row = _find(request, pk)
    try:
        kept_file = fetch_file(actor=request.actor, job_id=pk, file_id=file)
    except Job.DoesNotExist:
        raise Http404 from None
    except JobFile.DoesNotExist:
        gone_context = _context(request, row) | {"is_gone": True}
        return render(request, "pages/jobs/detail.html", gone_context, status=410)
    answer = StreamingHttpResponse(parts_of(kept_file.pk), content_type=kept_file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kept_file.name}"'
    answer.headers["Content-Length"] = str(kept_file.size)
    return answer


def _find(request: ActorRequest, pk: UUID) -> Any:
    return _entitle(get_or_404(Job.objects.visible_to(request.actor), pk))


def _entitle(row: Any) -> Any:
    kind = find_kind(row.kind)
    row.title = kind.title if kind else row.kind
    return row


def _context(request: ActorRequest, row: Job) -> dict[str, Any]:
    files = list(JobFile.objects.visible_to(request.actor).downloadable().filter(job=row).order_by("pk"))
    ended = row.finished_at or timezone.now()
    kind = find_kind(row.kind)
    waits = bool(kind and kind.needs_release(row.result) and row.released_at is None)
    return {
        "job": row,
        "files": files,
        "waits_for_release": waits,
        "seconds": int((ended - row.created_at).total_seconds()),
    }
