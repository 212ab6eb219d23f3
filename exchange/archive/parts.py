"""What is in an archive: one part for each table, its fields taken from the model.

This is the one place that decides, with the `archive` modules of the apps above (crm.wiring). A new field of
a table goes along by itself; a new table has to be put in OWN_PARTS or NOT_TAKEN
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
    OrganisationDetail,
    OrganisationExternalId,
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
    """One table: `name`.jsonl holds its rows, a line each.

    `rows` starts with what the actor sees; a part of an `owner` holds what belongs to the owner's rows.
    `derived` fields are made anew when it is read, by `finish` or by the database; `only` are those taken
    of a table that is not ours to take. `object_type` names the rows in the trail, `where` the districts
    in which they are seen. `batch` is how many are in memory at once.
    """

    name: str
    model: type[models.Model]
    rows: Callable[[Actor], Rows] | None = None
    owner: str = ""
    derived: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    finish: Callable[[Any], None] | None = None
    object_type: str = ""
    where: tuple[str, ...] = ()
    order: tuple[str, ...] = field(default=("pk",))
    batch: int = BATCH

    @property
    def file(self) -> str:
        return f"{self.name}.jsonl"

    def fields(self) -> list[Any]:
        """Columns of the model but serial keys (they mean nothing elsewhere) and what is derived."""
        return [
            column
            for column in self.model._meta.concrete_fields
            if not isinstance(column, models.AutoField)
            and column.name not in self.derived
            and (not self.only or column.name in self.only)
        ]

    def many(self) -> list[Any]:
        """Relations without a table of their own here: a list of ids in the row's line."""
        related: list[Any] = [] if self.only else list(self.model._meta.local_many_to_many)
        return [one for one in related if one.remote_field.through._meta.auto_created]

    def seen(self, actor: Actor) -> Rows:
        """The rows that go along for `actor`, in no order."""
        if self.rows is not None:
            return self.rows(actor)
        rows: Rows = self.model._default_manager.all()
        if actor.sees_everywhere:
            return rows
        above = part_of(self.model._meta.get_field(self.owner).related_model)
        return rows.filter(**{f"{self.owner}__in": above.seen(actor).values("pk")})


def _visible(model: Any) -> Callable[[Actor], Rows]:
    def rows(actor: Actor) -> Rows:
        found: Rows = model.objects.visible_to(actor)
        return found

    return rows


def _series(actor: Actor) -> Rows:
    if actor.sees_everywhere:
        return Series.objects.all()
    meetings = Meeting.objects.visible_to(actor).filter(series=OuterRef("pk"))
    promises = FollowUp.objects.visible_to(actor).filter(series=OuterRef("pk"))
    return Series.objects.filter(Exists(meetings) | Exists(promises))


def _merges(actor: Actor) -> Rows:
    """Which ids live on as which: what is outside may still ask for the old ones.

    Of rows merged into rows that were merged themselves, too: each step towards one that is seen.
    """
    standing = Merge.objects.standing()
    if actor.sees_everywhere:
        return standing
    found: set[UUID] = set()
    step = standing.filter(_named(actor, "kept_id"))
    while rows := dict(step.exclude(pk__in=found).values_list("pk", "gone_ids")):
        found.update(rows)
        step = standing.filter(kept_id__in={pk for gone in rows.values() for pk in gone})
    return standing.filter(pk__in=found)


def _differences(actor: Actor) -> Rows:
    rows = NotADuplicate.objects.all()
    return rows if actor.sees_everywhere else rows.filter(_named(actor, "one"), _named(actor, "other"))


def _imported_rows(actor: Actor) -> Rows:
    if actor.sees_everywhere:
        return ImportedRow.objects.all()
    known = Q(pk__in=[])
    for object_type, model in _EXTERNAL_IDS.items():
        ids = part_of(model).seen(actor)
        same = ids.filter(source=OuterRef("source"), external_id=OuterRef("external_id"))
        known |= Q(Exists(same), object_type=object_type)
    return ImportedRow.objects.filter(known)


