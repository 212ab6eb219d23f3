"""Records whose period is over: one is kept for a reason, or several are erased at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.models import Action
from lib.days import city_day, city_today
from lib.error_texts import texts
from meetings.codes import ConcernKind
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import require_reauthentication
from pages.lookups import is_id, refuse_unless
from pages.retention.forms import KeepForm
from pages.undo import say_with_undo, undoer
from privacy.models import Erasure
from privacy.policies import can_handle_requests, can_review_records
from privacy.queries.review_queue import REVIEWED, OverdueRecord, queue, reviewable_records, rules_in_force
from privacy.services.retention_decisions import erase_records, keep_record, requires_sentence, undo_keep

TOPICS: Mapping[str, Any] = {
    "origin": gettext_lazy("origin"),
    "belief": gettext_lazy("belief"),
    "orientation": gettext_lazy("sexual orientation"),
    "health": gettext_lazy("health"),
}
KINDS: Mapping[str, Any] = {
    "contact": gettext_lazy("Contacts"),
    "meeting": gettext_lazy("Meetings"),
    "concern": gettext_lazy("Concerns"),
    "follow_up": gettext_lazy("Follow-ups"),
    "incident": gettext_lazy("Incidents"),
}


@require_safe
def review_queue(request: ActorRequest) -> HttpResponse:
    """The first 20 records, of all types or of one, those at risk first."""
    refuse_unless(can_review_records(request.actor))
    kind = _kind(request)
    overdue, numbers = queue(request.actor, only=kind)
    _record_seen(request, overdue)
    everything = sum(numbers.values())
    tabs = [
        ("", _("All"), everything),
        *((noun, KINDS[noun], numbers[noun]) for noun in KINDS if noun in numbers),
    ]
    context = {
        "rows": [_line(overdue_record) for overdue_record in overdue],
        "kind": kind,
        "query": _query(request),
        "total": numbers.get(kind, 0) if kind else everything,
        "tabs": tabs if len(tabs) > 2 else [],
        "has_rules": bool(rules_in_force()),
        "may_set_rules": can_handle_requests(request.actor),
    }
    return render(request, "pages/retention/queue.html", context)


@form_page
def review_keep(request: ActorRequest, record: str, pk: UUID) -> HttpResponse:
    """Keep one record, for a reason and until a day."""
    refuse_unless(can_review_records(request.actor))
    overdue = reviewable_records(request.actor, record, [pk]) if record in REVIEWED else []
    if not overdue:
        raise Http404
    [overdue_record] = overdue
    initial = {"until": city_today() + timedelta(days=overdue_record.rule.days)}
    form = KeepForm(
        posted(request), initial=initial, wants_sentence=requires_sentence(request.actor, overdue_record)
    )
    if form.is_valid():
        with RefusalsIn(form):
            row = keep_record(actor=request.actor, noun=record, object_id=pk, **form.cleaned_data)
            say_with_undo(request, _("Record kept."), "retention_keep", decision_id=str(row.pk))
            return _to_queue(request)
    _record_seen(request, overdue)
    context = {"form": form, "line": _line(overdue_record)}
    return render(request, "pages/retention/keep.html", context, status=422 if form.is_bound else 200)


@require_POST
def review_erase(request: ActorRequest) -> HttpResponse:
    """Erase what is selected: first the list of what leaves, then the act, which cannot be undone."""
    refuse_unless(can_review_records(request.actor))
    records = _selected(request)
    if "sure" not in request.POST:
        overdue = [
            overdue_record
            for noun, ids in records.items()
            for overdue_record in reviewable_records(request.actor, noun, ids)
        ]
        if overdue:
            _record_seen(request, overdue)
            context = {
                "rows": [_line(overdue_record) for overdue_record in overdue],
                "query": _query(request),
            }
            return render(request, "pages/retention/erase.html", context)
    require_reauthentication(request)
    try:
        count = erase_records(actor=request.actor, records=records)
    except ValidationError as error:
        messages.error(request, texts(error)[0])
    else:
        message = ngettext("%(count)s record erased.", "%(count)s records erased.", count) % {"count": count}
        if "contact" in records:
            erasures = Erasure.objects.visible_to(request.actor).under_way().filter(request=None)
            waits = _("A second person must confirm the erasure of contacts under “Waiting for you”.")
            starts = _("The contacts and their names in texts are being erased.")
            message = waits if erasures.filter(job=None).exists() else starts
        messages.success(request, message)
    return _to_queue(request)


@undoer("retention_keep")
def _no_longer_keep(*, actor: Actor, decision_id: str) -> None:
    undo_keep(actor=actor, decision_id=UUID(decision_id))


def _kind(request: ActorRequest) -> str | None:
    """The type of record that is shown alone, from `?kind=meeting`."""
    noun = request.GET.get("kind")
    return noun if noun in KINDS else None


def _query(request: ActorRequest) -> str:
    kind = _kind(request)
    return f"?kind={kind}" if kind else ""


def _to_queue(request: ActorRequest) -> HttpResponse:
    return redirect(reverse("retention_review") + _query(request))


def _selected(request: ActorRequest) -> dict[str, list[UUID]]:
    """The selected records by type, from `row=contact:<id>`."""
    ids_by_noun: dict[str, list[UUID]] = defaultdict(list)
    for text in request.POST.getlist("row"):
        noun, _separator, pk = text.partition(":")
        if noun in REVIEWED and is_id(pk):
            ids_by_noun[noun].append(UUID(pk))
    return ids_by_noun


def _record_seen(request: ActorRequest, overdue: list[OverdueRecord]) -> None:
    by_noun: dict[str, list[UUID]] = defaultdict(list)
    for overdue_record in overdue:
        by_noun[overdue_record.noun].append(overdue_record.row.pk)
    for noun, ids in by_noun.items():
        disclose(request, noun, ids, action=Action.LIST)


def _line(overdue_record: OverdueRecord) -> dict[str, Any]:
    row: Any = overdue_record.row
    return {
        "one": overdue_record,
        "noun": overdue_record.noun,
        "pk": row.pk,
        "value": f"{overdue_record.noun}:{row.pk}",
        "title": _title(overdue_record),
        "kind": str(row._meta.verbose_name),
        "topics": [str(TOPICS.get(topic, topic)) for topic in overdue_record.topics],
        "url": overdue_record.noun,
    }


def _title(overdue_record: OverdueRecord) -> str:
    if overdue_record.noun == "concern":
        return ", ".join(str(ConcernKind(kind).label) for kind in overdue_record.row.kinds)
    if overdue_record.noun == "incident":
        return _("%(name)s, %(day)s") % {
            "name": overdue_record.row,
            "day": date_format(city_day(overdue_record.row.started_at)),
        }
    return str(overdue_record.row)
