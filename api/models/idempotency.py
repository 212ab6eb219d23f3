"""Results of POST requests with an Idempotency-Key, kept for 48 hours."""

from django.db import models
from django.utils import timezone


class IdempotentRequest(models.Model):
    """`answer` is the status with the ID and version of each created row, without any content."""

    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    answer = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_by_age")]
