"""Rows for what is published: entries, ways to report and listings. Nothing that is not public."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, F, OuterRef, TextField, Value, When
from django.db.models.functions import Cast
from rest_framework import serializers

from api.resources.columns import column, columns, fields_of, shape
from api.resources.shapes import codes
from api.resources.specs import Column, RowSpec, children
from contacts.codes import Kind
from contacts.models import Organisation
from publishing.codes import ListedField
from publishing.models import EntryTranslation, PublicEntry, PublicListing, ReportingRoute


@fields_of(EntryTranslation, *("language", "said", "did", "why"))
class EntryTranslationShape(serializers.Serializer[Any]):
    """An entry in another language."""


def _version(model: Any) -> Column:
    return Column("version", shape(model._meta.get_field("revision")), F("revision"))


def _if_listed(field: ListedField, name: str) -> Case:
    """A text that the organisation agreed to publish, or an empty one."""
    agreed = When(fields__contains=[field.value], then=F(name))
    return Case(agreed, default=Value(""), output_field=TextField())


_OF_THE_ORGANISATION = (
    ListedField.NAME,
    ListedField.WEBSITE,
    ListedField.EMAIL,
    ListedField.PHONE,
    ListedField.ADDRESS,
    ListedField.KIND,
)


def _agreed(field: ListedField) -> Column:
    """A detail of the organisation, or an empty text if it did not agree to publish it."""
    text = Cast(F(f"organisation__{field.value}"), TextField())
    agreed = When(fields__contains=[field.value], then=text)
    return Column(
        field.value,
        shape(Organisation._meta.get_field(field.value), allow_null=False)
        if field != ListedField.KIND
        else serializers.ChoiceField(Kind.choices, allow_blank=True),
        Case(agreed, default=Value(""), output_field=TextField()),
    )


PUBLIC_ENTRY = RowSpec(
    "public_entry",
    columns(
        PublicEntry,
        "id",
        _version(PublicEntry),
        *("district", "language", "said", "state", "did", "why", "month", "approved_at"),
        Column(
            "translations",
            EntryTranslationShape(many=True),
            children(
                EntryTranslation.objects.filter(entry=OuterRef("pk")).order_by("language"),
                language="language",
                said="said",
                did="did",
                why="why",
            ),
        ),
    ),
)

REPORTING_ROUTE = RowSpec(
    "reporting_route",
    columns(
        ReportingRoute,
        "id",
        _version(ReportingRoute),
        *("district", "name", "language", "kind", "url", "phone", "address", "hours", "languages"),
        *("anonymous", "step_free", "note", "tested_on", "test_result", "answered_on", "updated_at"),
    ),
)

LISTING = RowSpec(
    "listing",
    columns(
        PublicListing,
        "id",
        _version(PublicListing),
        *("organisation", "public_id", "fields", "language"),
        *(_agreed(field) for field in _OF_THE_ORGANISATION),
        Column(
            "languages",
            codes(),
            Case(
                When(fields__contains=[ListedField.LANGUAGES.value], then=F("organisation__languages")),
                default=Value([], output_field=ArrayField(TextField())),
            ),
        ),
        column(PublicListing, "summary", _if_listed(ListedField.SUMMARY, "summary")),
        column(PublicListing, "focus_words", _if_listed(ListedField.FOCUS, "focus_words")),
        *("agreed_on", "review_on", "updated_at"),
    ),
)
