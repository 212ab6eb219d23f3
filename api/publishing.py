"""`/publishing/…/`, to read only: entries, reporting routes and listings of the public pages.

A city can make a page of its own from it. Nothing here is hidden on the public pages.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, TextField, Value, When
from django.db.models.functions import Cast
from rest_framework import serializers

from accounts.actors import Actor
from api.queries.changes import read_listings, without_protected_names
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import column, columns, fields_of, shape
from api.resources.descriptions import ID, MOMENT, described, field
from api.resources.shapes import codes
from api.resources.specs import Column, Row, RowSpec, children
from contacts.codes import Kind
from contacts.models import Organisation
from contacts.models.organisation import IS_PROTECTED
from lib.days import city_today
from publishing.codes import ListedField
from publishing.filters import EntryFilters, ListingFilters, RouteFilters
from publishing.models import EntryTranslation, PublicEntry, PublicListing, ReportingRoute


@fields_of(
    EntryTranslation,
    field("language", "The language of these texts.", "es"),
    field("said", "What people of the district said.", "The lamps in the underpass are out."),
    field("did", "What was done. Empty if it cannot be done.", "The city repaired them."),
    field("why", "Why it cannot be done. Empty unless it cannot.", ""),
)
class EntryTranslationShape(serializers.Serializer[Any]):
    """An entry in another language."""


def _version(model: Any) -> Column:
    return Column("version", shape(model._meta.get_field("revision")), F("revision"))


def _if_listed(field: ListedField, name: str) -> Case:
    """A text that the organisation agreed to publish, or an empty one."""
    agreed = When(fields__contains=[field.value], then=F(name))
    return Case(agreed, default=Value(""), output_field=TextField())


def _agreed(listed: ListedField, text: str, example: str | None = None) -> Column:
    """A detail of the organisation, or an empty text if it did not agree to publish it."""
    detail = Cast(F(f"organisation__{listed.value}"), TextField())
    agreed = When(fields__contains=[listed.value], then=detail)
    detail_shape = (
        shape(Organisation._meta.get_field(listed.value), allow_null=False)
        if listed != ListedField.KIND
        else serializers.ChoiceField(Kind.choices, allow_blank=True)
    )
    return Column(
        listed.value,
        described(detail_shape, text, example),
        Case(agreed, default=Value(""), output_field=TextField()),
    )


PUBLIC_ENTRY = RowSpec(
    "public_entry",
    columns(
        PublicEntry,
        "id",
        _version(PublicEntry),
        "district",
        field("language", "The language of the texts.", "en"),
        field("said", "What people of the district said.", "The lamps in the underpass are out."),
        field("state", "What became of it."),
        field("did", "What was done. Empty if it cannot be done.", "The city repaired them."),
        field("why", "Why it cannot be done. Empty unless it cannot.", ""),
        field("month", "The month in which it was told.", "2026-11"),
        field("approved_at", "When it was approved to be shown.", MOMENT),
        Column(
            "translations",
            described(EntryTranslationShape(many=True), "The texts in other languages."),
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
        field("district", "", "N1"),
        field("name", "What it is called.", "Anonymous line"),
        field("language", "", "en"),
        field("kind", "What kind of way to report it is."),
        field("url", "Its web address, if any.", "https://police.example/report"),
        field("phone", "Its number, as people dial it.", "900 100 200"),
        field("address", "Street and number.", "Calle Mayor 1"),
        field("hours", "When someone is there.", "Monday to Friday, 9:00 to 18:00"),
        field("languages", "", ["es", "ar"]),
        field("anonymous", "Whether people can stay anonymous."),
        field("step_free", "Whether it can be reached without steps."),
        field("note", "What else people should know.", "Ask for the duty desk"),
        field("tested_on", "When it was last tested. Null if never.", "2026-11-02"),
        field("test_result", "What the last test showed. Empty if there was none."),
        field(
            "answered_on",
            "When a test was last answered. Public pages hide it when that is too long ago.",
            "2026-11-02",
        ),
        "updated_at",
    ),
)


LISTING = RowSpec(
    "listing",
    columns(
        PublicListing,
        "id",
        _version(PublicListing),
        "organisation",
        field("public_id", "The ID of the organisation in public files.", ID),
        field("fields", "What the organisation agreed to have published.", ["name", "website"]),
        field("language", "", "en"),
        _agreed(ListedField.NAME, "The name of the organisation.", "Choir of Quince"),
        _agreed(ListedField.WEBSITE, "Its website. Empty if it did not agree.", "https://choir.example/"),
        _agreed(ListedField.EMAIL, "Its email address. Empty if it did not agree.", ""),
        _agreed(ListedField.PHONE, "Its phone in E.164. Empty if it did not agree.", "+34915550102"),
        _agreed(ListedField.ADDRESS, "Its address. Empty if it did not agree.", ""),
        _agreed(ListedField.KIND, "Its kind. Empty if it did not agree."),
        Column(
            "languages",
            described(codes(), "Languages spoken there (BCP 47). Empty if it did not agree.", ["es"]),
            Case(
                When(fields__contains=[ListedField.LANGUAGES.value], then=F("organisation__languages")),
                default=Value([], output_field=ArrayField(TextField())),
            ),
        ),
        column(
            PublicListing,
            "summary",
            _if_listed(ListedField.SUMMARY, "summary"),
            example="We sing on Mondays.",
        ),
        column(
            PublicListing,
            "focus_words",
            _if_listed(ListedField.FOCUS, "focus_words"),
            text="Its communities in its own words. Empty if it did not agree.",
            example="",
        ),
        field("agreed_on", "When it agreed.", "2026-05-02"),
        *("review_on", "updated_at"),
    ),
)


_SAID: Final = ("said", "did", "why")


class PublicEntries(ListMixin):
    spec = PUBLIC_ENTRY
    scope = "organisations"
    silent = True
    filterset = EntryFilters
    orderings = ("month",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        rows = PublicEntry.objects.visible_to(actor).shown_on(city_today())
        return without_protected_names(rows, *_SAID, *(f"translations__{name}" for name in _SAID))


class ReportingRoutes(ListMixin):
    spec = REPORTING_ROUTE
    scope = "organisations"
    silent = True
    filterset = RouteFilters
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        """Reporting routes that public pages show, without those of a protected location."""
        routes = ReportingRoute.objects.visible_to(actor).meant_to_be_public()
        routes = routes.filter(models.Q(organisation=None) | _is_not_protected(actor))
        return without_protected_names(routes, "name", "address", "hours", "note")


class PublicListings(ListMixin, RetrieveMixin):
    spec = LISTING
    scope = "organisations"
    filterset = ListingFilters
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return read_listings(actor).filter(is_in_force=True)

    def fetch(self, pk: UUID, names: Sequence[str] = ()) -> Row:
        """Read the listing without the cached statement of `read_one`: protected names may have changed."""
        listings = self.spec.read(self.visible(self.actor).filter(pk=pk), self.actor, names)
        if not listings:
            raise PublicListing.DoesNotExist
        return listings[0]


def _is_not_protected(actor: Actor) -> models.Exists:
    """Whether the key sees the organisation and its location is not protected.

    An organisation that the key does not see counts as protected, whether policies hide it or the query does.
    """
    visible_organisations = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("organisation"))
    return models.Exists(visible_organisations.exclude(IS_PROTECTED))
