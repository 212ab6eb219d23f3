"""Contents of an archive: one part for each table, with the fields of its model.

Only this module and the `archive` modules of the apps above decide it (crm.wiring). An archive includes a new
field automatically. A new table must be listed in OWN_PARTS or NOT_TAKEN
(tests/exchange/test_archive_parts.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.models import User
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    ContactExternalId,
    FocusDeclaration,
    ImportedFields,
    Merge,
    NotADuplicate,
    Organisation,
    OrganisationAlias,
    OrganisationDetail,
    OrganisationExternalId,
    OrganisationNumber,
    OrganisationPeriod,
)
from contacts.services.details import check_detail
from contacts.services.search_fields import fold_contact, fold_organisation
from districts.models import District
from exchange.models import ImportedRow
from lib.wired import Wired
from meetings.models import (
    Concern,
    ConcernExternalId,
    ConcernPeriod,
    FollowUp,
    FollowUpExternalId,
    FollowUpOrganisation,
    FollowUpPeriod,
    FormerFollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingExternalId,
    MeetingOrganisation,
    Series,
)
from meetings.services.folding import fold_concern, fold_follow_up, fold_meeting

FORMAT: Final = "proximity-crm-archive"
VERSION: Final = 5
MANIFEST: Final = "manifest.json"
MEDIA_TYPE: Final = "application/zip"
BATCH: Final = 2_000  # rows fetched from the cursor at once

Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A table in an archive. The file `name`.jsonl has one line for each row.

    `rows` starts with `visible_to`. A part with an `owner` contains the rows of the owner's rows. `derived`
    fields are not written: `finish` or the database computes them when the archive is read. `only` limits the
    fields of a table. `object_type` names the rows in the activity log, and `districts` are the paths to
    their districts. `batch` is the number of rows in memory at once.
    """

    name: str
    model: type[models.Model]
    rows: Callable[[Actor], Rows] | None = None
    owner: str = ""
    derived: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    finish: Callable[[Any], None] | None = None
    object_type: str = ""
    districts: tuple[str, ...] = ()
    order: tuple[str, ...] = field(default=("pk",))
    batch: int = BATCH

    @property
    def file(self) -> str:
        return f"{self.name}.jsonl"

    def fields(self) -> list[Any]:
        """Return the model's columns without serial keys (meaningless elsewhere) and derived ones."""
        return [
            column
            for column in self.model._meta.concrete_fields
            if not isinstance(column, models.AutoField)
            and column.name not in self.derived
            and (not self.only or column.name in self.only)
        ]

    def relations(self) -> list[Any]:
        """Return many-to-many relations without their own part. The row's line lists their IDs."""
        related: list[Any] = [] if self.only else list(self.model._meta.local_many_to_many)
        return [relation for relation in related if relation.remote_field.through._meta.auto_created]

    def visible_rows(self, actor: Actor) -> Rows:
        """Return the rows that an archive for `actor` contains, without order."""
        if self.rows is not None:
            return self.rows(actor)
        rows: Rows = self.model._default_manager.all()
        if actor.sees_everywhere:
            return rows
        above = part_of(self.model._meta.get_field(self.owner).related_model)
        return rows.filter(**{f"{self.owner}__in": above.visible_rows(actor).values("pk")})


def _visible(model: Any) -> Callable[[Actor], Rows]:
    def rows(actor: Actor) -> Rows:
        visible: Rows = model.objects.visible_to(actor)
        return visible

    return rows


def _series(actor: Actor) -> Rows:
    if actor.sees_everywhere:
        return Series.objects.all()
    meetings = Meeting.objects.visible_to(actor).filter(series=OuterRef("pk"))
    follow_ups = FollowUp.objects.visible_to(actor).filter(series=OuterRef("pk"))
    return Series.objects.filter(Exists(meetings) | Exists(follow_ups))


def _merges(actor: Actor) -> Rows:
    """Return merges that lead to visible rows, because other systems may still use the old IDs.

    If a row was merged into one that was merged later, each merge on the way is included.
    """
    standing = Merge.objects.standing()
    if actor.sees_everywhere:
        return standing
    merge_ids: set[UUID] = set()
    step = standing.filter(_is_visible_record(actor, "kept_id"))
    while rows := dict(step.exclude(pk__in=merge_ids).values_list("pk", "gone_ids")):
        merge_ids.update(rows)
        step = standing.filter(kept_id__in={pk for gone_ids in rows.values() for pk in gone_ids})
    return standing.filter(pk__in=merge_ids)


def _differences(actor: Actor) -> Rows:
    rows = NotADuplicate.objects.all()
    return (
        rows
        if actor.sees_everywhere
        else rows.filter(_is_visible_record(actor, "one"), _is_visible_record(actor, "other"))
    )


def _imported_rows(actor: Actor) -> Rows:
    if actor.sees_everywhere:
        return ImportedRow.objects.all()
    has_record = Q(pk__in=[])
    for object_type, model in _EXTERNAL_IDS.items():
        ids = part_of(model).visible_rows(actor)
        same = ids.filter(source=OuterRef("source"), external_id=OuterRef("external_id"))
        has_record |= Q(Exists(same), object_type=object_type)
    return ImportedRow.objects.filter(has_record)


def _is_visible_record(actor: Actor, column: str) -> Q:
    """Return a condition: the ID in `column` belongs to a visible organisation or contact."""
    types = (("organisation", Organisation), ("contact", Contact))
    is_visible = Q(pk__in=[])
    for object_type, model in types:
        rows = part_of(model).visible_rows(actor)
        is_visible |= Q(Exists(rows.filter(pk=OuterRef(column))), object_type=object_type)
    return is_visible


_EXTERNAL_IDS: Final[dict[str, type[models.Model]]] = {
    "contact": ContactExternalId,
    "meeting": MeetingExternalId,
    "follow_up": FollowUpExternalId,
}

