"""Rows for meetings, follow-ups and concerns. References to rows that the caller cannot see are null."""

from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, UUIDField, Value, When
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from accounts.models import User
from api.codes import Scope
from api.resources.columns import column, columns, external_ids, fields_of
from api.resources.descriptions import ID, MOMENT, OFFICER_ID, described, field
from api.resources.shapes import Moment
from api.resources.specs import Column, Expansion, RowSpec, children, ids_of
from api.rows.directory import OFFICER
from api.rows.organisations import ORGANISATION
from api.rows.people import CONTACT
from contacts.models import Contact, Organisation
from incidents.models import Incident, IncidentConcern
from meetings import codes as lists
from meetings.models import (
    Concern,
    ConcernExternalId,
    FollowUp,
    FollowUpExternalId,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingExternalId,
    MeetingOrganisation,
)


@fields_of(
    MeetingOrganisation, "organisation", field("present", "Whether the organisation was present.", True)
)
class MeetingOrganisationShape(serializers.Serializer[Any]):
    pass


@fields_of(
    MeetingContact,
    field("contact", "The ID of the contact.", ID),
    field("attendance", "Whether the contact is invited, attended or sent apologies."),
)
class MeetingContactShape(serializers.Serializer[Any]):
    pass


@fields_of(
    FollowUpOrganisation,
    "organisation",
    field("reported_back_on", "When those concerned were told of the result.", "2026-11-24"),
)
class PromisedToShape(serializers.Serializer[Any]):
    pass


class ReassuranceShape(serializers.Serializer[Any]):
    offered_at = described(Moment(allow_null=True), "When it was offered.", MOMENT)
    answer = described(
        serializers.ChoiceField(lists.ReassuranceAnswer.choices, allow_blank=True),
        "What they said.",
        "accepted",
    )


def _organisations_of(links: Any, **columns: str) -> Any:
    """Child rows for the organisations that the caller can see."""

    def expression(actor: Actor) -> Any:
        seen = Organisation.objects.visible_to(actor).values("pk")
        return children(
            links.filter(organisation__in=seen).order_by("pk"), organisation="organisation_id", **columns
        )

    return expression


def _attendance(actor: Actor) -> Any:
    seen = Contact.objects.visible_to(actor).values("pk")
    links = MeetingContact.objects.filter(meeting=OuterRef("pk"), contact__in=seen).order_by("pk")
    return children(links, contact="contact_id", attendance="attendance")


def _seen(name: str, model: Any) -> Any:
    """The ID of a reference, or null if the caller cannot see the row."""

    def expression(actor: Actor) -> Any:
        rows = model._default_manager.visible_to(actor).values("pk")
        return Case(
            When(Q(**{f"{name}__in": rows}), then=F(f"{name}_id")),
            default=Value(None),
            output_field=UUIDField(),
        )

    return expression


def _incident(actor: Actor) -> Any:
    links = IncidentConcern.objects.filter(
        concern=OuterRef("pk"), incident__in=Incident.objects.visible_to(actor).values("pk")
    )
    return Subquery(links.values("incident")[:1])


def _homes_of(links: Any) -> Any:
    return ids_of(links, "organisation__home_district_id")


_ORGANISATIONS = Expansion(
    "organisations",
    lambda: ORGANISATION,
    Organisation.objects.visible_to,
    inside="organisation",
    scope=Scope.ORGANISATIONS_READ,
)

MEETING = RowSpec(
    "meeting",
    columns(
        Meeting,
        *("id", "version"),
        field("subject", "What the meeting is about.", "Visit after the summer"),
        field("kind", "The kind of meeting."),
        field("level", "", "consult"),
        field("status", "Whether it is planned, held, cancelled or was not reached."),
        field("starts_at", "When it starts.", MOMENT),
        field("duration_minutes", "How long it takes, in minutes.", 45),
        "district",
        field("place", "Where.", "Town hall"),
        field("initiated_by", "Whose idea it was.", "community"),
        Column(
            "organisations",
            described(MeetingOrganisationShape(many=True), "The organisations concerned."),
            _organisations_of(MeetingOrganisation.objects.filter(meeting=OuterRef("pk")), present="present"),
        ),
        Column(
            "contacts",
            described(
                MeetingContactShape(
                    many=True, allow_null=True, help_text=_("Null without the contacts:read scope.")
                ),
                "The contacts at the meeting.",
            ),
            _attendance,
            scope=Scope.CONTACTS_READ,
        ),
        Column(
            "officers",
            described(
                serializers.ListField(child=serializers.UUIDField()), "IDs of the officers.", [OFFICER_ID]
            ),
            ids_of(
                Meeting.officers.through.objects.filter(meeting_id=OuterRef("pk")).order_by("pk"), "user_id"
            ),
        ),
        field("other_participants", "", "The mayor's office"),
        field("headcount", "How many people took part.", 12),
        field("agenda", "What to talk about.", "Opening hours"),
        field("facts", "", "Paint on the wall, seen at 08:00."),
        column(
            Meeting,
            "assessment",
            help_text=_("The officer’s opinion, separate from the facts."),
            example="They trust us more than before.",
        ),
        field("outcomes", "What the meeting resulted in.", ["action_agreed"]),
        external_ids(MeetingExternalId, "meeting"),
        *("created_at", "updated_at"),
    ),
    {
        "organisations": _ORGANISATIONS,
        "contacts": Expansion(
            "contacts",
            lambda: CONTACT,
            Contact.objects.visible_to,
            inside="contact",
            scope=Scope.CONTACTS_READ,
            people=True,
        ),
        "officers": Expansion("officers", lambda: OFFICER, User.objects.visible_to),
    },
    (F("district_id"), _homes_of(MeetingOrganisation.objects.filter(meeting=OuterRef("pk")))),
)

