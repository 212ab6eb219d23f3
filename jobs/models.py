"""Long work with progress: imports, exports, later merges and erasures; and the files it takes and makes."""

from collections.abc import Collection
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Acting) -> Self:
        """One's own; the system sees all."""
        return (
            self.all()
            if actor.kind == "system"
            else self.filter(started_by=actor.id, started_by__isnull=False)
        )

    def due(self) -> Self:
        """Waiting, or left by a worker whose lease ran out. What a command runs itself has no lease."""
        return self.filter(
            Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, lease_until__lt=Now())
        ).order_by("pk")

    def to_release(self, kinds: Collection[str]) -> Self:
        """Done, with files that are there still, and not yet for their starter to fetch."""
        files = JobFile.objects.made().filter(job=models.OuterRef("pk"))
        done = self.filter(kind__in=kinds, status=JobStatus.DONE, released_at__isnull=True)
        return done.filter(models.Exists(files)).order_by("created_at", "pk")

    def under_way(self) -> Self:
        return self.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])

    def held(self) -> Self:
        """Running at this moment in a worker."""
        return self.filter(status=JobStatus.RUNNING, lease_until__gte=Now())


class Job(models.Model):
    """One piece of long work: what was asked (`parameters`), how far it is, what came out (`result`).

    `needs` is what the work cannot do without and nobody should keep, such as the words of a search:
    emptied when the job ends. A worker holds the job until `lease_until`, and says so again and again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.WAITING)
    started_by = models.UUIDField(null=True)  # plain, as in the trail: a command has no user
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    needs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)  # what kind of mistake, for whoever looks after the system
    message = models.TextField(blank=True)  # the same for whoever started it
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    # What takes two people (jobs.kinds): who let the starter fetch it, and when.
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
        """0 to 100, or nothing while nobody knows how much there is."""
        return min(100, self.done * 100 // self.total) if self.total else None


class JobFileQuerySet(models.QuerySet["JobFile"]):
    def visible_to(self, actor: Acting) -> Self:
        """Of one's own jobs, while one still covers all that was covered when the file was made."""
        own = self.filter(job__in=Job.objects.visible_to(actor))
        if actor.sees_everywhere:
            return own
        return own.filter(district_ids__contained_by=list(actor.district_ids))

    def made(self) -> Self:
        """What came out of jobs and is still there."""
        return self.filter(is_input=False, expires_at__gt=timezone.now())

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())


class JobFile(models.Model):
    """A file a job was given (`is_input`) or made. It lies in PostgreSQL: web and workers share no disk."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    is_input = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal
    district_ids = ArrayField(models.UUIDField(), null=True)  # covered by its maker then; of an input nothing
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    objects = JobFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="job_file_by_expiry")]


class JobFileChunk(models.Model):
    """A part of a file, in order by `number`: no process ever holds a whole one."""

    file = models.ForeignKey(JobFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "number"],
                name="job_file_chunk_once",
                violation_error_message=_("This part of the file is already saved."),
            ),
        ]


class Lease(models.Model):
    """What one process may do at a time, and until when it says so: whoever dies keeps it no longer."""

    name = models.CharField(primary_key=True, max_length=40)
    holder = models.UUIDField()
    until = models.DateTimeField()
