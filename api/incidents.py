"""`/incidents/` and `/protocols/`, to read only: an incident opens through `POST /concerns/`.

No free text, no level of tension and no name leaves the system.
"""

from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, fields_of, shape, visible_reference
from api.resources.descriptions import ID, MOMENT, OFFICER_ID, described, field, names_of
from api.resources.specs import Column, RowSpec, children, ids_of
from contacts.models import Organisation
from incidents.codes import Heard
from incidents.filters import IncidentFilters
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
    field("step", "The ID of the step in the protocol.", ID),
    field("text", "What is to be done.", "Call the affected place"),
    field("is_required", "Whether the incident can only be closed when it is done.", True),
    field("each", "How often it is done."),
    field("proof", "What shows that it is done."),
    field("organisation", "The organisation it is done for, if any.", ID),
    field("owner", "The ID of the officer who has it.", OFFICER_ID),
    field("due_at", "When it is due.", MOMENT),
    field("status", "Whether the step is done."),
    field("done_at", "When it was done or found not to be needed.", MOMENT),
    field("recorded_at", "When it was entered that the step is done or not needed.", MOMENT),
)
class IncidentStepShape(serializers.Serializer[Any]):
    """A step of no organisation or of a visible one. `text` is the protocol's."""

    text = serializers.CharField()
    is_required = serializers.BooleanField()
    each = shape(ProtocolStep._meta.get_field("each"))
    proof = shape(ProtocolStep._meta.get_field("proof"))


@fields_of(
    Reassurance,
    field("organisation", "The ID of the organisation. Null: an affected place that is none.", ID),
    field("at", "When the call or visit was.", MOMENT),
    field("recorded_at", "When the call or visit was entered.", MOMENT),
    field("channel", "How they were called or visited."),
    field("result", "The result of the try."),
)
class ReassuranceTryShape(serializers.Serializer[Any]):
    pass


@fields_of(
    IncidentClosing,
    field("closed_at", "When it was closed.", MOMENT),
    field("reopened_at", "When it was reopened. Null if it was not.", MOMENT),
)
class IncidentClosingShape(serializers.Serializer[Any]):
    pass


@fields_of(
    Debrief,
    field("signed_at", "When it was signed.", MOMENT),
    field("is_held", "Whether it was held; if not, a reason was recorded instead.", True),
    field("voices", "How many organisations were asked.", 4),
    field("voices_in_time", "How many of them said that they were reached in time.", 3),
)
class DebriefShape(serializers.Serializer[Any]):
    """A debrief without names: how many organisations were asked, and how many were reached in time."""

    is_held = serializers.BooleanField()
    voices = serializers.IntegerField()
    voices_in_time = serializers.IntegerField()


STEP: Final = (
    field("position", "The place in the order.", 1),
    field("text", "What is to be done.", "Call the affected place"),
    field("who", "Who gets the step."),
    field("each", "How often it is done."),
    field("due_minutes", "Minutes from the start until it is due.", 60),
    field("may_wait", "Whether it can wait for the morning.", False),
    field("proof", "What shows that it is done."),
    field("required", "Whether an incident can only be closed when it is done.", True),
    field("only_for", "", ["graffiti_symbol"]),
)


@fields_of(ProtocolStep, *STEP)
class ProtocolStepShape(serializers.Serializer[Any]):
    pass


def _steps(actor: Actor) -> Any:
    visible_organisations = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    rows = IncidentStep.objects.filter(
        Q(organisation=None) | Exists(visible_organisations), incident=OuterRef("pk")
    )
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
    visible_organisations = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    rows = Reassurance.objects.filter(
        Q(organisation=None) | Exists(visible_organisations), incident=OuterRef("pk")
    ).order_by("at", "pk")
    return children(
        rows,
        organisation="organisation_id",
        at="at",
        recorded_at="recorded_at",
        channel="channel",
        result="result",
    )


def _concerns(actor: Actor) -> Any:
    visible_concerns = Concern.objects.visible_to(actor).filter(pk=OuterRef("concern"))
    links = IncidentConcern.objects.filter(Exists(visible_concerns), incident=OuterRef("pk"))
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
        *("id", "version"),
        field("protocol", "The ID of the version of the protocol that it follows.", ID),
        "district",
        field("started_at", "When it began: when its first concern was received.", MOMENT),
        field("status", "Whether steps are open, it is only watched, or it is over."),
        field("closed_at", "When it was closed.", MOMENT),
        Column(
            "closings",
            described(IncidentClosingShape(many=True), "Each time it was closed, the earliest first."),
            _CLOSINGS,
        ),
        field("withdrawal_reason", "Why it was withdrawn. Empty if it was not."),
        field("withdrawn_at", "When it was withdrawn. No figure counts it.", MOMENT),
        column(
            Incident,
            "same_as",
            visible_reference("same_as", Incident),
            text="The ID of the incident that its concerns belong to, if it is the same event.",
            example=ID,
        ),
        field("refused", "", 0),
        field("place_refused", "", False),
        Column(
            "debrief",
            described(
                DebriefShape(allow_null=True),
                "Its debrief, or that there is none for a reason. Null if there is neither.",
            ),
            _DEBRIEF,
        ),
        Column(
            "concerns",
            described(
                serializers.ListField(child=serializers.UUIDField()),
                "The IDs of the concerns that you see.",
                [ID],
            ),
            _concerns,
        ),
        Column("steps", described(IncidentStepShape(many=True), "The steps that you see, by time."), _steps),
        Column(
            "reassurances",
            described(ReassuranceTryShape(many=True), "Every try to reach an organisation that you see."),
            _tries,
        ),
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
        *("id", "version"),
        field("code", "The code that all versions share.", "attack"),
        field("name", "Its name.", "Attack on people or a place"),
        column(Protocol, "district", help_text=_("Null for the whole city."), example="N1"),
        field("number", "The version of the protocol.", 2),
        field("kinds", "The kinds of concern that start it.", ["threat"]),
        field("needs_bias", "", True),
        field("opens_itself", "", True),
        field("status", "Whether it is in force."),
        field("in_force_since", "When it was approved.", MOMENT),
        Column(
            "steps",
            described(ProtocolStepShape(many=True), "Its steps, in order."),
            children(
                ProtocolStep.objects.filter(protocol=OuterRef("pk")).order_by("position"),
                **{name: name for name in names_of(STEP)},
            ),
        ),
        *("created_at", "updated_at"),
    ),
)


class Incidents(ListMixin, RetrieveMixin):
    spec = INCIDENT
    visible = Incident.objects.visible_to
    scope = "concerns"
    filterset = IncidentFilters
    orderings = ("started_at", "updated_at", "created_at")


class Protocols(ListMixin, RetrieveMixin):
    spec = PROTOCOL
    visible = Protocol.objects.visible_to
    scope = "concerns"
    silent = True
    orderings = ("code", "created_at")
