"""Long work with progress: imports, exports, later merges and erasures."""

from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Acting) -> Self:
        """One's own; the system sees all."""
        return (
            self.all()
            if actor.kind == "system"
            else self.filter(started_by=actor.id, started_by__isnull=False)
        )


class Job(models.Model):
    """One piece of long work: what was asked (`parameters`), how far it is, what came out (`result`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.WAITING)
    started_by = models.UUIDField(null=True)  # plain, as in the trail: a command has no user
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["started_by", "-created_at"], name="job_of_starter")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=JobStatus.values),
                name="job_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
        ]
