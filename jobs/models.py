"""Background jobs with progress, such as imports and exports, and their input and output files."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.encrypted_fields import EncryptedBinaryField
from lib.ids import uuid7

LATEST, SUGGESTED = 50, 8  # jobs whose recipients are read, and recipients to suggest


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own jobs. The system sees all jobs."""
        return (
            self.all()
            if actor.kind == "system"
            else self.filter(started_by=actor.id, started_by__isnull=False)
        )

    def last_recipients(self) -> list[str]:
        """Return the recipients of the latest jobs, without duplicates."""
        with_recipient = self.filter(parameters__has_key="recipient").order_by("-created_at")
        latest = with_recipient.values_list("parameters__recipient", flat=True)[:LATEST]
        return list(dict.fromkeys(filter(None, latest)))[:SUGGESTED]

    def due(self) -> Self:
        """Jobs that wait, or whose worker's lease has expired.

        A job that a command runs itself has no lease.
        """
        return self.filter(
            Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, lease_until__lt=Now())
        ).order_by("pk")

    def under_way(self) -> Self:
        return self.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])

    def held(self) -> Self:
        """Jobs that a worker is running at present."""
        return self.filter(status=JobStatus.RUNNING, lease_until__gte=Now())


class Job(models.Model):
    """A background job: its request (`parameters`), progress and `result`.

    `needs` are inputs that must not be kept, such as search words. They are emptied when the job ends. A
    worker holds the job until `lease_until` and renews the lease while it runs.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.WAITING)
    started_by = models.UUIDField(null=True)  # plain ID, as in the activity log; None for commands
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    needs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)  # kind of error, for administrators
    message = models.TextField(blank=True)  # explanation for the starter
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    # For jobs that need two people (jobs.services.kinds): who released the files to the starter, and when.
    released_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["started_by", "-created_at"], name="job_of_starter"),
            models.Index(
                fields=["id"], name="job_to_do", condition=Q(status__in=["waiting", "running"])
            ),  # serves `due` and `held`
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=JobStatus.values),
                name="job_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.status in {JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED}

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100, or None while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None


class JobFileQuerySet(models.QuerySet["JobFile"]):
    def visible_to(self, actor: Acting) -> Self:
        """Files of the actor's own jobs.

        The actor must still cover all districts that were covered when the file was made.
        """
        own_files = self.filter(job__in=Job.objects.visible_to(actor))
        if actor.sees_everywhere:
            return own_files
        return own_files.filter(district_ids__contained_by=list(actor.district_ids))

    def downloadable(self) -> Self:
        """Output files that have not expired."""
        return self.filter(is_input=False, expires_at__gt=Now())

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())


class JobFile(models.Model):
    """An input (`is_input`) or output file of a job.

    Files are stored in PostgreSQL, because web and workers share no disk.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    is_input = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal
    district_ids = ArrayField(models.UUIDField(), null=True)  # covered by its maker; null for inputs
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    objects = JobFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="job_file_by_expiry")]


class JobFileChunk(models.Model):
    """A part of a file, ordered by `number`, so that no process holds a whole file."""

    file = models.ForeignKey(JobFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = EncryptedBinaryField(bound_to=["file", "number"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "number"],
                name="job_file_chunk_once",
                violation_error_message=_("This part of the file is already saved."),
            ),
        ]


class Lease(models.Model):
    """A lease on something that only one process may do at a time.

    It expires at `until` if its holder dies.
    """

    name = models.CharField(primary_key=True, max_length=40)
    holder = models.UUIDField()
    until = models.DateTimeField()
