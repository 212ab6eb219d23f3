"""The lists of meetings, follow-ups and concerns.

They name no officers and no contacts beside organisations. Files must allow neither figures for single
officers nor lists of people by the organisation that they represent.
"""

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, DateTimeField, F, Func, OuterRef, Q, UUIDField, Value, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from exchange.exports.columns import ID, ListColumn, ListExport, Rows, column, columns
from lib.days import city_zone
from lib.sheets import Cell
from meetings.codes import TimePrecision
from meetings.filters.concerns import ConcernFilters
from meetings.filters.follow_ups import FollowUpFilters
from meetings.filters.meetings import MeetingFilters
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation


def _meetings(actor: Actor) -> Rows:
    return Meeting.objects.visible_to(actor)


def _meeting_day(_actor: Actor) -> Any:
    return TruncDate("starts_at", tzinfo=city_zone())


def _exact_start(_actor: Actor) -> Any:
    """Return an expression for the start of a meeting, or NULL if its clock means nothing."""
    is_exact = Q(precision=TimePrecision.MINUTE)
    return Case(When(is_exact, then=F("starts_at")), default=Value(None), output_field=DateTimeField())


def _follow_ups(actor: Actor) -> Rows:
    return FollowUp.objects.visible_to(actor)


def _concerns(actor: Actor) -> Rows:
    return Concern.objects.visible_to(actor)


def _linked_organisations(model: Any, to: str, column: str, **conditions: Any) -> Any:
    """Return an expression for a column of the linked organisations that the actor sees, ordered by name."""

    def expression(actor: Actor) -> Any:
        visible = Organisation.objects.visible_to(actor).values("pk")
        links = model.objects.filter(**{to: OuterRef("pk")}, organisation__in=visible, **conditions)
        return ArraySubquery(links.order_by("organisation__folded", "pk").values(column))

    return expression


def _organisation_name(reference: str) -> Any:
    """Return an expression for an organisation's name, or NULL if the actor does not see it."""

    def expression(actor: Actor) -> Any:
        return _if_visible(actor, reference, F(f"{reference}__name"), CharField())

    return expression


def _organisation_ids(actor: Actor) -> Any:
    ids = [
        _if_visible(actor, name, F(f"{name}_id"), UUIDField())
        for name in ("site_organisation", "raised_by_organisation")
    ]
    return Func(*ids, template="ARRAY[%(expressions)s]::uuid[]", output_field=ArrayField(UUIDField()))


def _if_visible(actor: Actor, reference: str, value: Any, output_field: Any) -> Case:
    is_visible = Q(**{f"{reference}__in": Organisation.objects.visible_to(actor).values("pk")})
    return Case(When(is_visible, then=value), default=Value(None), output_field=output_field)


_ONLY_VISIBLE: Final = _("Only those you can see.")
_EXACT: Final = _("In the city’s time zone. Empty if the time is not exact.")
_CLOCK: Final = _("In the city’s time zone.")

MEETINGS: Final = ListExport(
    noun="meetings",
    object_type="meeting",
    title=_("Meetings"),
    filters=MeetingFilters,
    rows=_meetings,
    columns=columns(
        Meeting,
        ListColumn("day", _("Date"), _meeting_day, cell=Cell.DAY),
        column(Meeting, "starts_at", value=_exact_start, about=_EXACT),
        column(Meeting, "precision", width=16),
        "duration_minutes",
        column(Meeting, "subject", width=40),
        "kind",
        column(Meeting, "status", width=12),
        *("district", "place"),
        ListColumn(
            "organisations_present",
            _("Organisations present"),
            _linked_organisations(MeetingOrganisation, "meeting", "organisation__name", present=True),
            about=_ONLY_VISIBLE,
            width=40,
        ),
        ListColumn(
            "organisations_absent",
            _("Invited organisations that did not attend"),
            _linked_organisations(MeetingOrganisation, "meeting", "organisation__name", present=False),
            about=_ONLY_VISIBLE,
        ),
        *("headcount", "initiated_by", "level"),
        column(Meeting, "outcomes", width=40),
        column(Meeting, "agenda", width=40),
        column(Meeting, "facts", width=60),
        column(
            Meeting, "assessment", about=_("The officer’s opinion, kept separate from the facts."), width=60
        ),
        ID,
    ),
    order=("-starts_at", "pk"),
    district="district_id",
    other_ids=_linked_organisations(MeetingOrganisation, "meeting", "organisation_id"),
)

FOLLOW_UPS: Final = ListExport(
    noun="follow-ups",
    object_type="follow_up",
    title=_("Follow-ups"),
    filters=FollowUpFilters,
    rows=_follow_ups,
    columns=columns(
        FollowUp,
        "due_on",
        column(
            FollowUp,
            "first_due_on",
            heading=_("Original due date"),
            about=_("Does not change if the due date moves."),
        ),
        column(FollowUp, "title", width=40),
        "kind",
        column(FollowUp, "status", width=12),
        ListColumn(
            "organisations",
            _("Promised to"),
            _linked_organisations(FollowUpOrganisation, "follow_up", "organisation__name"),
            about=_ONLY_VISIBLE,
            width=40,
        ),
        ListColumn(
            "told",
            _("Result reported back to"),
            _linked_organisations(
                FollowUpOrganisation, "follow_up", "organisation__name", reported_back_on__isnull=False
            ),
            about=_ONLY_VISIBLE,
            width=40,
        ),
        "completed_at",
        column(FollowUp, "result", width=40),
        "cancel_reason",
        ID,
    ),
    order=("due_on", "pk"),
    district=_linked_organisations(FollowUpOrganisation, "follow_up", "organisation__home_district_id"),
    other_ids=_linked_organisations(FollowUpOrganisation, "follow_up", "organisation_id"),
)

CONCERNS: Final = ListExport(
    noun="concerns",
    object_type="concern",
    title=_("Concerns"),
    filters=ConcernFilters,
    rows=_concerns,
    columns=columns(
        Concern,
        column(Concern, "received_at", about=_CLOCK),
        "occurred_on",
        column(Concern, "kinds", width=40),
        *("bias_grounds", "bias_indicators", "perceived_by", "district", "place"),
        ListColumn(
            "site",
            _("Building or event targeted"),
            _organisation_name("site_organisation"),
            about=_ONLY_VISIBLE,
        ),
        ListColumn(
            "raised_by", _("Raised by"), _organisation_name("raised_by_organisation"), about=_ONLY_VISIBLE
        ),
        "affected_focuses",
        column(Concern, "facts", width=60),
        "case_reference",
        column(Concern, "status", width=12),
        *("answered_at", "closed_at", "reported_back_on", "reassurance_offered_at", "reassurance_answer"),
        ID,
    ),
    order=("-received_at", "pk"),
    district="district_id",
    other_ids=_organisation_ids,
)
