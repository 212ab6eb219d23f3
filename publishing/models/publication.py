"""Publication: the public site as it was from a moment on; PublicFile: a file of one or more of them."""

from datetime import date
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7

FAILURES: Final = 2  # one after another, before a supervisor hears of it


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, actor: Acting) -> Self:
        """All: everybody could read them."""
        return self.all()

    def done(self) -> Self:
        return self.filter(error="")

    def latest_first(self) -> Self:
        return self.order_by("-number")


class PublicFileQuerySet(models.QuerySet["PublicFile"]):
    def superseded_by(self, publication: "Publication") -> Self:
        """Files that this publication lacks."""
        return self.exclude(pk__in=set(publication.files.values()))


class PublicFile(models.Model):
    """The content of a file of the current publication, once. A trigger keeps it while it is published."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256
    content = models.BinaryField()

    objects = PublicFileQuerySet.as_manager()


class Publication(models.Model):
    """`files` has the digest of each path, so that a copy of what was said on a day can be checked.

    A trigger keeps it. The files themselves are deleted when another publication replaces them.

    A publication that failed has an error and no files: the one before stays in force.
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

    def is_of(self, day: date, kept_for: int) -> bool:
        """Whether its pages still say a recent day."""
        return (day - self.as_of).days < kept_for
