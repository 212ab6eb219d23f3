"""Manage districts, for administrators: add, edit, deactivate, import from a file."""

import base64
import hashlib
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import structlog
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from districts.imports import Naming, Report, Written, import_districts, undo_import
from districts.models import District
from districts.policies import can_manage_districts
from districts.services import followers
from districts.services.districts import create_district, edit_district
from districts.services.redraws import cancel_redraw, redraw_district
from lib.error_texts import texts
from pages.districts.forms import DistrictForm, ImportForm, NewDistrictForm, RedrawForm, district_values
from pages.districts.maps import compared
from pages.form_pages import form_page, posted, save_or_show_conflict
from pages.forms.base import RefusalsIn
from pages.lookups import refuse_unless
from pages.undo import TEN_MINUTES, undo_url, undoer

KEPT_SECONDS: Final = 30 * 60
CHOICE: Final = "choice-"  # in front of the key of a choice, in the names of fields

log = structlog.get_logger(__name__)


def _administrators_only(request: ActorRequest) -> None:
    refuse_unless(can_manage_districts(request.actor))


@require_safe
def districts(request: ActorRequest) -> HttpResponse:
    """Districts as a tree: each directly below its parent."""
    _administrators_only(request)
    rows = District.objects.visible_to(request.actor).with_users_counted().select_related("parent").as_tree()
    return render(request, "pages/settings/districts.html", {"rows": rows})


@form_page
def district_new(request: ActorRequest) -> HttpResponse:
    _administrators_only(request)
    form = NewDistrictForm(posted(request))
    if form.is_valid():
        with RefusalsIn(form):
            district = create_district(actor=request.actor, **form.cleaned_data)
            messages.success(request, _("%(name)s added.") % {"name": district.name})
            return redirect("settings_districts")
    status = 422 if form.is_bound else 200
    return render(request, "pages/settings/district.html", {"form": form}, status=status)


@form_page
def district_edit(request: ActorRequest, code: str) -> HttpResponse:
    _administrators_only(request)
    row = get_object_or_404(District.objects.visible_to(request.actor), code=code)
    form = DistrictForm(posted(request), initial=district_values(row))
    attempt = save_or_show_conflict(
        form,
        lambda: edit_district(
            actor=request.actor,
            district_id=row.pk,
            version=form.cleaned_data["version"],
            **form.values(),
        ),
        current=lambda: district_values(row),
        again=DistrictForm,
    )
    if attempt.saved:
        messages.success(request, _("%(name)s saved.") % {"name": attempt.saved.name})
        return redirect("settings_districts")
    context = attempt.context | {"district": row}
    return render(request, "pages/settings/district.html", context, status=attempt.status)


@form_page
def district_redraw(request: ActorRequest, code: str) -> HttpResponse:
    """Close a district and open its successors, today or later; again: open another one."""
    _administrators_only(request)
    row = get_object_or_404(District.objects.visible_to(request.actor), code=code)
    if "cancel" in request.POST:
        cancel_redraw(actor=request.actor, district_id=row.pk)
        messages.success(request, _("Redraw cancelled."))
        return redirect("settings_district_redraw", code)
    values = {"version": row.version, "name": row.name, "parent": row.parent}
    form = RedrawForm(posted(request), initial=values)
    attempt = save_or_show_conflict(
        form,
        lambda: redraw_district(
            actor=request.actor,
            district_id=row.pk,
            version=form.cleaned_data["version"],
            **form.values(),
        ),
        current=lambda: values,
        again=RedrawForm,
    )
    if attempt.saved:
        if attempt.saved == row:
            messages.success(
                request, _("Redraw planned. Supervisors can choose a successor for each organisation.")
            )
        else:
            messages.success(request, _("%(name)s redrawn.") % {"name": row.name})
        return redirect("district", attempt.saved.code)
    moving = (
        {label: n for count in followers.COUNTS for label, n in count(row).items()} if row.is_active else {}
    )
    context = attempt.context | {"district": row, "moving": moving}
    return render(request, "pages/settings/district_redraw.html", context, status=attempt.status)


