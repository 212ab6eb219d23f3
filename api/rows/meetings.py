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


@fields_of(MeetingOrganisation, "organisation", "present")
class MeetingOrganisationShape(serializers.Serializer[Any]):
    pass


@fields_of(MeetingContact, "contact", "attendance")
class MeetingContactShape(serializers.Serializer[Any]):
    pass


@fields_of(FollowUpOrganisation, "organisation", "reported_back_on")
class PromisedToShape(serializers.Serializer[Any]):
    pass


class ReassuranceShape(serializers.Serializer[Any]):
    offered_at = Moment(allow_null=True)
    answer = serializers.ChoiceField(lists.ReassuranceAnswer.choices, allow_blank=True)


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
        *("id", "version", "subject", "kind", "level", "status", "starts_at", "duration_minutes"),
        *("district", "place", "initiated_by"),
        Column(
            "organisations",
            MeetingOrganisationShape(many=True),
            _organisations_of(MeetingOrganisation.objects.filter(meeting=OuterRef("pk")), present="present"),
        ),
        Column(
            "contacts",
            MeetingContactShape(
                many=True, allow_null=True, help_text=_("Null without the contacts:read scope.")
            ),
            _attendance,
            scope=Scope.CONTACTS_READ,
        ),
        Column(
            "officers",
            serializers.ListField(child=serializers.UUIDField()),
            ids_of(
                Meeting.officers.through.objects.filter(meeting_id=OuterRef("pk")).order_by("pk"), "user_id"
            ),
        ),
        *("other_participants", "headcount", "agenda", "facts"),
        column(Meeting, "assessment", help_text=_("The officer’s opinion, separate from the facts.")),
        "outcomes",
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
        *("id", "version", "title", "kind"),
        Column(
            "organisations",
            PromisedToShape(many=True),
            _organisations_of(
                FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk")),
                reported_back_on="reported_back_on",
            ),
        ),
        Column(
            "contact",
            serializers.UUIDField(allow_null=True, help_text=_("Null without the contacts:read scope.")),
            _seen("contact", Contact),
            scope=Scope.CONTACTS_READ,
        ),
        column(FollowUp, "meeting", _seen("meeting", Meeting)),
        column(FollowUp, "concern", _seen("concern", Concern)),
        *("owner", "due_on", "first_due_on", "status", "cancel_reason", "result", "completed_at"),
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
        *("id", "version", "kinds", "bias_grounds", "bias_indicators", "perceived_by", "received_at"),
        *("occurred_on", "district", "place"),
        column(Concern, "site_organisation", _seen("site_organisation", Organisation)),
        column(Concern, "raised_by_organisation", _seen("raised_by_organisation", Organisation)),
        column(Concern, "meeting", _seen("meeting", Meeting)),
        Column(
            "incident",
            serializers.UUIDField(
                allow_null=True, help_text=_("Null if it belongs to none that you can see.")
            ),
            _incident,
        ),
        *("affected_focuses", "facts", "case_reference", "status", "answered_at", "closed_at"),
        "reported_back_on",
        Column(
            "reassurance",
            ReassuranceShape(),
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
