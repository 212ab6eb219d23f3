"""The district that a tab of District is about, from `?district=`, and the menu of the reader's districts."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from districts.models import District


def in_menu(covered: Iterable[District], code: str = "") -> list[District]:
    """Return the districts of the menu, each before its parts.

    These are the highest that the reader covers, or one and its parts. The parts of the district of this code
    and those beside it are there too.
    """
    rows = [row for row in covered if row.is_active]
    covered_ids = {row.pk for row in rows}
    highest = [row for row in rows if len(covered_ids & set(row.lineage)) == 1]
    whole_ids = {row.pk for row in highest} if len(highest) == 1 else set()
    whole_ids |= {pk for row in rows if row.code == code for pk in (row.pk, row.parent_id) if pk}
    return [row for row in rows if row in highest or row.parent_id in whole_ids]


def menu_of(actor: Actor, code: str) -> list[District]:
    """Return the districts of the menu on the page of a district. Empty for users who read no records."""
    return in_menu(_covered_by(actor), code)


def district_in_address(request: ActorRequest) -> dict[str, Any]:
    """Return `district`, or None if the address names none, and `district_menu`, for a page's context.

    Raises Http404 if the reader does not cover the district, or if there is none of this code.
    """
    covered = _covered_by(request.actor)
    code = request.GET.get("district")
    district = next((row for row in covered if row.code == code), None)
    if code and district is None:
        raise Http404
    return {"district": district, "district_menu": in_menu(covered, code or "")}


def _covered_by(actor: Actor) -> list[District]:
    return list(District.objects.covered_by(actor).as_tree()) if actor.reads else []
