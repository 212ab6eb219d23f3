"""What a POST with an Idempotency-Key answered, kept for 48 hours."""

from django.db import models
from django.utils import timezone


class IdempotentRequest(models.Model):
    """`status` is null while the first request runs; its answer is written in the transaction of its work."""

    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_by_age")]
