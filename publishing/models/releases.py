"""ReleaseGrid: plan of published figures. Release: published figures. CouncilPaper: a paper about a release.

Rows of these models do not change.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from reports.queries.periods import Period, quarter_of


class ReleaseGridQuerySet(models.QuerySet["ReleaseGrid"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all grids, because they describe public figures."""
        return self.all()

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def proposed(self) -> Self:
        return self.filter(confirmed_at__isnull=True)


class ReleaseGrid(models.Model):
    """Plan of published figures from the quarter of `since` on: indicators with splits, and a level.

    `splits` has a reports.queries.questions.By by report slug. A `level` of 1 is the city, 2 its districts,
    and so on. A second person confirms a grid. Then a trigger rejects changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    since = models.DateField(_("first quarter"))
    level = models.PositiveSmallIntegerField(_("level of districts"))
    splits = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReleaseGridQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                & ~Q(confirmed_by=F("proposed_by")),
                name="release_grid_has_two_people",
                violation_error_message=_("Another person must confirm the release grid."),
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1),
                name="release_grid_has_a_level",
                violation_error_message=_("Choose a level of districts from the list."),
            ),
        ]

    @property
    def quarter(self) -> Period:
        return quarter_of(self.since)


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all releases, because everyone may read them."""
        return self.all()

    def latest_first(self) -> Self:
        """Return the latest releases first, without the counted numbers, which no page shows."""
        return self.defer("counted").order_by("-number")


class Release(models.Model):
    """Published figures of a quarter and of the year before it (`document`).

    `counted` has its tables with the hidden numbers (publishing.rules.cells.Table). Only the proof of later
    releases reads them. A trigger rejects changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(_("number"), unique=True)
    quarter_since = models.DateField(_("quarter"), unique=True)
    released_on = models.DateField(_("day"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    document = models.JSONField()
    counted = models.JSONField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="release_is_numbered",
                violation_error_message=_("Releases are numbered from 1."),
            ),
        ]

    @property
    def quarter(self) -> Period:
        return quarter_of(self.quarter_since)


class CouncilPaperQuerySet(models.QuerySet["CouncilPaper"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all papers, because they are written for everyone."""
        return self.all()

    def latest_first(self) -> Self:
        """Return the latest papers first, with their releases, without the large columns."""
        rows = self.select_related("release", "made_by").defer("pdf", "release__document", "release__counted")
        return rows.order_by("-release__number", "-version")


class CouncilPaper(models.Model):
    """Paper of two pages for the city council: figures, those of a year before, and texts of a supervisor.

    `figures` are stored as `paper_figures.Figure`, and `pdf` is the file. A trigger rejects changes. A
    correction is a new version.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="papers")
    version = models.PositiveIntegerField(editable=False)
    title = models.CharField(_("title"), max_length=120)
    introduction = models.TextField(_("introduction"), max_length=800, blank=True)
    not_done = models.TextField(_("what was not done, and why"), max_length=2000)
    heard = models.TextField(
        _("what organisations said"),
        max_length=2000,
        help_text=_("Name an organisation only if it agreed to be named."),
    )
    decisions = models.TextField(
        _("decisions asked of the council"), max_length=1500, help_text=_("One decision on each line.")
    )
    figures = models.JSONField(editable=False)
    pdf = models.BinaryField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CouncilPaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "version"],
                name="council_paper_version_once",
                violation_error_message=_("This version of the council paper already exists."),
            ),
        ]

    @property
    def decided(self) -> list[str]:
        """Return the decisions, one for each line."""
        return [line.strip() for line in self.decisions.splitlines() if line.strip()]
