"""Organisations that a reader is likely to open: those they lead, then those to meet in their districts."""

from datetime import date
from typing import Any

from django.db.models import F

from accounts.actors import Actor
from contacts.models import Organisation


def own_organisations(actor: Actor, limit: int) -> list[Organisation]:
    """Active organisations in the actor's districts: led or deputised, then others; to meet first. One query.

    Of the others, only those with an agreed frequency are listed, which an index has in order.
    """
    if not actor.district_ids:
        return []
    rows = Organisation.objects.visible_to(actor).at_home_with(actor).active()
    led = rows.of_officer(actor.id).order_by(F("meet_by").asc(nulls_last=True), "pk")
    to_meet = rows.may_be_contacted().counted().filter(meet_by__isnull=False).order_by("meet_by", "pk")
    organisation_ids: Any = led.values("pk")[:limit].union(to_meet.values("pk")[:limit], all=True)
    organisations = rows.filter(pk__in=organisation_ids).select_related("home_district")

    def order(row: Organisation) -> tuple[bool, bool, date, str]:
        is_led = actor.id in (row.lead_officer_id, row.deputy_officer_id)
        return not is_led, not row.is_due_a_meeting, row.meet_by or date.max, row.folded

    return sorted(organisations, key=order)[:limit]
