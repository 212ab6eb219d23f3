"""What a POST with an Idempotency-Key did, kept for 48 hours."""

from django.db import models
from django.utils import timezone


class IdempotentRequest(models.Model):
    """`answer` is the status with the id and version of each row it made; nobody's words.

    `status`, `headers`, `body` and `lease_until` belong to the version before, which may run beside this one:
    it takes a row without a status for a request that still runs. They go with the next version.
    """

    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    answer = models.JSONField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_by_age")]
