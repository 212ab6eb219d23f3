"""Follow-ups: list, add, complete, edit, cancel."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from contacts.models import Contact, Organisation
from disclosure.services.disclosing import district_ids_of
from lib.days import city_today
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.filters.follow_ups import FollowUpFilters
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.models.follow_up import PENDING
from meetings.policies import can_complete_follow_up, can_edit_follow_up, can_reassign_follow_up
from meetings.queries.today import seen_links
from meetings.services.follow_up_series import (
    edit_one_of_follow_up_series,
    end_follow_up_series,
    start_follow_up_series,
)
from meetings.services.follow_ups import (
    cancel_follow_up,
    create_follow_up,
)
from pages.disclosing import disclose
from pages.event_names import ids_in_name
from pages.follow_ups.forms import CancelForm, EditPromiseForm, PromiseForm
from pages.form_pages import form_page, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.forms.picks import as_uuid
from pages.hints import record_kept
from pages.lists import list_page, show_list
from pages.lookups import (
    get_or_404,
    ids_of,
    ids_on,
    refuse_unless,
    writers_only,
)
from pages.practices.takeaways import tried_context
from pages.repetition import repeats
from pages.undo import offered_undo, say_with_undo, undoer
from practices.services.takeaways import takeaway_of

ORDERINGS: Final = ("due_on", "first_due_on", "updated_at", "id")


def with_what_is_seen(rows: QuerySet[FollowUp], actor: Actor) -> QuerySet[FollowUp]:
    """Rows for lists, without organisations that the actor cannot see."""
    rows = rows.with_homes()  # type: ignore[attr-defined]  # our own queryset
    return rows.select_related("owner").prefetch_related(seen_links(FollowUpOrganisation, actor))


@require_GET
@list_page
def follow_ups(request: ActorRequest) -> HttpResponseBase:
    """By default, pending follow-ups: the user's own if they may write, otherwise everybody's."""
    actor = request.actor
    rows = with_what_is_seen(FollowUp.objects.visible_to(actor), actor)
    is_bare = not set(request.GET) - {"ordering", "cursor"}
    implied = {}
    if is_bare:
        rows = rows.pending()  # type: ignore[attr-defined]  # our own queryset
        rows = rows.of_owner(actor.id) if actor.writes else rows
        implied = {"status": f"{FollowUpStatus.OPEN},{FollowUpStatus.IN_PROGRESS}"}
        if actor.writes:
            implied["mine"] = "true"
    return show_list(
        request,
        "follow_up",
        FollowUpFilters,
        rows,
        heading=_("Follow-ups"),
        find=_("Find a follow-up"),
        orderings=ORDERINGS,
        default="due_on",
        implied=implied,
        shown=ids_on,
        is_bare=is_bare,
        today=city_today(),
        undo=offered_undo(request, "follow_ups"),
    )


def homes_of(form: Any) -> set[UUID]:
    """Home districts of the follow-up's organisations, for the activity log."""
    return {organisation.home_district_id for organisation in form.cleaned_data["organisations"]}


@form_page
def follow_up_new(request: ActorRequest) -> HttpResponse:
    """Add a follow-up. `?organisation=…&contact=…&meeting=…&concern=…` set what it is about."""
    writers_only(request)
    references = _references(request)
    form = PromiseForm(request.POST or None, initial=_start(request, references), actor=request.actor)
    form.draft = "look_for" in request.POST
    if form.is_bound and not form.draft and form.is_valid():
        with RefusalsIn(form):
            promise = start_follow_up_series if form.pattern() else create_follow_up
            with transaction.atomic():
                follow_up = promise(actor=request.actor, **form.pattern(), **form.values(), **references)
                record_kept(request, "follow_up", follow_up.pk, [form], district_ids=homes_of(form))
            say_with_undo(
                request,
                _("Follow-up added: %(title)s") % {"title": follow_up.title},
                "follow_up_made",
                follow_up_id=str(follow_up.pk),
                version=follow_up.version,
            )
            return redirect(_url_of_reference(references) or follow_up_url(follow_up.pk))
    disclose(request, "organisation", [*form.shown, *references.values()], searched=form.searched)
    context = {"form": form, **references}
    return render(request, "pages/follow_ups/new.html", context, status=422 if form.errors else 200)


@require_GET
def follow_up(request: ActorRequest, pk: UUID) -> HttpResponse:
    actor = request.actor
    rows = with_what_is_seen(FollowUp.objects.visible_to(actor), actor).prefetch_related(
        Prefetch("contact", Contact.objects.visible_to(actor)),
        Prefetch("meeting", Meeting.objects.visible_to(actor)),
        Prefetch("concern", Concern.objects.visible_to(actor).with_site(actor)),
    )
    row: Any = get_or_404(rows.select_related("series"), pk)
    people = [row.contact.pk] if row.contact and row.owner_id != actor.id else []
    references = [row_referred for row_referred in (row.contact, row.meeting, row.concern) if row_referred]
    shown_ids, places = [*ids_on([row]), *ids_of(references)], district_ids_of([row, *references])
    shown_ids += ids_in_name(row.concern) if row.concern else []
    disclose(request, "follow_up", shown_ids, people=people, district_ids=places)
    context: dict[str, Any] = {
        "follow_up": row,
        "today": city_today(),
        "may_edit": can_edit_follow_up(actor, row),
        "may_complete": can_complete_follow_up(actor, row),
        "repeats": repeats(row.series),
        "untold": [link for link in row.seen_links if not link.reported_back_on],
    }
    if row.kind == FollowUpKind.TRY_OUT and row.status in PENDING and context["may_complete"]:
        context |= tried_context(takeaway_of(row))
    return render(request, "pages/follow_ups/detail.html", context)


