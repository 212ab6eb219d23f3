"""Reports of browsers about content that the content security policy blocked."""

from typing import Self

from django.db import models
from django.utils import timezone

from accounts import rules
from lib.acting import Acting


class BrowserReportQuerySet(models.QuerySet["BrowserReport"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.all() if actor.role == rules.ADMINISTRATOR or actor.kind == "system" else self.none()

    def in_order(self) -> Self:
        """The most recent first."""
        return self.order_by("-last_at", "pk")


class BrowserReport(models.Model):
    """A directive that blocked content of one origin on one page, and how often. It names no person."""

    directive = models.CharField(max_length=40, blank=True)
    blocked = models.CharField(max_length=120, blank=True)  # an origin, or a word such as inline
    page = models.CharField(max_length=60, blank=True)  # the name of a URL, without IDs
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    objects = BrowserReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["directive", "blocked", "page"], name="browser_report_once")
        ]
