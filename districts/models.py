"""Districts, their neighbourhoods, the communities known to live there, and notes on their figures."""

from datetime import date, timedelta
from typing import Any, Final, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.codes import Focus
from lib.acting import Acting
from lib.id_lists import id_in
from lib.ids import uuid7

CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class DistrictQuerySet(models.QuerySet["District"]):
    def visible_to(self, actor: Acting) -> Self:
        """All districts: names and boundaries are public. Records in a district are not."""
        return self.all()

    def covered_by(self, actor: Acting) -> Self:
        """Districts whose records `actor` may see, including descendants."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(id_in("pk", actor.district_ids)) if actor.district_ids else self.none()

    def under(self, *districts: "District") -> Self:
        """`districts` and all their descendants."""
        return self.filter(lineage__overlap=[d.pk for d in districts])

    def active(self) -> Self:
        return self.filter(is_active=True)

    def in_use(self, since: date, until: date) -> Self:
        """Districts that can have figures of a period, which ends before `until`.

        A district that was redrawn is in use until that day, its successor from that day on.
        """
        open_or_later = models.Q(is_active=True) | models.Q(closed_on__gt=since)
        return self.filter(open_or_later).exclude(opened_on__gte=until)

    def with_boundary(self) -> Self:
        return self.filter(boundary__isnull=False)

    def with_users_counted(self) -> Self:
        """Add `people`: the number of active accounts assigned to the district."""
        return self.annotate(people=models.Count("users", filter=models.Q(users__is_active=True)))

    def in_order(self) -> Self:
        """Ordered by name for lists, without the boundaries, which are large."""
        return self.defer("boundary").order_by("name", "pk")

    def as_tree(self) -> Self:
        """Ordered as a tree by name, each district before its parts, for choices and for editing."""
        above = District.objects.filter(lineage__contained_by=models.OuterRef("lineage"))
        names = ArraySubquery(above.order_by("lineage__len").values(folded=Lower("name")))
        return self.defer("boundary").annotate(path=names).order_by("path", "pk")


class District(models.Model):
    """A city, a district of the city or a neighbourhood of a district.

    `lineage` contains the IDs of its ancestors and its own ID. `closed_on` is the day of its redraw, and
    `opened_on` the day it took over from the districts that it `succeeds`; both are empty for others.
    `redraw_on` is the day of a planned redraw, and `redraw` is the plan. `into` has the `code`, `name` and
    `parent` (an ID) of each successor. `homes` has the chosen code by organisation ID. `refused` is the
    reason why the redraw failed on its day.
    `recorded_since` is the first day of recorded history, if the district has older records. For earlier
    days, their state on that day counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(CODE, _("Use only letters, digits, dots and dashes, such as N1."))],
    )
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    lineage = ArrayField(models.UUIDField(), default=list, editable=False)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)  # GeoJSON MultiPolygon, WGS 84
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    recorded_since = models.DateField(_("history recorded since"), null=True, blank=True, editable=False)
    redraw_on = models.DateField(_("redrawn on"), null=True, blank=True, editable=False)
    redraw = models.JSONField(null=True, blank=True, editable=False)
    succeeds = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="successors", verbose_name=_("succeeds")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["lineage"], name="district_under")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=CODE),
                name="district_code_is_plain",
                violation_error_message=_("Use only letters, digits, dots and dashes, such as N1."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_in_use(self, since: date, until: date) -> bool:
        """Whether the query `in_use` includes the district."""
        is_open = self.is_active or (self.closed_on is not None and self.closed_on > since)
        return is_open and (self.opened_on is None or self.opened_on < until)

    def before_and_after(self) -> tuple[list["District"], list["District"]]:
        """The districts that this one succeeds, and those that succeed it, in one statement."""
        links: Any = District.succeeds.through._default_manager
        of_it = links.filter(models.Q(from_district=self) | models.Q(to_district=self)).order_by("pk")
        rows = list(of_it.select_related("from_district", "to_district"))
        before = [link.to_district for link in rows if link.from_district_id == self.pk]
        return before, [link.from_district for link in rows if link.to_district_id == self.pk]


class MoveQuerySet(models.QuerySet["Move"]):
    def untold(self) -> Self:
        """Moves that are not completely in the change feed yet (index move_untold)."""
        return self.filter(told_at__isnull=True)


class Move(models.Model):
    """A change of a district's parent or code, after which the change feed has to report all its records.

    The row is written with the change itself, so that no broker can lose it. `step` and `after` store the
    progress, so that another worker can continue.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    part_ids = ArrayField(models.UUIDField())  # the district and all its descendants
    lost_ids = ArrayField(models.UUIDField(), default=list)  # former ancestors
    gained_ids = ArrayField(models.UUIDField(), default=list)
    moved_at = models.DateTimeField(default=timezone.now)
    step = models.PositiveSmallIntegerField(default=0)
    after = models.UUIDField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="move_untold", condition=models.Q(told_at__isnull=True)),
        ]

    @property
    def is_rename(self) -> bool:
        """Whether the district got another code, which all its records show."""
        return set(self.part_ids) <= set(self.gained_ids)


class ExpectedCommunityQuerySet(models.QuerySet["ExpectedCommunity"]):
    def visible_to(self, actor: Acting) -> Self:
        """Communities in districts that the actor covers. They are never mapped or exported."""
        return self.all() if actor.sees_everywhere else self.filter(district__in=actor.district_ids)


class ExpectedCommunity(models.Model):
    """A community known to live in a district, with the evidence, so that officers can reach it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="expected_communities")
    focus = models.CharField(_("community"), max_length=30, choices=Focus)
    evidence = models.CharField(_("how we know"), max_length=300)
    source_url = models.URLField(_("source"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ExpectedCommunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "focus"],
                name="expected_once",
                violation_error_message=_("This community is already listed for this district."),
            ),
            models.CheckConstraint(
                condition=models.Q(focus__in=Focus.values),
                name="expected_focus_is_known",
                violation_error_message=_("Choose a community from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_focus_display()


class PeriodNoteQuerySet(models.QuerySet["PeriodNote"]):
    def visible_to(self, actor: Acting) -> Self:
        """Notes on districts that the actor covers."""
        return self.all() if actor.sees_everywhere else self.filter(district__in=actor.district_ids)

    def about(self, district: District) -> Self:
        """Notes on the district and its ancestors, because an election in the city is one in each part."""
        return self.filter(district__in=district.lineage)

    def within(self, since: date, until: date) -> Self:
        """Notes on any day from `since` up to but without `until`."""
        return self.filter(since__lt=until, until__gt=since)

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("since", "until", "pk")


class PeriodNote(models.Model):
    """A note for readers of figures on events in a district, such as an election or reduced staffing.

    `until` is the day after the last day, as for figures.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="period_notes")
    since = models.DateField(_("first day"))
    until = models.DateField()
    text = models.CharField(_("note"), max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PeriodNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")),
                name="period_note_has_days",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def last_on(self) -> date:
        return self.until - timedelta(days=1)
