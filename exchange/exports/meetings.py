"""Meetings, promises and concerns as files.

Neither names officers or people beside organisations: no file may be turned into figures per officer,
nor persons be sorted by whom they speak for.
"""

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Func, OuterRef, Q, UUIDField, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from districts.codes import Focus
from exchange.exports.columns import ListColumn, ListExport, Rows
from lib.sheets import Cell
from meetings import codes
from meetings.filters.concerns import ConcernFilters
from meetings.filters.follow_ups import FollowUpFilters
from meetings.filters.meetings import MeetingFilters
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation


def _meetings(actor: Actor) -> Rows:
    return Meeting.objects.visible_to(actor)


def _follow_ups(actor: Actor) -> Rows:
    return FollowUp.objects.visible_to(actor)


def _concerns(actor: Actor) -> Rows:
    return Concern.objects.visible_to(actor)


def _linked(model: Any, to: str, column: str, **conditions: Any) -> Any:
    """Of the organisations the actor sees, in the order of their names."""

    def expression(actor: Actor) -> Any:
        seen = Organisation.objects.visible_to(actor).values("pk")
        links = model.objects.filter(**{to: OuterRef("pk")}, organisation__in=seen, **conditions)
        return ArraySubquery(links.order_by("organisation__folded", "pk").values(column))

    return expression


def _named(reference: str) -> Any:
    """An organisation's name, or nothing where the actor does not see it."""

    def expression(actor: Actor) -> Any:
        return _where_seen(actor, reference, F(f"{reference}__name"), CharField())

    return expression


def _named_ids(actor: Actor) -> Any:
    ids = [
        _where_seen(actor, name, F(f"{name}_id"), UUIDField())
        for name in ("site_organisation", "raised_by_organisation")
    ]
    return Func(*ids, template="ARRAY[%(expressions)s]::uuid[]", output_field=ArrayField(UUIDField()))


def _where_seen(actor: Actor, reference: str, value: Any, output_field: Any) -> Case:
    seen = Q(**{f"{reference}__in": Organisation.objects.visible_to(actor).values("pk")})
    return Case(When(seen, then=value), default=Value(None), output_field=output_field)


_FACTS: Final = ListColumn(
    "facts", _("Facts"), about=_("What was said and agreed, so that all would agree."), width=60
)
_SEEN: Final = _("Those you see in this system.")

MEETINGS: Final = ListExport(
    noun="meetings",
    object_type="meeting",
    title=_("Meetings"),
    filters=MeetingFilters,
    rows=_meetings,
    columns=(
        ListColumn("starts_at", _("Starts at"), cell=Cell.MOMENT, about=_("By the city’s clock.")),
        ListColumn("duration_minutes", _("Minutes"), cell=Cell.NUMBER),
        ListColumn("subject", _("Subject"), width=40),
        ListColumn("kind", _("Kind"), labels=codes.MeetingKind),
        ListColumn("status", _("Status"), labels=codes.MeetingStatus, width=12),
        ListColumn("district", _("District"), "district__name"),
        ListColumn("place", _("Place")),
        ListColumn(
            "organisations_present",
            _("Organisations present"),
            _linked(MeetingOrganisation, "meeting", "organisation__name", present=True),
            about=_SEEN,
            width=40,
        ),
        ListColumn(
            "organisations_absent",
            _("Organisations invited but absent"),
            _linked(MeetingOrganisation, "meeting", "organisation__name", present=False),
            about=_SEEN,
        ),
        ListColumn("headcount", _("How many people came"), cell=Cell.NUMBER),
        ListColumn("initiated_by", _("Whose idea it was"), labels=codes.Initiator),
        ListColumn("level", _("Level"), labels=codes.Level),
        ListColumn("outcomes", _("What came of it"), labels=codes.Outcome, width=40),
        ListColumn("agenda", _("Agenda"), width=40),
        _FACTS,
        ListColumn(
            "assessment",
            _("Assessment"),
            about=_("The officer’s opinion, kept apart from the facts."),
            width=60,
        ),
        ListColumn("id", _("Id"), about=_("The same in the API."), width=38),
    ),
    order=("-starts_at", "pk"),
    district="district_id",
    others=_linked(MeetingOrganisation, "meeting", "organisation_id"),
)

