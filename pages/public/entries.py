"""“You said, we did”: drafted, approved by another, withdrawn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from lib.error_texts import texts
from meetings.models import Concern, FollowUp
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import require_reauthentication
from pages.lookups import get_or_404, refuse_unless, writers_only
from pages.public.forms import ApprovalForm, EntryForm, entry_values
from publishing.models import PublicDistrict, PublicEntry
from publishing.models.entry import held_back
from publishing.policies import can_approve_entry, can_edit_page, can_write_entry
from publishing.services.entries import (
    approve_entry,
    draft_entry,
    edit_entry,
    entry_to_approve,
    hints_of_hate,
    withdraw_entry,
)


@form_page
def entry_new(request: ActorRequest) -> HttpResponse:
    """Tell the district (`?follow_up=…` or `?concern=…`, once or more: what the entry draws on)."""
    writers_only(request)
    source = _source(request)
    initial: dict[str, Any] = {"district": source.pop("district", None)}
    form = EntryForm(
        posted(request), initial=initial, actor=request.actor, languages=_languages(request, initial)
    )
    if form.is_valid():
        with RefusalsIn(form):
            draft_entry(
                actor=request.actor,
                district_id=form.cleaned_data["district"].pk,
                translations=form.translations,
                concern_ids=form.concern_ids | set(source.pop("concern_ids", ())),
                **source,
                **form.texts,
            )
            messages.success(request, _("Draft saved. Another person must approve it."))
            return redirect("public_pages")
    return _entry_page(request, {"form": form, "draws_on": bool(source)}, form)


@form_page
def entry(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Read an entry, and change a draft."""
    row = _entry(request, pk)
    actor = request.actor
    may_edit = row.is_draft and can_write_entry(actor, row.district_id)
    if request.method == "POST":
        refuse_unless(may_edit)
    languages = _languages(request, {"district": row.district_id})
    form = EntryForm(posted(request), initial=entry_values(row), actor=actor, languages=languages)
    if form.is_valid():
        with RefusalsIn(form):
            edit_entry(
                actor=actor,
                entry_id=row.pk,
                version=form.cleaned_data["revision"],
                translations=form.translations,
                **form.texts,
            )
            messages.success(request, _("Draft saved. Another person must approve it."))
            return redirect("public_pages")
    context = {
        "form": form if may_edit else None,
        "row": row,
        "is_held_back": row.pk in held_back(city_today()),
        **(_approval(row) if _may_approve(request, row) else {}),
        "may_withdraw": not row.withdrawn_at
        and (can_edit_page(actor, row.district_id) or (row.is_draft and row.written_by_id == actor.id)),
    }
    return _entry_page(request, context, form)


@form_page
def entry_approve(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Read a draft, say whether it tells of an incident, and approve it. For confirmers, too."""
    actor = request.actor
    refuse_unless(actor.reads or actor.is_confirmer)
    try:
        row = entry_to_approve(actor, pk)
    except PublicEntry.DoesNotExist as error:
        raise Http404 from error
    refuse_unless(_may_approve(request, row))
    if request.method == "POST":
        require_reauthentication(request)
    context = _approval(row, posted(request))
    form = context["approval"]
    if form.is_valid():
        with RefusalsIn(form):
            version = form.cleaned_data.pop("revision")
            approved = approve_entry(actor=actor, entry_id=pk, version=version, **form.cleaned_data)
            _tell_when_shown(request, approved)
            return redirect("waiting" if actor.is_confirmer else "public_pages")
    context |= {"row": row, "form": form}
    return render(request, "pages/public/approve.html", context, status=422 if form.is_bound else 200)


def _approval(row: PublicEntry, data: QueryDict | None = None) -> dict[str, Any]:
    """Return the approver's form, with words that may help to answer its question."""
    form = ApprovalForm(data, initial={"revision": row.revision}, entry=row)
    return {"approval": form, "hints": hints_of_hate(row)}


def _tell_when_shown(request: ActorRequest, row: PublicEntry) -> None:
    if not PublicDistrict.objects.visible_to(request.actor).on().showing(row.district).exists():
        messages.warning(request, _("Entry approved. Its district has no public page yet."))
    elif row.not_before and row.not_before > city_today():
        day = date_format(row.not_before)
        messages.success(request, _("Entry approved. It is published on %(day)s.") % {"day": day})
    else:
        messages.success(request, _("Entry approved. It is published within minutes."))


@require_POST
def entry_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    _entry(request, pk)
    try:
        withdraw_entry(actor=request.actor, entry_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Entry removed. Copies that others made cannot be recalled."))
    return redirect("public_pages")


def _entry(request: ActorRequest, pk: UUID) -> PublicEntry:
    refuse_unless(request.actor.reads)
    return get_or_404(PublicEntry.objects.visible_to(request.actor).with_texts(), pk)


def _may_approve(request: ActorRequest, row: PublicEntry) -> bool:
    return row.is_draft and can_approve_entry(request.actor, row)


def _source(request: ActorRequest) -> dict[str, Any]:
    """Return the follow-up or concerns that the entry is about, and their district."""
    try:
        follow_up = UUID(request.GET["follow_up"]) if "follow_up" in request.GET else None
        concerns = [UUID(pk) for pk in request.GET.getlist("concern")]
    except ValueError:
        return {}
    source: dict[str, Any] = {}
    if follow_up:
        promise = get_or_404(FollowUp.objects.visible_to(request.actor), follow_up)
        organisations = Organisation.objects.visible_to(request.actor).filter(follow_ups=promise)
        homes = [
            organisation.home_district_id
            for organisation in organisations
            if request.actor.covers(organisation.home_district_id)
        ]
        source = {"follow_up_id": promise.pk, "district": homes[0] if homes else None}
    if concerns:
        raised = [get_or_404(Concern.objects.visible_to(request.actor), pk) for pk in concerns]
        source |= {"concern_ids": [concern.pk for concern in raised], "district": raised[0].district_id}
    return source


def _languages(request: ActorRequest, initial: dict[str, Any]) -> list[str]:
    """Languages of the page that shows entries of the chosen district, the reader's only one at first."""
    district_id = initial.get("district") or min(request.actor.district_ids, default=None)
    if district_id is None:
        return []
    district = District.objects.visible_to(request.actor).filter(pk=district_id).first()
    pages = PublicDistrict.objects.visible_to(request.actor)
    nearest = pages.showing(district).first() if district else None
    return nearest.languages if nearest else []


def _entry_page(request: ActorRequest, context: dict[str, Any], form: EntryForm) -> HttpResponse:
    return render(request, "pages/public/entry.html", context, status=422 if form.is_bound else 200)