@form_page
def district_import(request: ActorRequest) -> HttpResponse:
    """Import in two steps: check a file and preview its effect, then import the stored file."""
    _administrators_only(request)
    if "token" in request.POST:
        return _apply(request, request.POST["token"])
    form = ImportForm(posted(request), request.FILES if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        file = form.cleaned_data["file"]
        content, naming = file.read(), form.naming()
        with RefusalsIn(form):
            report = import_districts(
                actor=request.actor, content=content, naming=naming, source=file.name, dry_run=True
            )
            token = _keep(request, content, naming, file.name)
            return _preview(request, report, token)
    status = 422 if form.is_bound else 200
    return render(request, "pages/settings/district_import.html", context, status=status)


def _apply(request: ActorRequest, token: str) -> HttpResponse:
    stored = _stored_file(request, token)
    try:
        if stored is None:
            raise ValidationError(_("The file is no longer available. Choose it again."))
        content, naming, source = stored
        arguments: dict[str, Any] = {
            "actor": request.actor,
            "content": content,
            "naming": naming,
            "source": source,
            "selected": {
                name.removeprefix(CHOICE): value
                for name, value in request.POST.items()
                if name.startswith(CHOICE)
            },
        }
        tried = import_districts(**arguments, dry_run=True)
        is_confirmed = not tried.checks or request.POST.get("confirmed") == tried.confirmation
        if tried.open_choices or not is_confirmed:
            return _preview(request, tried, token, status=422)
        report = import_districts(**arguments, confirmed=True)
    except ValidationError as error:
        context = {"form": ImportForm(), "refused": texts(error)}
        return render(request, "pages/settings/district_import.html", context, status=422)
    text = _("Created %(created)d, updated %(updated)d, unchanged %(unchanged)d.")
    counts = {name: report.count(name) for name in ("created", "updated", "unchanged")}
    back = _keep_undo(request, report.written, source) if report.written else ""
    messages.success(request, text % counts, extra_tags=f"undo:{back}" if back else "")
    return redirect("settings_districts")


def _preview(request: ActorRequest, report: Report, token: str, status: int = 200) -> HttpResponse:
    context = {
        "report": report,
        "choices": [
            row
            | {
                "picture": compared([("", row["choice"].before, row["choice"].after)]),
                "is_open": row["choice"] in report.open_choices,
            }
            for row in report.choices
        ],
        "token": token,
        "picture": compared([(row.name, row.before, row.boundary) for row in report.rows if row.boundary]),
        "unconfirmed": status == 422,
    }
    return render(request, "pages/settings/district_preview.html", context, status=status)


def _keep_undo(request: ActorRequest, written: Sequence[Written], source: str) -> str:
    """Store the previous state for 10 minutes and return the URL for Undo. Empty if storing fails."""
    token = secrets.token_urlsafe(16)
    try:
        undo_data = [[district.as_json() for district in written], source]
        cache.set(_undo_key(request.actor, token), undo_data, TEN_MINUTES)
    except RedisError as error:
        log.error("undo_not_kept", error=type(error).__name__)
        return ""
    return undo_url(request, "districts_imported", token=token)


@undoer("districts_imported")
def _take_back(*, actor: Actor, token: str) -> None:
    undo_data = cache.get(_undo_key(actor, token))
    if undo_data is None:
        raise ValidationError(_("It is too late to undo this."), code="too_late")
    written, source = [Written.from_json(district) for district in undo_data[0]], undo_data[1]
    undo_import(actor=actor, written=written, source=source)
    cache.delete(_undo_key(actor, token))


def _undo_key(actor: Actor, token: str) -> str:
    return f"web:districts-undo:{actor.id}:{hashlib.sha256(token.encode()).hexdigest()}"


def _key(request: ActorRequest, token: str) -> str:
    return f"web:districts-import:{request.user.pk}:{hashlib.sha256(token.encode()).hexdigest()}"


def _keep(request: ActorRequest, content: bytes, naming: Naming, source: str) -> str:
    """Store a checked file for 30 minutes for its uploader only, and return the token that finds it."""
    token = secrets.token_urlsafe(16)
    packed = base64.b64encode(zlib.compress(content)).decode()
    stored = [packed, asdict(naming), source]
    try:
        cache.set(_key(request, token), stored, KEPT_SECONDS)
    except RedisError as error:
        log.error("file_not_kept", error=type(error).__name__)
        raise ValidationError(
            _("The file is valid, but it cannot be saved right now. Try again in a minute.")
        ) from error
    return token


def _stored_file(request: ActorRequest, token: str) -> tuple[bytes, Naming, str] | None:
    try:
        stored = cache.get(_key(request, token))
    except (RedisError, ValueError):
        return None
    if stored is None:
        return None
    packed, naming, source = stored
    return zlib.decompress(base64.b64decode(packed)), Naming(**naming), source
