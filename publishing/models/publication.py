"""Publication: a version of the public site. PublicFile: a file of one or more publications."""

from datetime import date
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7

FAILURES: Final = 2  # in a row, before supervisors are notified


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all publications, because everyone could read them."""
        return self.all()

    def done(self) -> Self:
        return self.filter(error="")

    def latest_first(self) -> Self:
        return self.order_by("-number")


class PublicFileQuerySet(models.QuerySet["PublicFile"]):
    def superseded_by(self, publication: "Publication") -> Self:
        """Return the files that this publication no longer has."""
        return self.exclude(pk__in=set(publication.files.values()))


class PublicFile(models.Model):
    """Content of a file of the current publication. A trigger rejects its deletion while it is published."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256
    content = models.BinaryField()

    objects = PublicFileQuerySet.as_manager()


class Publication(models.Model):
    """Version of the public site. `files` has the digest of each path, so that copies can be checked.

    A trigger rejects changes. The files themselves are deleted when another publication replaces them.

    A failed publication has an error and no files, and the earlier publication stays in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    as_of = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    files = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(error="") | Q(files={}),
                name="publication_failed_or_has_files",
                violation_error_message=_("A publication has files or an error."),
            ),
        ]

    def is_recent(self, today: date, days: int) -> bool:
        """Whether the date on the pages is less than `days` days old."""
        return (today - self.as_of).days < days