def _named(actor: Actor, column: str) -> Q:
    """Rows whose plain id in `column` is of an organisation or person that is seen."""
    types = (("organisation", Organisation), ("contact", Contact))
    known = Q(pk__in=[])
    for object_type, model in types:
        rows = part_of(model).seen(actor)
        known |= Q(Exists(rows.filter(pk=OuterRef(column))), object_type=object_type)
    return known


_EXTERNAL_IDS: Final[dict[str, type[models.Model]]] = {
    "contact": ContactExternalId,
    "meeting": MeetingExternalId,
    "follow_up": FollowUpExternalId,
}

# Who and where: only those that the other rows name (exchange.archive.writing collects them).
DISTRICTS: Final = Part(
    "districts",
    District,
    District.objects.visible_to,
    derived=frozenset({"lineage", "redraw_on", "redraw"}),  # what is planned here stays here
    order=("lineage__len", "pk"),
)
PEOPLE: Final = Part("officers", User, User.objects.visible_to, only=("id", "email", "name"))

_FOLDED: Final = frozenset({"folded"})
_ORGANISATION: Final = frozenset({"folded", "clues", "last_met_at", "meet_by"})

# In an order in which each row's references are there before it.
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
        where=("home_district", "also_in"),
    ),
    Part("organisation_periods", OrganisationPeriod, owner="organisation"),
    Part("organisation_details", OrganisationDetail, owner="owner", finish=check_detail),
    Part("focus_declarations", FocusDeclaration, owner="organisation"),
    Part("organisation_external_ids", OrganisationExternalId, owner="organisation"),
    Part("imported_fields", ImportedFields, owner="organisation"),
    Part(
        "contacts",
        Contact,
        _visible(Contact),
        derived=frozenset({"folded", "clues"}),
        finish=fold_contact,
        object_type="contact",
        where=("home_district", "affiliations__organisation__home_district"),
    ),
    Part("contact_details", ContactDetail, owner="owner", finish=check_detail),
    Part("affiliations", Affiliation, owner="contact", derived=frozenset({"told_until"})),
    Part("contact_external_ids", ContactExternalId, owner="contact"),
    Part("series", Series, _series),
    Part(
        "meetings",
        Meeting,
        _visible(Meeting),
        derived=_FOLDED,
        finish=fold_meeting,
        object_type="meeting",
        where=("district", "organisations__home_district"),
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
        where=("district",),
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
        where=("organisations__home_district",),
    ),
    Part("follow_up_organisations", FollowUpOrganisation, owner="follow_up"),
    Part("follow_up_periods", FollowUpPeriod, owner="follow_up"),
    Part("follow_up_external_ids", FollowUpExternalId, owner="follow_up"),
    Part("imported_rows", ImportedRow, _imported_rows),
    Part("merges", Merge, _merges, derived=frozenset({"memory"})),
    Part("not_duplicates", NotADuplicate, _differences),
)

# Tables of districts, contacts, meetings and exchange that stay behind, and why.
NOT_TAKEN: Final = {
    "districts.Move": "what the change feed of this system still has to tell",
    "districts.ExpectedCommunity": "shown in its district only: it never leaves",
    "districts.PeriodNote": "a remark on this system's figures, which the reader of an archive makes anew",
    "contacts.ErasedId": "hashes under a key of this installation; the city's tools ask the new system anew",
    "contacts.PrivateChannel": "a person's own number leaves no system as a file (docs/domain.md, rule 6)",
    "contacts.OrganisationPrivateChannel": "nor does a number for the night or the address of a shelter",
    "incidents.ExclusionRequest": "decided in this system; who is excluded goes along with the incident",
    "exchange.ImportDraft": "an import under way; it is gone after a day",
    "exchange.ImportStep": "of an import under way",
    "exchange.SavedMapping": "a convenience, named by a table's columns",
    "exchange.WatchedRegister": "what this installation reads from addresses",
    "reminders.Reminder": "made anew from meetings and promises",
    "meetings.Handover": "done: organisations and promises have their new officers",
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


def python(column: Any, value: Any) -> Any:
    """What JSON made of a value, as the model has it. Raises ValidationError, TypeError, ValueError."""
    if isinstance(column, ArrayField) and value is not None:
        return [column.base_field.to_python(one) for one in value]
    return value if isinstance(column, models.JSONField) else column.to_python(value)