FOLLOW_UPS: Final = ListExport(
    noun="follow-ups",
    object_type="follow_up",
    title=_("Follow-ups"),
    filters=FollowUpFilters,
    rows=_follow_ups,
    columns=(
        ListColumn("due_on", _("Due"), cell=Cell.DAY),
        ListColumn(
            "first_due_on", _("First promised for"), cell=Cell.DAY, about=_("Stays when the day is moved.")
        ),
        ListColumn("title", _("What is promised"), width=40),
        ListColumn("kind", _("Kind"), labels=codes.FollowUpKind),
        ListColumn("status", _("Status"), labels=codes.FollowUpStatus, width=12),
        ListColumn(
            "organisations",
            _("Promised to"),
            _linked(FollowUpOrganisation, "follow_up", "organisation__name"),
            about=_SEEN,
            width=40,
        ),
        ListColumn(
            "told",
            _("Told of the result"),
            _linked(FollowUpOrganisation, "follow_up", "organisation__name", reported_back_on__isnull=False),
            about=_SEEN,
            width=40,
        ),
        ListColumn("completed_at", _("Done at"), cell=Cell.MOMENT),
        ListColumn("result", _("What came of it"), width=40),
        ListColumn("cancel_reason", _("Why it is cancelled")),
        ListColumn("id", _("Id"), about=_("The same in the API."), width=38),
    ),
    order=("due_on", "pk"),
    district=_linked(FollowUpOrganisation, "follow_up", "organisation__home_district_id"),
    others=_linked(FollowUpOrganisation, "follow_up", "organisation_id"),
)

CONCERNS: Final = ListExport(
    noun="concerns",
    object_type="concern",
    title=_("Concerns"),
    filters=ConcernFilters,
    rows=_concerns,
    columns=(
        ListColumn("received_at", _("Received at"), cell=Cell.MOMENT, about=_("By the city’s clock.")),
        ListColumn("occurred_on", _("Happened on"), cell=Cell.DAY),
        ListColumn("kinds", _("What happened"), labels=codes.ConcernKind, width=40),
        ListColumn("bias_grounds", _("Bias"), labels=codes.BiasGround),
        ListColumn("bias_indicators", _("What points to bias"), labels=codes.BiasIndicator),
        ListColumn("perceived_by", _("Who sees it so"), labels=codes.Perceiver),
        ListColumn("district", _("District"), "district__name"),
        ListColumn("place", _("Place")),
        ListColumn("site", _("Whose building or event was hit"), _named("site_organisation"), about=_SEEN),
        ListColumn("raised_by", _("Raised by"), _named("raised_by_organisation"), about=_SEEN),
        ListColumn("affected_focuses", _("Communities affected"), labels=Focus),
        _FACTS,
        ListColumn("case_reference", _("Case reference"), about=_("Of the case system.")),
        ListColumn("status", _("Status"), labels=codes.ConcernStatus, width=12),
        ListColumn("answered_at", _("Answered at"), cell=Cell.MOMENT),
        ListColumn("closed_at", _("Closed at"), cell=Cell.MOMENT),
        ListColumn("reported_back_on", _("Told them on"), cell=Cell.DAY),
        ListColumn("reassurance_offered_at", _("Reassurance offered at"), cell=Cell.MOMENT),
        ListColumn("reassurance_answer", _("Their answer"), labels=codes.ReassuranceAnswer),
        ListColumn("id", _("Id"), about=_("The same in the API."), width=38),
    ),
    order=("-received_at", "pk"),
    district="district_id",
    others=_named_ids,
)

EXPORTS: Final = (MEETINGS, FOLLOW_UPS, CONCERNS)
