"""`/vocabularies/`: all code lists with their labels, for any key."""

from typing import Any

from django.db import models
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import Role
from api.codes import Scope
from api.http import parameters
from api.reports import BY_SLUG
from api.resources.base import Resource
from api.resources.descriptions import described
from api.rules import to_json
from audit.models import Op
from contacts import codes as contact_codes
from districts.codes import Focus
from incidents import codes as incident_codes
from meetings import codes as meeting_codes
from meetings.guide.indicators import GUIDANCE
from plans import codes as plan_codes
from practices import codes as practice_codes
from publishing import codes as publishing_codes
from reports.figures.observations import ValueStatus
from reports.models import Why
from reports.queries.statuses import Status


class CodeShape(serializers.Serializer[Any]):
    code = described(serializers.CharField(), "The code, as in all objects.", "ngo")
    label = described(
        serializers.CharField(), "What the code means, in the language of `Accept-Language`.", "NGO"
    )  # type: ignore[assignment]  # hides DRF's Field.label
    question = described(
        serializers.CharField(required=False),
        "Of a bias indicator: what to ask oneself.",
        "Was a symbol, sticker or object left that stands for hatred or insult?",
    )


VOCABULARIES: dict[str, type[models.TextChoices]] = {
    "kind": contact_codes.Kind,
    "focus": Focus,
    "role": Role,
    "organisation_status": contact_codes.OrganisationStatus,
    "lawful_basis": contact_codes.LawfulBasis,
    "purpose": contact_codes.Purpose,
    "preferred_channel": contact_codes.PreferredChannel,
    "agreement": contact_codes.Agreement,
    "meeting_kind": meeting_codes.MeetingKind,
    "meeting_status": meeting_codes.MeetingStatus,
    "meeting_precision": meeting_codes.TimePrecision,
    "level": meeting_codes.Level,
    "initiated_by": meeting_codes.Initiator,
    "attendance": meeting_codes.Attendance,
    "outcome": meeting_codes.Outcome,
    "follow_up_kind": meeting_codes.FollowUpKind,
    "follow_up_status": meeting_codes.FollowUpStatus,
    "concern_kind": meeting_codes.ConcernKind,
    "concern_status": meeting_codes.ConcernStatus,
    "bias_ground": meeting_codes.BiasGround,
    "bias_indicator": meeting_codes.BiasIndicator,
    "perceived_by": meeting_codes.Perceiver,
    "place_kind": meeting_codes.PlaceKind,
    "reassurance_answer": meeting_codes.ReassuranceAnswer,
    "contact_wish": contact_codes.ContactWish,
    "night_calls": contact_codes.NightCalls,
    "detail_channel": contact_codes.Channel,
    "detail_use": contact_codes.ChannelUse,
    "protocol_status": incident_codes.ProtocolStatus,
    "incident_status": incident_codes.IncidentStatus,
    "withdrawal_reason": incident_codes.WithdrawalReason,
    "step_who": incident_codes.StepWho,
    "step_each": incident_codes.StepEach,
    "step_proof": incident_codes.Proof,
    "step_status": incident_codes.StepStatus,
    "reached_by": incident_codes.ReachedBy,
    "reassurance_result": incident_codes.Result,
    "plan_status": plan_codes.PlanStatus,
    "action_status": plan_codes.ActionStatus,
    "indicator_source": plan_codes.Source,
    "indicator_measure": plan_codes.Measure,
    "indicator_unit": plan_codes.Unit,
    "indicator_direction": plan_codes.Direction,
    "practice_phase": practice_codes.Phase,
    "strand": practice_codes.Strand,
    "evidence": practice_codes.Evidence,
    "review_answer": practice_codes.Answer,
    "translated": practice_codes.Translated,
    "came_of_it": practice_codes.CameOfIt,
    "would_again": practice_codes.Again,
    "licence": practice_codes.Licence,
    "entry_state": publishing_codes.EntryState,
    "route_kind": publishing_codes.RouteKind,
    "anonymous": publishing_codes.Anonymous,
    "step_free": publishing_codes.StepFree,
    "route_answer": publishing_codes.RouteAnswer,
    "listed_field": publishing_codes.ListedField,
    "figure_status": Status,
    "value_status": ValueStatus,
    "kept_reason": Why,
    "change_op": Op,
    "scope": Scope,
}


def _reports() -> list[dict[str, str]]:
    """Reports by the slugs that `/reports/` and the indicators of `/plans/` have."""
    return [{"code": slug, "label": str(report.title)} for slug, report in BY_SLUG.items()]


class Vocabularies(Resource):
    """The code lists, with labels in the language asked for, and a question with each bias indicator."""

    silent = True
    shape = serializers.DictField(child=CodeShape(many=True))

    def list(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ())
        lists = {
            name: [{"code": code, "label": str(label)} for code, label in choices.choices]
            for name, choices in VOCABULARIES.items()
        }
        lists["report"] = _reports()
        for row in lists["bias_indicator"]:
            row["question"] = str(GUIDANCE[row["code"]].question)
        return HttpResponse(to_json(lists), content_type="application/json")
