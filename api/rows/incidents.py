"""Rows for incidents and protocols. No free text, no level of tension and no name leaves the system."""

from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.rows.base import Column, RowSpec, children, ids_of
from api.rows.columns import column, columns, fields_of
from contacts.models import Organisation
from incidents.models import Incident, IncidentConcern, IncidentStep, Protocol, ProtocolStep, Reassurance
from meetings.models import Concern


@fields_of(
    IncidentStep,
    *("step", "text", "is_required", "organisation", "owner", "due_at", "status", "done_at"),
)
class IncidentStepShape(serializers.Serializer[Any]):
    """A step that the caller sees: of no organisation, or of a visible one. `text` is the protocol's."""

    text = serializers.CharField()
    is_required = serializers.BooleanField()


@fields_of(Reassurance, *("organisation", "at", "channel", "result"))
class ReassuranceTryShape(serializers.Serializer[Any]):
    pass


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
        organisation="organisation_id",
        owner="owner_id",
        due_at="due_at",
        status="status",
        done_at="done_at",
    )


def _tries(actor: Actor) -> Any:
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    rows = Reassurance.objects.filter(Exists(seen), incident=OuterRef("pk")).order_by("at", "pk")
    return children(rows, organisation="organisation_id", at="at", channel="channel", result="result")


def _concerns(actor: Actor) -> Any:
    seen = Concern.objects.visible_to(actor).filter(pk=OuterRef("concern"))
    links = IncidentConcern.objects.filter(Exists(seen), incident=OuterRef("pk"))
    return ids_of(links.order_by("concern"), "concern_id")


INCIDENT = RowSpec(
    "incident",
    columns(
        Incident,
        *("id", "version", "protocol", "district", "started_at", "status", "closed_at"),
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
