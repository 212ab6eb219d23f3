"""ReleaseGrid: what a city publishes; Release: what it has published. Neither changes."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from reports.periods import Period, quarter_of


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

    `splits` has a reports.questions.By by report slug. A `level` of 1 is the city, 2 its districts, and so
    on. A trigger keeps a grid as it was confirmed, by another person than proposed it.
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
    """The figures of a quarter and of the one released before, as everybody can read them (`document`).

    `counted` are its tables with the hidden numbers too (publishing.rules.Table): later releases are proven
    safe with them, nothing else reads them. A trigger keeps the row as it is.
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
