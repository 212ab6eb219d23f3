"""District audits: start, work on, sign and read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.models import Action
from exchange.policies import can_export
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.districts.tabs import district_in_address
from pages.form_pages import Attempt, form_page, posted, save_or_show_conflict
from pages.forms.base import DigestForm, RefusalsIn, shown_values
from pages.lists import canonical, page_of
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.reviews.forms import ActionForm, AddendumForm, CommentForm, ConclusionForm, NewReviewForm
from pages.reviews.frozen import (
    Frozen,
    as_shown,
    blind_spots_of,
    district_figures,
    withdrawn_incidents_of,
)
from reports.figures.wording import reconstruction_note
from reports.queries.questions import By
from reviews.codes import ActionOutcome
from reviews.models import FigureComment, Review
from reviews.policies import can_countersign, can_review, can_see_samples, can_write_review
from reviews.queries.definitions import definition_of, vintage_note
from reviews.queries.parts import (
    counted_objects,
    digest_of_record,
    earlier_actions,
    figures_of,
    starter_of,
    with_meetings,
    with_names,
    with_organisations,
)
from reviews.services.freezing_job import ask_to_freeze
from reviews.services.reviews import (
    agree_action,
    comment_figure,
    conclude,
    discard_review,
    drop_action,
)
from reviews.services.signing import add_addendum

View = Callable[..., HttpResponseBase]
#: The page of one object, by the noun of a figure.
PAGE_OF: Final = {
    "organisations": "organisation",
    "meetings": "meeting",
    "follow-ups": "follow_up",
    "concerns": "concern",
    "incidents": "incident",
}


def _visible_reviews(request: ActorRequest) -> QuerySet[Review]:
    readers_only(request)
    rows = Review.objects.visible_to(request.actor)
    return rows.select_related("district", "started_by", "signed_by", "discarded_by", "supersedes")


def review_page(
    *, for_writers: bool = False, may: Callable[[Actor, Review], bool] = can_write_review
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Decorate the view of one audit, which it receives as `row`.

    Only those who `may`, usually who write the audit, may send data, or open a page that is `for_writers`.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: ActorRequest, pk: UUID, **ids: Any) -> HttpResponseBase:
            row = get_or_404(_visible_reviews(request).filter(discarded_at=None), pk)
            if for_writers or request.method == "POST":
                refuse_unless(may(request.actor, row))
            return view(request, row, **ids)

        return page

    return decorate


@require_safe
def reviews(request: ActorRequest) -> HttpResponseBase:
    """All audits, or those of `?district=` and its parts."""
    rows = _visible_reviews(request)
    if elsewhere := canonical(request):
        return elsewhere
    in_address = district_in_address(request)
    if district := in_address["district"]:
        rows = rows.filter(district__lineage__contains=[district.pk])
    page = page_of(request, rows.annotate(is_replaced=Q(superseded_by__isnull=False)), "-until")
    disclose(request, "review", page.rows, action=Action.LIST)
    context = {"page": page, "may_review": can_review(request.actor), **in_address}
    return render(request, "pages/reviews/list.html", context)


@form_page
def review_new(request: ActorRequest) -> HttpResponse:
    """Start an audit. `?district=N1&period=2026-Q3` (or `from`, `to`, as in a scorecard's URL) preselects."""
    refuse_unless(can_review(request.actor))
    form = NewReviewForm(posted(request), actor=request.actor, parameters=request.GET.dict())
    if form.is_valid() and form.cleaned_data["asked"]:
        with RefusalsIn(form):
            job = ask_to_freeze(
                actor=request.actor,
                district_id=form.cleaned_data["district"].pk,
                period=form.cleaned_data["asked"],
                samples=form.cleaned_data["samples"],
            )
            return redirect("job", job.pk)
    return render(request, "pages/reviews/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@review_page()
def review(request: ActorRequest, row: Review) -> HttpResponse:
    actor = request.actor
    sees_samples = can_see_samples(actor, row)
    samples = list(with_meetings(actor, row)) if sees_samples else []
    calls = list(with_organisations(actor, row)) if sees_samples else []
    figures, is_certain = district_figures(row, figures_of(row).filter(by=By.DISTRICT))
    digest = digest_of_record(row)
    keeps_texts = bool(digest)
    signatures = list(
        with_names(row, row.signatures.all(), "signed_by", has_kept_names=keeps_texts).order_by("position")
    )
    shown_ids = [audit_sample.meeting_id for audit_sample in samples if audit_sample.subject] + [
        audit_call.organisation_id for audit_call in calls if audit_call.organisation
    ]
    withdrawn_incidents = withdrawn_incidents_of(actor, row) if sees_samples else []
    shown_ids += [incident.id for incident in withdrawn_incidents]
    disclose(request, "review", [row, *shown_ids])
    context = {
        "review": row,
        "withdrawn_incidents": withdrawn_incidents,
        "figures": as_shown(row, figures),
        "vintage_note": vintage_note(figures),
        "keeps_names": is_certain,
        "reconstructed": reconstruction_note(row.recorded_since),
        "several": len({frozen_figure.group for frozen_figure in figures}) > 1,
        "sees_samples": sees_samples,
        "samples": samples,
        "marked": sum(audit_sample.marked_at is not None for audit_sample in samples),
        "calls": calls,
        "rung": sum(audit_call.rung_at is not None for audit_call in calls),
        "blind_spots": blind_spots_of(row) if sees_samples else [],
        "earlier": [
            (action, ActionOutcome(action.answer).label if action.answer else "")
            for action in earlier_actions(row, has_kept_names=keeps_texts)
        ],
        "actions": list(
            with_names(row, row.actions.all(), "owner", has_kept_names=keeps_texts).order_by("due_on", "pk")
        ),
        "drafts": row.drafts if row.is_signed else Review.objects.same_draw(row).count(),
        "starter": starter_of(row, has_kept_names=keeps_texts),
        "signer": (signatures[0].person if signatures else row.signer) or _("name erased"),
        "signatures": signatures,
        "may_export": can_export(actor),
        "digest": digest,
        "superseded_by": Review.objects.filter(supersedes=row).first(),
        "may_countersign": len(signatures) == 1
        and signatures[0].signed_by_id != actor.id
        and can_countersign(actor, row),
        "addenda": list(row.addenda.select_related("written_by").order_by("written_at", "pk")),
        **_may(request, row),
    }
    return render(request, "pages/reviews/detail.html", context)


@form_page
@review_page()
def review_figure(request: ActorRequest, row: Review, slug: str) -> HttpResponseBase:
    """A report's frozen figures, with the supervisor's comment."""
    report = definition_of(row.definitions, slug)
    figures = list(figures_of(row).filter(slug=slug))
    if report is None or not figures:
        raise Http404
    comment = row.comments.filter(slug=slug).first()

    def build(data: Any) -> CommentForm:
        stored_comment = row.comments.filter(slug=slug).first() if data else comment
        return CommentForm(
            data, initial=shown_values(stored_comment or FigureComment(review=row, slug=slug), ("text",))
        )

    attempt = _write_text(request, row, build, comment_figure, slug=slug)
    if attempt.saved:
        return redirect("review", row.pk)
    disclose(request, "review", [row])
    context = {
        "review": row,
        "report": report,
        "groups": _by_way(as_shown(row, figures)),
        "keeps_names": report.is_frozen,
        "comment": comment,
        **attempt.context,
        **_may(request, row),
    }
    return render(request, "pages/reviews/figure.html", context, status=attempt.status)


@require_safe
@review_page()
def review_counted(request: ActorRequest, row: Review, figure: UUID) -> HttpResponse:
    """The objects that a figure counted and left out then, as far as the reader can see them now."""
    frozen_figure = get_or_404(row.figures.all(), figure)
    counted = counted_objects(request.actor, frozen_figure, frozen_figure.ids)
    left_out = counted_objects(request.actor, frozen_figure, frozen_figure.rest)
    page_name = PAGE_OF.get(frozen_figure.noun, "concern")
    disclose(request, page_name, [row, *counted, *left_out])
    (shown_figure,) = as_shown(row, [frozen_figure])
    context = {
        "review": row,
        "one": shown_figure,
        "lists": [
            (_("Counted"), counted, len(set(frozen_figure.ids or ())) - len(counted)),
            (_("Not counted"), left_out, len(set(frozen_figure.rest or ())) - len(left_out)),
        ],
        "page_name": page_name,
    }
    return render(request, "pages/reviews/counted.html", context)


@form_page
@review_page(for_writers=True)
def review_conclusion(request: ActorRequest, row: Review) -> HttpResponseBase:
    def build(data: Any) -> ConclusionForm:
        row.refresh_from_db(fields=["conclusion"])
        return ConclusionForm(data, initial=shown_values(row, ("conclusion",)))

    attempt = _write_text(request, row, build, conclude)
    if attempt.saved:
        return redirect("review", row.pk)
    disclose(request, "review", [row])
    context = {"review": row, "title": _("Conclusion"), **attempt.context}
    return render(request, "pages/reviews/part.html", context, status=attempt.status)


@form_page
@review_page(for_writers=True)
def review_action_new(request: ActorRequest, row: Review) -> HttpResponseBase:
    form = ActionForm(posted(request), actor=request.actor)
    return part_page(request, row, form, agree_action, title=_("Agreed action"))


@require_POST
@review_page(for_writers=True)
def review_action_drop(request: ActorRequest, row: Review, action: UUID) -> HttpResponse:
    get_or_404(row.actions.all(), action)
    try:
        drop_action(actor=request.actor, review_id=row.pk, action_id=action)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Action removed."))
    return redirect("review", row.pk)


@form_page
@review_page(for_writers=True)
def review_addendum(request: ActorRequest, row: Review) -> HttpResponseBase:
    form = AddendumForm(posted(request))
    return part_page(request, row, form, add_addendum, title=_("Add an addendum"))


@form_page
@review_page(for_writers=True)
def review_discard(request: ActorRequest, row: Review) -> HttpResponseBase:
    if request.method == "POST":
        try:
            discard_review(actor=request.actor, review_id=row.pk)
        except ValidationError as error:
            messages.error(request, " ".join(texts(error)))
            return redirect("review", row.pk)
        messages.success(request, _("Draft discarded."))
        return redirect("reviews")
    disclose(request, "review", [row])
    return render(request, "pages/reviews/discard.html", {"review": row})


# --- Shared steps -----------------------------------------------------------------------------------------


def write_part(
    request: ActorRequest, row: Review, form: BaseForm, service: Callable[..., object], **ids: Any
) -> HttpResponse | None:
    """Save the form and redirect to the audit. None if the page must be shown, with or without errors."""
    if form.is_valid():
        with RefusalsIn(form):
            service(actor=request.actor, review_id=row.pk, **ids, **form.cleaned_data)
            messages.success(request, _("Audit saved."))
            return redirect("review", row.pk)
    return None


def _write_text(
    request: ActorRequest,
    row: Review,
    build: Callable[[Any], DigestForm],
    service: Callable[..., object],
    **ids: Any,
) -> Attempt[bool]:
    """Save a text of an audit, or show what someone else wrote in the meantime."""
    form = build(posted(request))

    def write() -> bool:
        service(actor=request.actor, review_id=row.pk, **ids, **form.cleaned_data)
        messages.success(request, _("Audit saved."))
        return True

    return save_or_show_conflict(form, write, current=lambda: build({}).initial, again=build)


def part_page(
    request: ActorRequest,
    row: Review,
    form: BaseForm,
    service: Callable[..., object],
    *,
    title: str,
    **ids: Any,
) -> HttpResponseBase:
    """A page with one form about an audit."""
    if done := write_part(request, row, form, service, **ids):
        return done
    disclose(request, "review", [row])
    context = {"review": row, "form": form, "title": title}
    return render(request, "pages/reviews/part.html", context, status=422 if form.errors else 200)


def _by_way(rows: list[Frozen]) -> list[tuple[str, list[Frozen]]]:
    """Figures by grouping: districts, communities and organisation kinds."""
    titles = {By.DISTRICT: _("Districts"), By.FOCUS: _("Communities"), By.KIND: _("Organisation kinds")}
    groups = ((title, [row for row in rows if row.figure.by == way]) for way, title in titles.items())
    return [(title, rows_of_way) for title, rows_of_way in groups if rows_of_way]


def _may(request: ActorRequest, row: Review) -> dict[str, Any]:
    writes = can_write_review(request.actor, row)
    return {"may_write": writes and not row.is_signed, "may_add": writes and row.is_signed}
