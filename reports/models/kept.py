"""Figures as they were kept when they became final, and each revision of them (docs/adr/0080).

Rows are only inserted. A trigger refuses any other change, also by the owner, except that the IDs of members
and the salt are destroyed when the retention of figures is over.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from districts.models import District
from lib.acting import Acting
from lib.days import city_day
from lib.id_lists import id_in
from lib.ids import uuid7


class Why(models.TextChoices):
    """The reason why a figure was kept. The codes are part of the API."""

    KNOWN_THEN = "known_then", _("as known then")
    FINAL = "final", _("final")
    COUNTED = "counted", _("counted later")
    REVISED = "revised", _("revised")
    CORRECTED = "corrected", _("corrected")


class Split(models.TextChoices):
    """The kind of group that a figure is of: the whole district, or a part of its records."""

    TOTAL = "", _("all")
    KIND = "kind", _("by kind")
    FOCUS = "focus", _("by community")
    OWN = "own", _("in no part")


class Days(Protocol):
    """Days of a period, from `since` to the day before `until`."""

    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...


def of_periods(periods: Iterable[Days], prefix: str = "") -> models.Q:
    """Return the condition of rows of these periods."""
    condition = models.Q(pk__in=[])
    for period in periods:
        condition |= models.Q(**{f"{prefix}since": period.since, f"{prefix}until": period.until})
    return condition


class KeptPeriodQuerySet(models.QuerySet["KeptPeriod"]):
    def visible_to(self, actor: Acting) -> Self:
        """Kept periods of the districts that the actor covers."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(id_in("district_id", actor.district_ids)) if actor.district_ids else self.none()

    def in_periods(self, district_ids: Collection[UUID], periods: Iterable[Days]) -> Self:
        return self.filter(of_periods(periods), district__in=district_ids)

    def final(self) -> Self:
        """Return the periods whose figures are final, so that readers get the kept rows."""
        return self.filter(final_at__isnull=False)


class KeptPeriod(models.Model):
    """A quarter or a year of a district, of which figures are kept.

    On the night after its last day, only states without a history are kept. `final_at` is set when the other
    figures are kept, `checked_at` is the moment of the last count. The salt makes the digests of two figures
    differ, so that equal sets of records are not seen in them. It is removed with the IDs of the members.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField()
    final_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField()
    salt = models.BinaryField(max_length=32, null=True)

    objects = KeptPeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "since", "until"],
                name="kept_period_once",
                violation_error_message=_("The figures of this period are already kept."),
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")),
                name="kept_period_has_days",
                violation_error_message=_("The period must end after it starts."),
            ),
        ]
        indexes = [models.Index(fields=["until"], name="kept_period_by_end")]

    def __str__(self) -> str:
        dates = {"since": date_format(self.since), "until": date_format(self.until)}
        return gettext("%(district)s, %(since)s to %(until)s") % {"district": self.district, **dates}

    @property
    def final_on(self) -> date:
        """Return the first day on which figures of the period are final."""
        return self.until + timedelta(days=settings.FIGURES_PROVISIONAL_DAYS)


class KeptFigureQuerySet(models.QuerySet["KeptFigure"]):
    def visible_to(self, actor: Acting) -> Self:
        """Figures of the districts that the actor covers."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(kept_period__district__in=actor.district_ids)

    def in_periods(
        self,
        district_ids: Collection[UUID],
        periods: Iterable[Days],
        splits: Collection[Split] = (Split.TOTAL,),
        indicators: Collection[str] | None = None,
    ) -> Self:
        """Return all vintages of these figures, with their period, the newest of each first."""
        figures = self.filter(
            of_periods(periods, "kept_period__"), kept_period__district__in=district_ids, split__in=splits
        ).select_related("kept_period")
        if indicators is not None:
            figures = figures.filter(indicator__in=indicators)
        return figures.order_by("kept_period", "indicator", "key", "-vintage")

    def newest(
        self,
        district_ids: Collection[UUID],
        periods: Iterable[Days],
        split: Split = Split.TOTAL,
        indicators: Collection[str] | None = None,
    ) -> Self:
        """Return the newest vintage of each of these figures, without those that are only known then.

        A group without a figure counted nothing.
        """
        figures = self.in_periods(district_ids, periods, (split,), indicators)
        return figures.filter(vintage__gte=1).distinct("kept_period", "indicator", "key")

    def first_vintages(
        self,
        district_ids: Collection[UUID],
        periods: Iterable[Days],
        split: Split = Split.TOTAL,
        indicators: Collection[str] | None = None,
    ) -> Self:
        """Return the first vintage of each of these figures, which never moves."""
        return self.in_periods(district_ids, periods, (split,), indicators).filter(vintage=1)

    def known_at_night(self, district_ids: Collection[UUID], periods: Iterable[Days]) -> Self:
        """Return the states as they were known on the night after the last day."""
        return self.in_periods(district_ids, periods).filter(vintage=0)

    def vintages(self, district_id: UUID, indicator: str) -> Self:
        """Return every vintage of an indicator in a district, newest period first, then oldest first."""
        totals = self.filter(kept_period__district=district_id, indicator=indicator, split=Split.TOTAL)
        return totals.select_related("kept_period").order_by(
            "-kept_period__until", "kept_period__since", "vintage"
        )

    def not_looked_at(self, user_id: UUID | None) -> Self:
        """Return the revised totals that the user has not looked at."""
        looks = RevisionLook.objects.filter(user=user_id).values("looked_at")
        looked_at = Coalesce(models.Subquery(looks), models.Value(datetime.min.replace(tzinfo=UTC)))
        return self.filter(split=Split.TOTAL, vintage__gt=1, kept_at__gt=looked_at)

    def revisions(self) -> Self:
        """Return the totals that were revised, newest first."""
        revised = self.filter(split=Split.TOTAL, vintage__gt=1)
        return revised.select_related("kept_period", "kept_period__district").order_by(
            "-kept_at", "kept_period", "indicator"
        )


