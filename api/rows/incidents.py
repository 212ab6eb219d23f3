"""Rows for incidents and protocols. No free text, no level of tension and no name leaves the system."""

from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.resources.columns import column, columns, fields_of, shape
from api.resources.specs import Column, RowSpec, children, ids_of
from contacts.models import Organisation
from incidents.codes import Heard
from incidents.models import (
    Debrief,
    Incident,
    IncidentClosing,
    IncidentConcern,
    IncidentStep,
    Protocol,
    ProtocolStep,
    Reassurance,
)
from meetings.models import Concern


@fields_of(
    IncidentStep,
    *("step", "text", "is_required", "each", "proof", "organisation", "owner", "due_at", "status"),
    *("done_at", "recorded_at"),
)
class IncidentStepShape(serializers.Serializer[Any]):
    """A step that the caller sees: of no organisation, or of a visible one. `text` is the protocol's."""

    text = serializers.CharField()
    is_required = serializers.BooleanField()
    each = shape(ProtocolStep._meta.get_field("each"))
    proof = shape(ProtocolStep._meta.get_field("proof"))


@fields_of(Reassurance, *("organisation", "at", "recorded_at", "channel", "result"))
class ReassuranceTryShape(serializers.Serializer[Any]):
    pass


@fields_of(IncidentClosing, *("closed_at", "reopened_at"))
class IncidentClosingShape(serializers.Serializer[Any]):
    pass


@fields_of(Debrief, *("signed_at", "is_held", "voices", "voices_in_time"))
class DebriefShape(serializers.Serializer[Any]):
    """Who was asked stays here: only how many were, and how many said that they were reached in time."""

    is_held = serializers.BooleanField()
    voices = serializers.IntegerField()
    voices_in_time = serializers.IntegerField()


STEP: Final = ("position", "text", "who", "each", "due_minutes", "may_wait", "proof", "required")


@fields_of(ProtocolStep, *STEP)
class ProtocolStepShape(serializers.Serializer[Any]):
    pass


def _steps(actor: Actor) -> Any:
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    rows = IncidentStep.objects.filter(Q(organisation=None) | Exists(seen), incident=OuterRef("pk"))
    return children(
        rows.order_by("due_at", "pk"),
        step="step_id",
        text="step__text",
        is_required="step__required",
        each="step__each",
        proof="step__proof",
        organisation="organisation_id",
        owner="owner_id",
        due_at="due_at",
        status="status",
        done_at="done_at",
        recorded_at="recorded_at",
    )


def _tries(actor: Actor) -> Any:
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    rows = Reassurance.objects.filter(Exists(seen), incident=OuterRef("pk")).order_by("at", "pk")
    return children(
        rows,
        organisation="organisation_id",
        at="at",
        recorded_at="recorded_at",
        channel="channel",
        result="result",
    )


def _concerns(actor: Actor) -> Any:
    seen = Concern.objects.visible_to(actor).filter(pk=OuterRef("concern"))
    links = IncidentConcern.objects.filter(Exists(seen), incident=OuterRef("pk"))
    return ids_of(links.order_by("concern"), "concern_id")


def _voices(**which: str) -> Any:
    return Count("voices", filter=Q(**which)) if which else Count("voices")


_CLOSINGS: Final = children(
    IncidentClosing.objects.filter(incident=OuterRef("pk")).order_by("closed_at"),
    closed_at="closed_at",
    reopened_at="reopened_at",
)
_DEBRIEF: Final = Subquery(
    Debrief.objects.filter(incident=OuterRef("pk")).values(
        row=JSONObject(
            signed_at="signed_at",
            is_held=Q(waived_reason=""),
            voices=_voices(),
            voices_in_time=_voices(voices__in_time=Heard.YES),
        )
    )
)

INCIDENT = RowSpec(
    "incident",
    columns(
        Incident,
        *("id", "version", "protocol", "district", "started_at", "status", "closed_at"),
        Column("closings", IncidentClosingShape(many=True), _CLOSINGS),
        *("refused", "place_refused"),
        Column("debrief", DebriefShape(allow_null=True), _DEBRIEF),
        Column("concerns", serializers.ListField(child=serializers.UUIDField()), _concerns),
        Column("steps", IncidentStepShape(many=True), _steps),
        Column("reassurances", ReassuranceTryShape(many=True), _tries),
        *("created_at", "updated_at"),
    ),
    where=(
        F("district_id"),
        ids_of(Incident.also_in.through.objects.filter(incident_id=OuterRef("pk")), "district_id"),
    ),
)

PROTOCOL = RowSpec(
    "protocol",
    columns(
        Protocol,
        *("id", "version", "code", "name"),
        column(Protocol, "district", help_text=_("Null for the whole city.")),
        *("number", "kinds", "needs_bias", "opens_itself", "status", "in_force_since"),
        Column(
            "steps",
            ProtocolStepShape(many=True),
            children(
                ProtocolStep.objects.filter(protocol=OuterRef("pk")).order_by("position"),
                **{name: name for name in STEP},
            ),
        ),
        *("created_at", "updated_at"),
    ),
)
