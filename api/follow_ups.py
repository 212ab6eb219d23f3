"""`/follow-ups/`: no DELETE, because follow-ups are done or cancelled."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.models import User
from api.codes import Scope
from api.meetings import MEETING
from api.officers import OFFICER
from api.organisations import ORGANISATIONS_EXPANSION, home_districts_of, linked_organisations
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, external_ids, fields_of, visible_reference
from api.resources.descriptions import ID, MOMENT, OFFICER_ID, described, field
from api.resources.inputs import ExternalIdInput, inputs_of
from api.resources.lists import Entries, Entry
from api.resources.specs import Column, Expansion, RowSpec
from api.resources.upserting import UpsertMixin
from contacts.models import Contact
from lib.days import city_today
from lib.limits import MOST_AT_A_MEETING
from meetings.filters.follow_ups import FollowUpFilters
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpExternalId,
    FollowUpOrganisation,
    Meeting,
)
from meetings.services.follow_up_series import edit_one_of_follow_up_series
from meetings.services.follow_ups import create_follow_up
from meetings.services.series import ONE


@fields_of(
    FollowUpOrganisation,
    "organisation",
    field("reported_back_on", "When those concerned were told of the result.", "2026-11-24"),
)
class PromisedToShape(serializers.Serializer[Any]):
    pass


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
            linked_organisations(
                FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk")),
                reported_back_on="reported_back_on",
            ),
        ),
        Column(
            "contact",
            described(
                serializers.UUIDField(
                    allow_null=True, help_text=gettext_lazy("Null without the contacts:read scope.")
                ),
                "The ID of the contact.",
                ID,
            ),
            visible_reference("contact", Contact),
            scope=Scope.CONTACTS_READ,
        ),
        column(FollowUp, "meeting", visible_reference("meeting", Meeting)),
        column(
            FollowUp,
            "concern",
            visible_reference("concern", Concern),
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
        "organisations": ORGANISATIONS_EXPANSION,
        "owner": Expansion("owner", lambda: OFFICER, User.objects.visible_to),
        "meeting": Expansion(
            "meeting", lambda: MEETING, Meeting.objects.visible_to, scope=Scope.MEETINGS_READ
        ),
    },
    # Home districts of the organisations involved, and the districts of meeting and concern.
    (
        home_districts_of(FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"))),
        F("meeting__district_id"),
        F("concern__district_id"),
    ),
)


@inputs_of(FollowUpOrganisation, "organisation", "reported_back_on")
class PromisedToInput(Entry):
    """`reported_back_on`: today if the organisation was told of the result, null if not."""


@inputs_of(
    FollowUp,
    *("id", "title", "kind", "organisations", "contact", "meeting", "concern", "owner", "due_on"),
    *("status", "cancel_reason", "result", "external_ids"),
)
class FollowUpInput(serializers.Serializer[Any]):
    organisations = Entries(child=PromisedToInput(), required=False, max_length=MOST_AT_A_MEETING)
    external_ids = ExternalIdInput(many=True, required=False)


class FollowUps(ListMixin, RetrieveMixin, UpsertMixin):
    spec = FOLLOW_UP
    visible = FollowUp.objects.visible_to
    scope = "follow-ups"
    filterset = FollowUpFilters
    orderings = ("due_on", "first_due_on", "updated_at", "created_at")
    input = FollowUpInput
    url_name = "api-follow-up"

    def perform_create(self, values: dict[str, Any]) -> FollowUp:
        reported_ids, _untold = _take_told(values, {})
        if reported_ids:
            raise ValidationError(
                {"organisations": _("You can report back only after the follow-up is done.")}
            )
        return create_follow_up(actor=self.actor, **values)

    def perform_update(self, pk: UUID, version: int, values: dict[str, Any]) -> None:
        links = FollowUpOrganisation.objects.filter(follow_up=pk)
        reported_ids, withdrawn_ids = _take_told(
            values, dict(links.values_list("organisation", "reported_back_on"))
        )
        values |= {"reported_to": reported_ids, "not_reported_to": withdrawn_ids}
        edit_one_of_follow_up_series(actor=self.actor, follow_up_id=pk, scope=ONE, version=version, **values)


def _take_told(values: dict[str, Any], before: dict[UUID, date | None]) -> tuple[list[UUID], list[UUID]]:
    """Replace `organisations` with the rows that a service takes.

    Returns the IDs of organisations that were reported back to today, and of those whose report is undone.
    """
    rows = values.get("organisations")
    if rows is None:
        return [], []
    values["organisations"] = [row["organisation"] for row in rows]
    moved = [
        (row["organisation"].pk, row["reported_back_on"])
        for row in rows
        if "reported_back_on" in row and row["reported_back_on"] != before.get(row["organisation"].pk)
    ]
    if any(day not in (None, city_today()) for _pk, day in moved):
        raise ValidationError(
            {"organisations": _("Set reported_back_on to today’s date, or leave it empty.")}
        )
    return [pk for pk, day in moved if day], [pk for pk, day in moved if not day]
