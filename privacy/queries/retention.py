"""Which rows are older than a retention rule allows (docs/adr/0056). The days come from a rule in force.

The texts that a rule removes come from the inventory, so that a new text is removed without a line here.
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

#: Texts of tables with a rule that removes texts, which stay all the same.
STAYS: Final[Mapping[tuple[str, str], str]] = {
    ("meetings.Meeting", "subject"): "It is the name of the meeting in lists and histories.",
    ("meetings.Concern", "case_reference"): "It is the number of a case in another system, not a name.",
}
#: Texts that cannot be empty, so a mark stands in their place.
MARKED: Final = {
    ("meetings.FollowUp", "title"),
    ("meetings.FollowUp", "cancel_reason"),
    ("incidents.Debrief", "waived_reason"),
    ("privacy.Breach", "what"),
}


@dataclass(frozen=True, slots=True)
class Aged:
    """Rows of a table that get old.

    Args:
        noun: the type of the record that a person can keep, and `record` the lookup of its ID.
        since: the moment or day from which the days count.
        ended: rows that can get old.
        spared: rows that stay whatever their age.
        also_old: a column that is at least as old as `since`, so that an index finds the rows.
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
        """The texts of the table that the rule removes."""
        fields = [one for one in inventory.fields_of(self.label) if one.category in inventory.TEXTS]
        return [one.name for one in fields if (one.model, one.name) not in STAYS]

    @property
    def rows(self) -> Rows:
        model: Any = apps.get_model(self.label)
        rows: Rows = model._base_manager.all()
        return rows

    @property
    def stays(self) -> Q:
        """Match rows that stay whatever their age, also because of a data request."""
        frozen = frozen_by_requests(self.label)
        return frozen if self.spared is None else frozen | self.spared

    def without_text(self, name: str) -> str:
        """What is left of a text."""
        return mark() if (self.label, name) in MARKED else ""


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


def _of_incident(label: str, path: str = "incident") -> Aged:
    return Aged(label, "incident", F(f"{path}__closed_at"), record=f"{path}_id")


AGED: Final[Mapping[str, tuple[Aged, ...]]] = {
    RetentionCode.CONTACT: (
        Aged(
            "contacts.Contact",
            "contact",
            Greatest("updated_at", _LAST_MET),
            spared=Q(is_restricted=True),
            also_old="updated_at",
        ),
    ),
    RetentionCode.ENDED_ROLE: (
        Aged(
            "contacts.Affiliation",
            "contact",
            F("until"),
            record="contact_id",
            spared=_names_frozen("contact"),
            is_day=True,
        ),
    ),
    RetentionCode.ATTENDANCE: (
        Aged(
            "meetings.MeetingContact",
            "meeting",
            F("meeting__starts_at"),
            record="meeting_id",
            spared=_names_frozen("contact"),
        ),
    ),
    RetentionCode.MEETING_TEXTS: (
        Aged("meetings.Meeting", "meeting", F("starts_at"), spared=_NAMES_FROZEN_HERE),
    ),
    RetentionCode.CONCERN_TEXTS: (Aged("meetings.Concern", "concern", F("closed_at")),),
    RetentionCode.FOLLOW_UP_TEXTS: (
        Aged(
            "meetings.FollowUp",
            "follow_up",
            Coalesce("completed_at", "updated_at"),
            ended=Q(status__in=["done", "cancelled"]),
            spared=_names_frozen("contact"),
        ),
    ),
    RetentionCode.INCIDENT_TEXTS: (
        Aged("incidents.Incident", "incident", F("closed_at")),
        _of_incident("incidents.IncidentStep"),
        _of_incident("incidents.Reassurance"),
        _of_incident("incidents.TensionAssessment"),
        _of_incident("incidents.Debrief"),
        Aged("incidents.DebriefVoice", "incident", F("debrief__incident__closed_at"), "debrief__incident_id"),
    ),
    RetentionCode.DECLARATION: (
        Aged("contacts.FocusDeclaration", "organisation", F("withdrawn_on"), "organisation_id", is_day=True),
    ),
    RetentionCode.REQUEST: (
        Aged(
            "privacy.DataRequest",
            "data_request",
            Coalesce("answered_on", F("updated_at__date")),
            ended=~Q(status__in=PENDING),
            spared=Q(Exists(Restriction.objects.standing().filter(request=OuterRef("pk")))),
            is_day=True,
        ),
    ),
    RetentionCode.BREACH_TEXTS: (Aged("privacy.Breach", "breach", F("closed_at")),),
}


def due_rows(aged: Aged, code: str, days: int, today: date) -> Rows:
    """Rows of a table that a rule of so many days makes due, with `counted_from`; not those someone keeps."""
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
    kept = RetentionDecision.objects.keeping(aged.noun, today).values("object_id")
    left: Rows = rows.exclude(**{f"{aged.record}__in": kept})
    return left


def _has_text(aged: Aged, name: str) -> Q:
    """Whether there is a text. Of an encrypted one, the database knows only whether it is empty."""
    some = ~Q(**{name: ""})
    left = aged.without_text(name)
    return some & ~Q(**{name: left}) if left else some


def number_due(code: str, days: int) -> int:
    """How many rows the rule would act on today. At most two statements."""
    if code == RetentionCode.TRAIL:
        return _entries_due(days)
    found = [due_rows(aged, code, days, city_today()) for aged in AGED.get(code, ())]
    ones = [rows.order_by().values(one=models.Value(1)) for rows in found]
    return ones[0].union(*ones[1:], all=True).count() if ones else 0


def _entries_due(days: int) -> int:
    """Entries of the activity log in whole months. Only the seals are read (audit/migrations/0020)."""
    old = timezone.now() - timedelta(days=days)
    last = Seal.objects.before(old.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return max(0, last - Pruned.objects.last_number())


def mark() -> str:
    """What stands in place of a text that a rule removed and that cannot be empty."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("[text removed]")


def blanked(aged: Aged, row: Any) -> dict[str, str]:
    """The texts of a row as they are after their time."""
    left = {name: aged.without_text(name) for name in aged.texts}
    return {name: text for name, text in left.items() if getattr(row, name) not in ("", text)}
