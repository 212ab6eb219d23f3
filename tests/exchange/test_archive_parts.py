"""Every table and field is in an archive or left out on purpose."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from exchange.archive.parts import NOT_TAKEN, PARTS, part_of, parts
from incidents.models import Protocol
from plans import archive as plans
from plans.models import PlanReview
from practices import archive as practices
from privacy import archive as privacy
from publishing import archive as published
from reviews import archive
from reviews.models import Review

# Types that reading can restore from JSON.
TYPES = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
    models.BinaryField,
    models.UUIDField,
    models.DateField,
    models.TimeField,
    models.JSONField,
    models.ForeignKey,
    ArrayField,
    PhoneNumberField,
)
# Nothing is added to what is signed or in force, so what these are made of is read before them.
COME_LATER = {Review, Protocol, PlanReview}
DERIVED = {
    "district.lineage",
    "district.redraw_on",
    "district.redraw",
    "organisation.folded",
    "organisation.clues",
    "organisation.last_met_at",
    "organisation.meet_by",
    "contact.folded",
    "contact.clues",
    "meeting.folded",
    "stephandover.shift_handover",
    "meetingorganisation.met_at",
    "concern.folded",
    "followup.folded",
    "merge.memory",
    "restriction.request",
    "review.blind_spots",  # communities known to live here leave in no file
    "signedrecord.inside",
}


def tables() -> Iterable[Any]:
    for app in (
        *("districts", "contacts", "reminders", "meetings"),
        *("exchange", "incidents", "privacy", "reports", "reviews", "publishing", "plans", "practices"),
    ):
        yield from apps.get_app_config(app).get_models()


def test_every_table_is_a_part_or_stays_for_a_reason() -> None:
    names = {model._meta.label for model in tables()}
    taken = {part.model._meta.label for part in parts() if part.model._meta.app_label != "accounts"}
    rooms = (archive, published, plans, practices, privacy)
    left = {*NOT_TAKEN, *(name for room in rooms for name in room.NOT_TAKEN)}
    assert names == taken | left
    assert not taken & left


def test_only_what_is_made_anew_is_left_out_of_a_row() -> None:
    left_out = {f"{part.model._meta.model_name}.{name}" for part in parts() for name in part.derived}
    assert left_out == DERIVED
    for part in parts():
        known = {column.name for column in part.model._meta.concrete_fields}
        assert part.derived <= known and set(part.only) <= known


@pytest.mark.parametrize("part", list(parts()), ids=lambda part: part.name)
def test_every_field_can_be_read_back(part: Any) -> None:
    for column in part.fields():
        assert isinstance(column, TYPES), column
        if isinstance(column, models.ForeignKey):
            assert part_of(column.related_model), column


def test_references_are_there_before_their_rows() -> None:
    order = {part.model: number for number, part in enumerate(parts())}
    for part in PARTS:
        for column in part.fields():
            is_above = column.related_model not in {*COME_LATER, part.model}
            if isinstance(column, models.ForeignKey) and is_above:
                assert order[column.related_model] < order[part.model], column


def test_an_audit_comes_after_what_it_is_made_of_for_nothing_is_added_to_a_signed_one() -> None:
    names = [part.name for part in PARTS]
    made_of = {"review_figures", "review_comments", "review_samples", "review_calls", "review_actions"}
    assert made_of | {"review_action_checks"} < set(names[: names.index("reviews")])