FOLLOW_UP = RowSpec(
    "follow_up",
    columns(
        FollowUp,
        *("id", "version"),
        field("title", "What was promised.", "Call back about the hall"),
        field("kind", "The kind of follow-up."),
        Column(
            "organisations",
            described(PromisedToShape(many=True), "The organisations concerned."),
            _organisations_of(
                FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk")),
                reported_back_on="reported_back_on",
            ),
        ),
        Column(
            "contact",
            described(
                serializers.UUIDField(allow_null=True, help_text=_("Null without the contacts:read scope.")),
                "The ID of the contact.",
                ID,
            ),
            _seen("contact", Contact),
            scope=Scope.CONTACTS_READ,
        ),
        column(FollowUp, "meeting", _seen("meeting", Meeting)),
        column(
            FollowUp,
            "concern",
            _seen("concern", Concern),
            text="The ID of the concern. Null if you cannot see it.",
            example=ID,
        ),
        field("owner", "The ID of the officer who is responsible.", OFFICER_ID),
        field("due_on", "The due date.", "2026-12-01"),
        field("first_due_on", "The first due date, which stays if it is moved.", "2026-12-01"),
        field("status", "Whether it is open, done or cancelled."),
        field("cancel_reason", "Why it was cancelled.", "They found another hall"),
        field("result", "The result of the follow-up.", "They can use the hall on Mondays"),
        field("completed_at", "When it was done.", MOMENT),
        external_ids(FollowUpExternalId, "follow_up"),
        *("created_at", "updated_at"),
    ),
    {
        "organisations": _ORGANISATIONS,
        "owner": Expansion("owner", lambda: OFFICER, User.objects.visible_to),
        "meeting": Expansion(
            "meeting", lambda: MEETING, Meeting.objects.visible_to, scope=Scope.MEETINGS_READ
        ),
    },
    # Home districts of the organisations involved, and the districts of meeting and concern.
    (
        _homes_of(FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"))),
        F("meeting__district_id"),
        F("concern__district_id"),
    ),
)

CONCERN = RowSpec(
    "concern",
    columns(
        Concern,
        *("id", "version"),
        field("kinds", "What happened.", ["graffiti_symbol"]),
        field("bias_grounds", "The grounds of bias. `none` and `unknown` stand alone.", ["anti_muslim"]),
        field("bias_indicators", "What points to bias.", ["symbols"]),
        field("perceived_by", "Who perceived the bias.", "victim"),
        field("received_at", "When it was received.", MOMENT),
        field("occurred_on", "When it happened.", "2026-11-23"),
        "district",
        field("place", "Where.", "Town hall"),
        column(
            Concern,
            "site_organisation",
            _seen("site_organisation", Organisation),
            text="The ID of the organisation whose building or event was targeted.",
            example=ID,
        ),
        column(
            Concern,
            "raised_by_organisation",
            _seen("raised_by_organisation", Organisation),
            text="The ID of the organisation that raised it.",
            example=ID,
        ),
        column(Concern, "meeting", _seen("meeting", Meeting)),
        Column(
            "incident",
            described(
                serializers.UUIDField(
                    allow_null=True, help_text=_("Null if it belongs to none that you can see.")
                ),
                "",
                ID,
            ),
            _incident,
        ),
        field("affected_focuses", "The communities affected.", ["muslim"]),
        field("facts", "", "Paint on the wall, seen at 08:00."),
        field("case_reference", "", "2026-4711"),
        field("status", "Whether it is open, answered or closed."),
        field("answered_at", "When it was answered.", MOMENT),
        field("closed_at", "When it was closed.", MOMENT),
        field("reported_back_on", "When those concerned were told of the result.", "2026-11-24"),
        Column(
            "reassurance",
            described(ReassuranceShape(), "The offer of reassurance to those affected."),
            JSONObject(offered_at="reassurance_offered_at", answer="reassurance_answer"),
        ),
        external_ids(ConcernExternalId, "concern"),
        *("created_at", "updated_at"),
    ),
    {
        "site_organisation": Expansion(
            "site_organisation",
            lambda: ORGANISATION,
            Organisation.objects.visible_to,
            scope=Scope.ORGANISATIONS_READ,
        ),
        "raised_by_organisation": Expansion(
            "raised_by_organisation",
            lambda: ORGANISATION,
            Organisation.objects.visible_to,
            scope=Scope.ORGANISATIONS_READ,
        ),
    },
    (F("district_id"),),
)
