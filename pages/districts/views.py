"""Districts: map and table, profiles, and expected communities."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from accounts.models import User
from accounts.rules import WRITES
from districts.models import District, ExpectedCommunity
from districts.policies import can_choose_homes, can_keep_expected_communities
from districts.services.districts import expect_community, withdraw_expected_community
from lib.days import city_today
from meetings.policies import can_hand_over
from meetings.queries.district_profile import DistrictFigures, district_figures, profile_of
from pages.disclosing import disclose
from pages.districts.forms import ExpectedCommunityForm
from pages.districts.maps import Drawing, Shape, drawing
from pages.districts.tabs import district_in_address, menu_of
from pages.forms.base import RefusalsIn
from pages.lists import canonical
from pages.undo import say_with_undo, undoer

SHADES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Ground:
    """A district in a list.

    `figures` are for users who cover the district; `shape` is set if it is on the map.
    """

    district: District
    figures: DistrictFigures | None
    shape: Shape | None

    @property
    def shade(self) -> str:
        """t1 to t4: share of organisations that were met recently. t0 means no figures."""
        share = self.figures.share_met if self.figures else None
        return "t0" if share is None else f"t{1 + sum(share >= step for step in SHADES)}"


@require_safe
def districts(request: ActorRequest) -> HttpResponse:
    """The highest level with more than one district, then the user's own districts on lower levels.

    `?district=` leads to that district's page.
    """
    if elsewhere := canonical(request):
        return elsewhere
    in_address = district_in_address(request)
    if in_address["district"]:
        return redirect(_page_of(request, in_address["district"]))
    active = list(District.objects.visible_to(request.actor).active().in_order())
    level = [row for row in active if row.parent_id is None]
    while len(level) == 1 and (parts := [row for row in active if row.parent_id == level[0].pk]):
        level = parts
    picture = drawing(level)
    level_ids = {row.pk for row in level}
    own_districts = [
        row for row in request.user.districts.active().in_order() if level_ids & set(row.lineage[:-1])
    ]
    rows = _ground(request.actor, [*level, *own_districts], picture)
    mapped = rows[: len(level)]
    context = {
        "picture": picture,
        "rows": mapped,
        "covered": [row for row in mapped if row.figures],
        "others": [row for row in mapped if not row.figures],
        "own": rows[len(level) :],
        **in_address,
    }
    return render(request, "pages/districts/list.html", context)


def _page_of(request: ActorRequest, row: District) -> str:
    """Return the address of a district's page, with the other parameters of this one."""
    query = request.GET.copy()
    del query["district"]
    url = reverse("district", args=[row.code])
    return f"{url}?{query.urlencode()}" if query else url


@require_safe
def district(request: ActorRequest, code: str) -> HttpResponse:
    """A district's profile.

    Everybody sees who works there; only users who cover the district see activity.
    """
    return _profile(request, _find(request, code))


@require_POST
def expected_new(request: ActorRequest, code: str) -> HttpResponse:
    row = _find(request, code)
    form = ExpectedCommunityForm(request.POST)
    if form.is_valid():
        with RefusalsIn(form):
            expect_community(actor=request.actor, district_id=row.pk, **form.cleaned_data)
            messages.success(request, _("Community added."))
            return redirect("district", code)
    elif not can_keep_expected_communities(request.actor, row):
        raise PermissionDenied
    return _profile(request, row, form, status=422)


@require_POST
def expected_remove(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(
        ExpectedCommunity.objects.visible_to(request.actor).select_related("district"), pk=pk
    )
    withdraw_expected_community(actor=request.actor, expected_id=pk)
    say_with_undo(
        request,
        _("Community removed."),
        "expected_community",
        district_id=str(row.district_id),
        focus=row.focus,
        evidence=row.evidence,
        source_url=row.source_url,
    )
    return redirect("district", row.district.code)


@undoer("expected_community")
def _expect_again(*, actor: Actor, district_id: str, focus: str, evidence: str, source_url: str) -> None:
    expect_community(
        actor=actor, district_id=UUID(district_id), focus=focus, evidence=evidence, source_url=source_url
    )


def _find(request: ActorRequest, code: str) -> District:
    rows = District.objects.visible_to(request.actor).defer("boundary").select_related("parent")
    return get_object_or_404(rows, code=code)


def _profile(
    request: ActorRequest, row: District, form: ExpectedCommunityForm | None = None, status: int = 200
) -> HttpResponse:
    actor, today = request.actor, city_today()
    parts = list(District.objects.visible_to(actor).active().filter(parent=row).in_order())
    picture = drawing(parts or [row])
    profile = None
    if _covers(actor, row):
        profile = profile_of(actor, row, today)
        organisation_ids = [organisation.pk for rows in profile.to_meet for organisation in rows]
        disclose(request, "organisation", organisation_ids, district_ids=[row.pk])
    may_keep = can_keep_expected_communities(actor, row)
    rows = _ground(actor, [row, *parts], picture)
    before, after = row.before_and_after()
    context = {
        "district": row,
        "district_menu": menu_of(actor, row.code),
        "before": before,
        "after": after,
        "here": rows[0],
        "parts": rows[1:],
        "picture": picture,
        "colleagues": User.objects.visible_to(actor).active().with_role(*WRITES).covering(row).in_order(),
        "may_hand_over": can_hand_over(actor),
        "may_choose_homes": can_choose_homes(actor, row),
        "profile": profile,
        "form": (form or ExpectedCommunityForm()) if may_keep else None,
        "today": today,
    }
    return render(request, "pages/districts/detail.html", context, status=status)


def _covers(actor: Actor, row: District) -> bool:
    return actor.reads and (actor.sees_everywhere or actor.covers(row.pk))


def _ground(actor: Actor, rows: Iterable[District], picture: Drawing | None) -> list[Ground]:
    shapes = {shape.pk: shape for shape in picture.shapes} if picture else {}
    counted = district_figures(actor, city_today()) if actor.reads else {}
    return [
        Ground(
            row, counted.get(row.pk, DistrictFigures()) if _covers(actor, row) else None, shapes.get(row.pk)
        )
        for row in rows
    ]