@form_page
def follow_up_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = writable_follow_up(request, pk, can_edit_follow_up)
    options: dict[str, Any] = {
        "actor": request.actor,
        "follow_up": row,
        "may_reassign": can_reassign_follow_up(request.actor, row),
    }
    stored = {
        **{name: getattr(row, name) for name in ("version", "title", "kind", "due_on", "status", "result")},
        "owner": row.owner_id,
        "organisations": [str(link.organisation_id) for link in row.seen_links],
    }
    form = EditPromiseForm(request.POST or None, initial=stored, **options)
    form.draft = "look_for" in request.POST

    @transaction.atomic
    def save() -> bool:
        edit_one_of_follow_up_series(
            actor=request.actor,
            follow_up_id=pk,
            scope=form.scope,
            version=form.cleaned_data["version"],
            **form.values(),
        )
        record_kept(request, "follow_up", pk, [form], district_ids=homes_of(form))
        return True

    attempt = save_or_show_conflict(
        form, save, current=lambda: stored, again=lambda data: EditPromiseForm(data, **options)
    )
    if attempt.saved:
        messages.success(request, _("Follow-up saved."))
        return redirect(follow_up_url(pk))
    disclose(request, "follow_up", [row, *attempt.form.shown], searched=attempt.form.searched)
    context = attempt.context | {"follow_up": row, "repeats": repeats(row.series)}
    return render(request, "pages/follow_ups/edit.html", context, status=attempt.status)


@form_page
def follow_up_cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = writable_follow_up(request, pk, can_complete_follow_up)
    form = CancelForm(request.POST or None, initial={"version": row.version})
    attempt = save_or_show_conflict(
        form,
        lambda: cancel_follow_up(
            actor=request.actor,
            follow_up_id=pk,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        ),
        current=lambda: {"reason": row.cancel_reason},
        again=CancelForm,
    )
    if attempt.saved:
        say_with_undo(
            request,
            _("Cancelled: %(title)s") % {"title": row.title},
            "follow_up_closed",
            follow_up_id=str(pk),
            version=attempt.saved.version,
        )
        return redirect(follow_up_url(pk))
    disclose(request, "follow_up", ids_on([row]), district_ids=district_ids_of([row]))
    context = attempt.context | {"follow_up": row}
    return render(request, "pages/follow_ups/cancel.html", context, status=attempt.status)


@require_POST
def follow_up_end_series(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End the series after this follow-up."""
    writable_follow_up(request, pk, can_complete_follow_up)
    end_follow_up_series(actor=request.actor, follow_up_id=pk)
    say_with_undo(
        request, _("The follow-up no longer repeats."), "follow_up_series_ended", follow_up_id=str(pk)
    )
    return redirect(follow_up_url(pk))


def follow_up_url(pk: UUID) -> str:
    return reverse("follow_up", args=[pk])


# --- Undo -----------------------------------------------------------------------------------------


@undoer("follow_up_series_ended")
def _go_on(*, actor: Actor, follow_up_id: str) -> None:
    end_follow_up_series(actor=actor, follow_up_id=UUID(follow_up_id), is_ended=False)


@undoer("follow_up_made")
def _unmake(*, actor: Actor, follow_up_id: str, version: int) -> None:
    cancel_follow_up(
        actor=actor,
        follow_up_id=UUID(follow_up_id),
        version=version,
        reason=_("Undone straight after creation."),
    )
    end_follow_up_series(actor=actor, follow_up_id=UUID(follow_up_id))


# --- Shared steps ---------------------------------------------------------------------------------


def writable_follow_up(request: ActorRequest, pk: UUID, may: Any) -> Any:
    """The follow-up with the organisations that the user sees. Raises 404 or 403."""
    row = get_or_404(with_what_is_seen(FollowUp.objects.visible_to(request.actor), request.actor), pk)
    refuse_unless(may(request.actor, row))
    return row


def _references(request: ActorRequest) -> dict[str, Any]:
    """The contact, meeting and concern named in the URL. Raises 404 if one is not visible."""
    models: dict[str, Any] = {"contact": Contact, "meeting": Meeting, "concern": Concern}
    return {
        name: get_or_404(model.objects.visible_to(request.actor), as_uuid(request.GET[name]))
        for name, model in models.items()
        if request.GET.get(name)
    }


def _url_of_reference(references: dict[str, Any]) -> str:
    """URL of the page that a new follow-up belongs to."""
    for name in ("concern", "meeting"):
        if name in references:
            return reverse(name, args=[references[name].pk])
    return ""


def _start(request: ActorRequest, references: dict[str, Any]) -> dict[str, Any]:
    organisation_id = request.GET.get("organisation")
    organisations: list[Any] = [organisation_id] if organisation_id else []
    if not organisations and "concern" in references:
        concern = references["concern"]
        organisations = [pk for pk in (concern.site_organisation_id, concern.raised_by_organisation_id) if pk]
    if not organisations and "meeting" in references:
        links = references["meeting"].organisation_links.values_list("organisation", flat=True)
        visible = Organisation.objects.visible_to(request.actor).filter(pk__in=links)
        organisations = list(visible.values_list("pk", flat=True)[:20])
    return {"organisations": [str(pk) for pk in organisations], "owner": request.user.pk}


def page_of_button(request: HttpRequest, pk: UUID) -> str:
    """The page with the pressed button. From a page of the follow-up itself, the follow-up."""
    referer = request.headers.get("referer", "")
    safe = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    own_url = follow_up_url(pk)
    return referer if safe and own_url not in referer else own_url