class KeptFigure(models.Model):
    """A figure of a group in a kept period, in one vintage.

    Vintage 0 is a state as it was known on the night after the last day. Vintage 1 is the figure when it
    became final, and each later one is a revision. `columns` has the other columns of the indicator.
    `digest` is salted and covers the members: the records in `n` and those in `of`.
    """

    kept_period = models.ForeignKey(
        KeptPeriod, on_delete=models.PROTECT, related_name="figures", db_index=False
    )
    kept_at = models.DateTimeField()
    n = models.FloatField()
    total = models.FloatField()
    vintage = models.PositiveSmallIntegerField()
    definition = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=10, choices=Why)
    indicator = models.CharField(max_length=30)
    split = models.CharField(max_length=7, choices=Split, blank=True)
    key = models.CharField(max_length=40, blank=True)
    columns = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    digest = models.BinaryField(max_length=16)

    objects = KeptFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kept_period", "indicator", "split", "key", "vintage"],
                name="kept_figure_once",
                violation_error_message=_("This vintage of the figure is already kept."),
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=Why.values),
                name="kept_figure_reason_is_known",
                violation_error_message=_("Choose a reason from the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(split__in=Split.values),
                name="kept_figure_split_is_known",
                violation_error_message=_("Choose a kind of group from the list."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["kept_at"], name="kept_figure_revised", condition=models.Q(split="", vintage__gt=1)
            )
        ]

    @property
    def is_revised(self) -> bool:
        return self.vintage > 1

    @property
    def days_late(self) -> int:
        """Return how many days after its day the figure was first kept, because no night ran then."""
        due_on = self.kept_period.until if self.reason == Why.KNOWN_THEN else self.kept_period.final_on
        return max(0, (city_day(self.kept_at) - due_on).days) if self.vintage < 2 else 0

    @property
    def values(self) -> dict[str, Any]:
        """Return the numbers by the names of the indicator's fields."""
        return {"n": _whole_number(self.n), "of": _whole_number(self.total), **self.columns}


def _whole_number(number: float) -> float:
    """Return a whole number as an integer, as the count returned it."""
    return int(number) if number == int(number) else number


class KeptMembers(models.Model):
    """The records behind the first figures of a district's own area, without the districts in it.

    `ids` has 16 bytes a record. `marks` has, in the same order, a bit for each indicator in `indicators` if
    the record is in `n`, and one if it is in `of`. A district's members are those of all districts in it.
    """

    kept_period = models.ForeignKey(
        KeptPeriod, on_delete=models.PROTECT, related_name="members", db_index=False
    )
    kept_at = models.DateTimeField()
    noun = models.CharField(max_length=20)
    indicators = ArrayField(models.CharField(max_length=30))
    ids = models.BinaryField()
    marks = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kept_period", "noun", "kept_at"],
                name="kept_members_once",
                violation_error_message=_("The members of these figures are already kept."),
            ),
        ]


class FigureChangeQuerySet(models.QuerySet["FigureChange"]):
    def behind(self, revised: KeptFigure, before: KeptFigure | None) -> Self:
        """Return the changes since the vintage `before` that make up a revision of a district's total.

        They are those in its own area and in all districts in it.
        """
        changes = self.filter(figure__kept_at__gt=before.kept_at) if before else self
        return changes.filter(
            figure__indicator=revised.indicator,
            figure__split=Split.OWN,
            figure__kept_at__lte=revised.kept_at,
            figure__kept_period__since=revised.kept_period.since,
            figure__kept_period__until=revised.kept_period.until,
            figure__kept_period__district__lineage__contains=[revised.kept_period.district_id],
        ).select_related("figure__kept_period__district")


class FigureChange(models.Model):
    """Records that came or went by a revision in a district's own area.

    The IDs are those of records in `n` (`came`, `went`) and in `of` (`came_in_total`, `went_from_total`).
    `events` are the events of the activity log that did it.
    """

    figure = models.OneToOneField(
        KeptFigure, on_delete=models.PROTECT, primary_key=True, related_name="change"
    )
    came = ArrayField(models.UUIDField(), default=list)
    went = ArrayField(models.UUIDField(), default=list)
    came_in_total = ArrayField(models.UUIDField(), default=list)
    went_from_total = ArrayField(models.UUIDField(), default=list)
    events = ArrayField(models.UUIDField(), default=list)

    objects = FigureChangeQuerySet.as_manager()


class KeptRecord(models.Model):
    """The sealed text of one keeping of a period: the rows that were inserted, as canonical JSON, compressed.

    An event in the activity log has its digest, so `verify_audit` names each column that was altered.
    """

    kept_period = models.ForeignKey(
        KeptPeriod, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    kept_at = models.DateTimeField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kept_period", "kept_at"],
                name="kept_record_once",
                violation_error_message=_("This record is already kept."),
            ),
        ]


class RecountCursor(models.Model):
    """Position in the activity log up to which changes of kept figures were read: one row.

    `seq` is the last number whose districts were counted again. `counted_on` and `all_counted_on` are the
    days of the last count of marked districts and of all districts. One worker at a time has the lease.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    counted_on = models.DateField(null=True)
    all_counted_on = models.DateField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="recount_cursor_is_one",
                violation_error_message=_("There is only one cursor."),
            ),
        ]


class RevisionLook(models.Model):
    """The moment at which a user last looked at the revised figures."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    looked_at = models.DateTimeField(default=timezone.now)
