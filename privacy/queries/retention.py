"""Rows that are older than a retention rule allows (docs/adr/0056).

The inventory names the texts that a rule removes, so a new text needs no line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit.models import Pruned, Seal
from lib.days import city_today, day_starts_at
from meetings.codes import Attendance, MeetingStatus
from meetings.models import MeetingContact
from privacy import inventory
from privacy.codes import PENDING, RetentionCode
from privacy.models import Restriction, RetentionDecision
from privacy.queries.frozen_rows import frozen_by_requests
from privacy.rules.retention import old_before

Rows = models.QuerySet[Any]

#: Texts that stay although a rule removes the other texts of the table.
STAYS: Final[Mapping[tuple[str, str], str]] = {
    ("meetings.Meeting", "subject"): "It is the name of the meeting in lists and histories.",
    ("meetings.Concern", "case_reference"): "It is the number of a case in another system, not a name.",
}
#: Texts that cannot be empty, so a mark replaces them.
MARKED: Final = {
    ("meetings.FollowUp", "title"),
    ("meetings.FollowUp", "cancel_reason"),
    ("incidents.Debrief", "waived_reason"),
    ("privacy.Breach", "what"),
}


@dataclass(frozen=True, slots=True)
class AgedTable:
    """A table with a retention rule.

    Args:
        noun: type of the record that a person can keep. `record` is the lookup of its ID.
        since: moment or day from which the days count.
        ended: rows to which the rule applies.
        spared: rows that stay at any age.
        also_old: a column that is never later than `since`, so that an index finds the rows.
    """

    label: str
    noun: str
    since: Any
    record: str = "pk"
    ended: Q | None = None
    spared: Q | None = None
    also_old: str = ""
    is_day: bool = False

    @property
    def texts(self) -> list[str]:
        """Texts of the table that the rule removes."""
        fields = [field for field in inventory.fields_of(self.label) if field.category in inventory.TEXTS]
        return [field.name for field in fields if (field.model, field.name) not in STAYS]

    @property
    def rows(self) -> Rows:
        model: Any = apps.get_model(self.label)
        rows: Rows = model._base_manager.all()
        return rows

    @property
    def stays(self) -> Q:
        """Match rows that stay at any age, also because of a data request."""
        frozen = frozen_by_requests(self.label)
        return frozen if self.spared is None else frozen | self.spared

    def without_text(self, name: str) -> str:
        """Return the replacement of a removed text: a mark, or nothing."""
        return removed_text_mark() if (self.label, name) in MARKED else ""


def _names_frozen(path: str) -> Q:
    """Match rows of a contact who is restricted or has a pending data request."""
    return Q(**{f"{path}__is_restricted": True}) | frozen_by_requests("contacts.Contact", path)


_NAMES_FROZEN_HERE: Final = Q(
    Exists(MeetingContact.objects.filter(_names_frozen("contact"), meeting=OuterRef("pk")))
)
_LAST_MET: Final = Subquery(
    MeetingContact.objects.filter(
        contact=OuterRef("pk"), attendance=Attendance.ATTENDED, meeting__status=MeetingStatus.HELD
    )
    .order_by()
    .values("contact")
    .annotate(last=Max("meeting__starts_at"))
    .values("last")
)


def _of_incident(label: str, path: str = "incident") -> AgedTable:
    return AgedTable(label, "incident", _ended(f"{path}__"), record=f"{path}_id")


def _ended(path: str = "") -> Coalesce:
    """Return when an incident was closed or withdrawn."""
    return Coalesce(f"{path}closed_at", f"{path}withdrawn_at")


AGED: Final[Mapping[str, tuple[AgedTable, ...]]] = {
    RetentionCode.CONTACT: (
        AgedTable(
            "contacts.Contact",
            "contact",
            Greatest("updated_at", _LAST_MET),
            spared=Q(is_restricted=True),
            also_old="updated_at",
        ),
    ),
    RetentionCode.ENDED_ROLE: (
        AgedTable(
            "contacts.Affiliation",
            "contact",
            F("until"),
            record="contact_id",
            spared=_names_frozen("contact"),
            is_day=True,
        ),
    ),
    RetentionCode.ATTENDANCE: (
        AgedTable(
            "meetings.MeetingContact",
            "meeting",
            F("meeting__starts_at"),
            record="meeting_id",
            spared=_names_frozen("contact"),
        ),
    ),
    RetentionCode.MEETING_TEXTS: (
        AgedTable("meetings.Meeting", "meeting", F("starts_at"), spared=_NAMES_FROZEN_HERE),
    ),
    RetentionCode.CONCERN_TEXTS: (AgedTable("meetings.Concern", "concern", F("closed_at")),),
    RetentionCode.FOLLOW_UP_TEXTS: (
        AgedTable(
            "meetings.FollowUp",
            "follow_up",
            Coalesce("completed_at", "updated_at"),
            ended=Q(status__in=["done", "cancelled"]),
            spared=_names_frozen("contact"),
        ),
    ),
    RetentionCode.INCIDENT_TEXTS: (
        AgedTable("incidents.Incident", "incident", _ended()),
        _of_incident("incidents.IncidentStep"),
        _of_incident("incidents.Reassurance"),
        _of_incident("incidents.TensionAssessment"),
        _of_incident("incidents.Debrief"),
        AgedTable("incidents.ShiftHandover", "shift", F("at"), "shift_id"),
        _of_incident("incidents.DebriefVoice", "debrief__incident"),
    ),
    RetentionCode.DECLARATION: (
        AgedTable(
            "contacts.FocusDeclaration", "organisation", F("withdrawn_on"), "organisation_id", is_day=True
        ),
    ),
    RetentionCode.REQUEST: (
        AgedTable(
            "privacy.DataRequest",
            "data_request",
            Coalesce("answered_on", F("updated_at__date")),
            ended=~Q(status__in=PENDING),
            spared=Q(Exists(Restriction.objects.standing().filter(request=OuterRef("pk")))),
            is_day=True,
        ),
    ),
    RetentionCode.BREACH_TEXTS: (AgedTable("privacy.Breach", "breach", F("closed_at")),),
}


def due_rows(aged: AgedTable, code: str, days: int, today: date) -> Rows:
    """Return rows that are due under a rule of `days`, with `counted_from`. Kept records are left out."""
    before = old_before(today, days)
    limit: Any = before if aged.is_day else day_starts_at(before)
    rows = aged.rows.annotate(counted_from=aged.since).filter(counted_from__lt=limit)
    if aged.ended is not None:
        rows = rows.filter(aged.ended)
    if aged.also_old:
        rows = rows.filter(**{f"{aged.also_old}__lt": limit})
    rows = rows.exclude(aged.stays)
    if inventory.rules()[code].then == "blank":
        rows = rows.filter(reduce(or_, (_has_text(aged, name) for name in aged.texts)))
    kept_ids = RetentionDecision.objects.keeping(aged.noun, today).values("object_id")
    due: Rows = rows.exclude(**{f"{aged.record}__in": kept_ids})
    return due


def _has_text(aged: AgedTable, name: str) -> Q:
    """Match rows with a text to remove. In an encrypted column, any text counts."""
    is_filled = ~Q(**{name: ""})
    remaining_text = aged.without_text(name)
    return is_filled & ~Q(**{name: remaining_text}) if remaining_text else is_filled


def number_due(code: str, days: int) -> int:
    """Return the number of rows that the rule would act on today. Runs at most two statements."""
    if code == RetentionCode.TRAIL:
        return _number_of_due_events(days)
    row_sets = [due_rows(aged, code, days, city_today()) for aged in AGED.get(code, ())]
    row_markers = [rows.order_by().values(one=models.Value(1)) for rows in row_sets]
    return row_markers[0].union(*row_markers[1:], all=True).count() if row_markers else 0


def _number_of_due_events(days: int) -> int:
    """Return the number of old activity log events in whole months. Only seals are read."""
    old = timezone.now() - timedelta(days=days)
    last_number = Seal.objects.before(old.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return max(0, last_number - Pruned.objects.last_number())


def removed_text_mark() -> str:
    """Return the mark for a removed text that cannot be empty, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[text removed]")


def texts_after_removal(aged: AgedTable, row: Any) -> dict[str, str]:
    """Return the changed texts of a row after the rule has removed them."""
    remaining_texts = {name: aged.without_text(name) for name in aged.texts}
    return {name: text for name, text in remaining_texts.items() if getattr(row, name) not in ("", text)}
