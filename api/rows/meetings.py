"""Meeting, follow-up and concern, as another tool reads them, without references it may not see."""

from typing import Any

from django.db.models import Case, F, OuterRef, Q, UUIDField, Value, When
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from accounts.models import User
from api.codes import Scope
from api.rows.base import Column, Expansion, RowSpec, children, ids_of
from api.rows.directory import OFFICER
from api.rows.organisations import ORGANISATION
from api.rows.people import CONTACT
from api.rows.shapes import ExternalIdShape, Moment, codes
from contacts.models import Contact, Organisation
from meetings import codes as lists
from meetings.models import (
    Concern,
    FollowUpExternalId,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingExternalId,
    MeetingOrganisation,
)


class MeetingOrganisationShape(serializers.Serializer[Any]):
    organisation = serializers.UUIDField()
    present = serializers.BooleanField()


class MeetingContactShape(serializers.Serializer[Any]):
    contact = serializers.UUIDField()
    attendance = serializers.ChoiceField(lists.Attendance.choices)


class PromisedToShape(serializers.Serializer[Any]):
    organisation = serializers.UUIDField()
    reported_back_on = serializers.DateField(allow_null=True)


class ReassuranceShape(serializers.Serializer[Any]):
    offered_at = Moment(allow_null=True)
    answer = serializers.ChoiceField(lists.ReassuranceAnswer.choices, allow_blank=True)


def _organisations_of(links: Any, **columns: str) -> Any:
    """Child rows of the organisations the caller sees."""

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
    """The id of a reference, or null where the caller does not see the row."""

    def expression(actor: Actor) -> Any:
        rows = model._default_manager.visible_to(actor).values("pk")
        return Case(
            When(Q(**{f"{name}__in": rows}), then=F(f"{name}_id")),
            default=Value(None),
            output_field=UUIDField(),
        )

    return expression


def _external_ids(rows: Any) -> Any:
    return children(rows.order_by("source", "external_id"), source="source", id="external_id")


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
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("subject", serializers.CharField()),
        Column("kind", serializers.ChoiceField(lists.MeetingKind.choices)),
        Column("level", serializers.ChoiceField(lists.Level.choices, allow_blank=True)),
        Column("status", serializers.ChoiceField(lists.MeetingStatus.choices)),
        Column("starts_at", Moment()),
        Column("duration_minutes", serializers.IntegerField()),
        Column("district", serializers.CharField(), F("district__code")),
        Column("place", serializers.CharField()),
        Column("initiated_by", serializers.ChoiceField(lists.Initiator.choices, allow_blank=True)),
        Column(
            "organisations",
            MeetingOrganisationShape(many=True),
            _organisations_of(MeetingOrganisation.objects.filter(meeting=OuterRef("pk")), present="present"),
        ),
        Column(
            "contacts",
            MeetingContactShape(
                many=True, allow_null=True, help_text=_("Null without the scope contacts:read.")
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
        Column("other_participants", serializers.CharField()),
        Column("headcount", serializers.IntegerField(allow_null=True)),
        Column("agenda", serializers.CharField()),
        Column("facts", serializers.CharField()),
        Column(
            "assessment", serializers.CharField(help_text=_("The officer’s opinion, apart from the facts."))
        ),
        Column("outcomes", codes()),
        Column(
            "external_ids",
            ExternalIdShape(many=True),
            _external_ids(MeetingExternalId.objects.filter(meeting=OuterRef("pk"))),
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
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
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("title", serializers.CharField()),
        Column("kind", serializers.ChoiceField(lists.FollowUpKind.choices)),
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
            serializers.UUIDField(allow_null=True, help_text=_("Null without the scope contacts:read.")),
            _seen("contact", Contact),
            scope=Scope.CONTACTS_READ,
        ),
        Column("meeting", serializers.UUIDField(allow_null=True), _seen("meeting", Meeting)),
        Column("concern", serializers.UUIDField(allow_null=True), _seen("concern", Concern)),
        Column("owner", serializers.UUIDField(), F("owner_id")),
        Column("due_on", serializers.DateField()),
        Column("first_due_on", serializers.DateField()),
        Column("status", serializers.ChoiceField(lists.FollowUpStatus.choices)),
        Column("cancel_reason", serializers.CharField()),
        Column("result", serializers.CharField()),
        Column("completed_at", Moment(allow_null=True)),
        Column(
            "external_ids",
            ExternalIdShape(many=True),
            _external_ids(FollowUpExternalId.objects.filter(follow_up=OuterRef("pk"))),
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
    ),
    {
        "organisations": _ORGANISATIONS,
        "owner": Expansion("owner", lambda: OFFICER, User.objects.visible_to),
        "meeting": Expansion(
            "meeting", lambda: MEETING, Meeting.objects.visible_to, scope=Scope.MEETINGS_READ
        ),
    },
    # Where those it was promised to are at home, and where it came from.
    (
        _homes_of(FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"))),
        F("meeting__district_id"),
        F("concern__district_id"),
    ),
)

CONCERN = RowSpec(
    "concern",
    (
        Column("id", serializers.UUIDField()),
        Column("version", serializers.IntegerField()),
        Column("kinds", codes()),
        Column("bias_grounds", codes()),
        Column("bias_indicators", codes()),
        Column("perceived_by", serializers.ChoiceField(lists.Perceiver.choices, allow_blank=True)),
        Column("received_at", Moment()),
        Column("occurred_on", serializers.DateField(allow_null=True)),
        Column("district", serializers.CharField(), F("district__code")),
        Column("place", serializers.CharField()),
        Column(
            "site_organisation",
            serializers.UUIDField(allow_null=True),
            _seen("site_organisation", Organisation),
        ),
        Column(
            "raised_by_organisation",
            serializers.UUIDField(allow_null=True),
            _seen("raised_by_organisation", Organisation),
        ),
        Column("meeting", serializers.UUIDField(allow_null=True), _seen("meeting", Meeting)),
        Column("affected_focuses", codes()),
        Column("facts", serializers.CharField()),
        Column("case_reference", serializers.CharField()),
        Column("status", serializers.ChoiceField(lists.ConcernStatus.choices)),
        Column("answered_at", Moment(allow_null=True)),
        Column("closed_at", Moment(allow_null=True)),
        Column("reported_back_on", serializers.DateField(allow_null=True)),
        Column(
            "reassurance",
            ReassuranceShape(),
            JSONObject(offered_at="reassurance_offered_at", answer="reassurance_answer"),
        ),
        Column("created_at", Moment()),
        Column("updated_at", Moment()),
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
