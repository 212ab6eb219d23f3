"""`/concerns/`: no DELETE, because concerns are closed."""

from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.actors import Actor
from api.codes import Scope
from api.organisations import ORGANISATION
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, external_ids, visible_reference
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.inputs import ExternalIdInput, inputs_of
from api.resources.shapes import Moment
from api.resources.specs import Column, Expansion, RowSpec, ids_of
from api.resources.upserting import UpsertMixin
from contacts.models import Organisation
from incidents.models import Incident, IncidentConcern
from incidents.services.concerns import edit_concern, log_concern
from meetings import codes as lists
from meetings.codes import ReassuranceAnswer
from meetings.filters.concerns import ConcernFilters
from meetings.models import (
    Concern,
    ConcernExternalId,
    Meeting,
)


class ReassuranceShape(serializers.Serializer[Any]):
    offered_at = described(Moment(allow_null=True), "When it was offered.", MOMENT)
    answer = described(
        serializers.ChoiceField(lists.ReassuranceAnswer.choices, allow_blank=True),
        "What they said.",
        "accepted",
    )


def _incident(actor: Actor) -> Any:
    links = IncidentConcern.objects.filter(
        concern=OuterRef("pk"), incident__in=Incident.objects.visible_to(actor).not_withdrawn().values("pk")
    )
    return Subquery(links.values("incident")[:1])


def _near(actor: Actor) -> Any:
    links = Concern.near.through.objects.filter(
        concern=OuterRef("pk"), organisation__in=Organisation.objects.visible_to(actor).values("pk")
    )
    return ids_of(links.order_by("organisation_id"), "organisation_id")


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
        field("place_kind", "What was affected: an organisation, or a place that is none.", "business"),
        field("place", "", "Town hall"),
        column(
            Concern,
            "site_organisation",
            visible_reference("site_organisation", Organisation),
            text="The ID of the organisation whose building or event was targeted.",
            example=ID,
        ),
        column(
            Concern,
            "raised_by_organisation",
            visible_reference("raised_by_organisation", Organisation),
            text="The ID of the organisation that raised it.",
            example=ID,
        ),
        Column(
            "near",
            described(
                serializers.ListField(child=serializers.UUIDField()),
                "The IDs of organisations near it: those that you can see.",
                [ID],
            ),
            _near,
        ),
        column(Concern, "meeting", visible_reference("meeting", Meeting)),
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


class ReassuranceInput(serializers.Serializer[Any]):
    offered_at = Moment(allow_null=True)
    answer = serializers.ChoiceField(ReassuranceAnswer.choices, required=False, allow_blank=True)


@inputs_of(
    Concern,
    *("id", "kinds", "bias_grounds", "bias_indicators", "perceived_by", "received_at", "occurred_on"),
    *(
        "district",
        "place_kind",
        "place",
        "near",
        "site_organisation",
        "raised_by_organisation",
        "meeting",
        "affected_focuses",
    ),
    *("facts", "case_reference", "status", "reported_back_on", "reassurance"),
    "external_ids",
    received_at={"required": False},
)
class ConcernInput(serializers.Serializer[Any]):
    """Names no victim and no suspect: there is no field for either."""

    reassurance = ReassuranceInput(required=False)
    external_ids = ExternalIdInput(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Split `reassurance`, one object in the API, into two model fields."""
        reassurance = attrs.pop("reassurance", None)
        if reassurance is not None:
            attrs["reassurance_offered_at"] = reassurance["offered_at"]
            if "answer" in reassurance:
                attrs["reassurance_answer"] = reassurance["answer"]
        return attrs


class Concerns(ListMixin, RetrieveMixin, UpsertMixin):
    spec = CONCERN
    visible = Concern.objects.visible_to
    scope = "concerns"
    filterset = ConcernFilters
    orderings = ("received_at", "updated_at", "created_at")
    input = ConcernInput
    url_name = "api-concern"

    def perform_create(self, values: dict[str, Any]) -> Concern:
        return log_concern(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        edit_concern(actor=self.actor, concern_id=pk, version=version, **values)