# Only districts and officers that other rows refer to (collected by exchange.archive.writing).
DISTRICTS: Final = Part(
    "districts",
    District,
    District.objects.visible_to,
    derived=frozenset({"lineage", "redraw_on", "redraw"}),  # planned changes stay in this system
    order=("lineage__len", "pk"),
)
PEOPLE: Final = Part("officers", User, User.objects.visible_to, only=("id", "email", "name"))

_FOLDED: Final = frozenset({"folded"})
_ORGANISATION: Final = frozenset({"folded", "clues", "last_met_at", "meet_by"})

# Ordered so that the references of each row come before it.
#: Parts in the order in which they are read: OWN_PARTS, then those of the apps above.
PARTS: Final = Wired[Part]("exchange.archive.parts.PARTS")

OWN_PARTS: Final = (
    Part(
        "organisations",
        Organisation,
        _visible(Organisation),
        derived=_ORGANISATION,
        finish=fold_organisation,
        object_type="organisation",
        districts=("home_district", "also_in"),
    ),
    Part("organisation_periods", OrganisationPeriod, owner="organisation"),
    Part("organisation_details", OrganisationDetail, owner="owner", finish=check_detail),
    Part("focus_declarations", FocusDeclaration, owner="organisation"),
    Part("organisation_aliases", OrganisationAlias, owner="organisation"),
    Part("organisation_numbers", OrganisationNumber, owner="organisation"),
    Part("organisation_external_ids", OrganisationExternalId, owner="organisation"),
    Part("imported_fields", ImportedFields, owner="organisation"),
    Part(
        "contacts",
        Contact,
        _visible(Contact),
        derived=frozenset({"folded", "clues"}),
        finish=fold_contact,
        object_type="contact",
        districts=("home_district", "affiliations__organisation__home_district"),
    ),
    Part("contact_details", ContactDetail, owner="owner", finish=check_detail),
    Part("affiliations", Affiliation, owner="contact"),
    Part("contact_external_ids", ContactExternalId, owner="contact"),
    Part("series", Series, _series),
    Part(
        "meetings",
        Meeting,
        _visible(Meeting),
        derived=_FOLDED,
        finish=fold_meeting,
        object_type="meeting",
        districts=("district", "organisations__home_district"),
    ),
    # `met_at` is the database's (meetings, migration 0004).
    Part("meeting_organisations", MeetingOrganisation, owner="meeting", derived=frozenset({"met_at"})),
    Part("meeting_contacts", MeetingContact, owner="meeting"),
    Part("meeting_external_ids", MeetingExternalId, owner="meeting"),
    Part(
        "concerns",
        Concern,
        _visible(Concern),
        derived=_FOLDED,
        finish=fold_concern,
        object_type="concern",
        districts=("district",),
    ),
    Part("concern_external_ids", ConcernExternalId, owner="concern"),
    Part("concern_periods", ConcernPeriod, owner="concern"),
    Part(
        "follow_ups",
        FollowUp,
        _visible(FollowUp),
        derived=_FOLDED,
        finish=fold_follow_up,
        object_type="follow_up",
        districts=("organisations__home_district",),
    ),
    Part("follow_up_organisations", FollowUpOrganisation, owner="follow_up"),
    Part("former_follow_up_organisations", FormerFollowUpOrganisation, owner="follow_up"),
    Part("follow_up_periods", FollowUpPeriod, owner="follow_up"),
    Part("follow_up_external_ids", FollowUpExternalId, owner="follow_up"),
    Part("imported_rows", ImportedRow, _imported_rows),
    Part("merges", Merge, _merges, derived=frozenset({"memory"})),
    Part("not_duplicates", NotADuplicate, _differences),
)

# Tables of districts, contacts, meetings and exchange that stay behind, and why.
NOT_TAKEN: Final = {
    "districts.Move": "changes that the change feed of this system has still to report",
    "districts.ExpectedCommunity": "shown in its district only: it never leaves",
    "districts.PeriodNote": "a remark on this system's figures, which the reader of an archive writes again",
    "contacts.ErasedId": "hashes under a key of this installation; the city's tools ask the new system again",
    "contacts.PrivateChannel": "a person's own number leaves no system as a file (docs/domain.md, rule 6)",
    "contacts.OrganisationPrivateChannel": "nor does a number for the night or the address of a shelter",
    "incidents.CallInProgress": "who is calling now; it is void after ten minutes",
    "incidents.ShiftHandover": "of a duty shift, which stays in this system",
    "incidents.ExclusionRequest": "decided in this system; who is excluded goes along with the incident",
    "exchange.ImportDraft": "an import under way; it is gone after a day",
    "exchange.ImportStep": "of an import under way",
    "exchange.SavedMapping": "a convenience, named by a table's columns",
    "exchange.WatchedRegister": "what this installation reads from addresses",
    "reminders.Reminder": "created again from meetings and follow-ups",
    "meetings.Handover": "done: organisations and follow-ups have their new officers",
}


def parts() -> Iterator[Part]:
    """Yield all parts in the order in which an archive is read."""
    yield DISTRICTS
    yield PEOPLE
    yield from PARTS


@cache
def _part_by_model() -> dict[Any, Part]:
    return {part.model: part for part in parts()}


def part_of(model: Any) -> Part:
    """Return the part that holds the rows of a model. Raises KeyError."""
    return _part_by_model()[model]


def python_value(column: Any, value: Any) -> Any:
    """Convert a value from JSON to the model's type. Raises ValidationError, TypeError, ValueError."""
    if isinstance(column, ArrayField) and value is not None:
        return [column.base_field.to_python(element) for element in value]
    return value if isinstance(column, models.JSONField) else column.to_python(value)
