"""ReleaseGrid: what a city publishes; Release: what it has published; CouncilPaper: a paper about a release.

None of them changes.
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
        """All grids: they say what everybody may read."""
        return self.all()

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def proposed(self) -> Self:
        return self.filter(confirmed_at__isnull=True)


class ReleaseGrid(models.Model):
    """From the quarter that begins with `since`: indicators, each by one split, and the level of districts.

    `splits` has a reports.queries.questions.By by report slug. A `level` of 1 is the city, 2 its districts,
    and so on. A trigger keeps a grid as it was confirmed, by another person than proposed it.
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
        """All releases: everybody may read them."""
        return self.all()

    def latest_first(self) -> Self:
        """Without the counted numbers, which no page shows."""
        return self.defer("counted").order_by("-number")


class Release(models.Model):
    """The figures of a quarter and of the year before it, as everybody can read them (`document`).

    `counted` are its tables with the hidden numbers too (publishing.rules.cells.Table): later releases
    are proven safe with them, nothing else reads them. A trigger keeps the row as it is.
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
        """All papers: they are written for everybody."""
        return self.all()

    def latest_first(self) -> Self:
        """With their releases, without what only a single paper shows."""
        rows = self.select_related("release", "made_by").defer("pdf", "release__document", "release__counted")
        return rows.order_by("-release__number", "-version")


class CouncilPaper(models.Model):
    """Two pages for the city council: figures of a release beside last year's, and what a supervisor writes.

    `figures` are as they are stated (`paper_figures.Figure`), `pdf` is the file. A trigger keeps the row: a
    correction is another version.
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
        """The decisions, one each."""
        return [line.strip() for line in self.decisions.splitlines() if line.strip()]
