"""Handovers of steps from one owner to another."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from incidents.models.incident import IncidentStep


class StepHandover(models.Model):
    """A change of a step's owner. If the new owner took the step, `by` and `after` are the same user.

    A null `by` means the system.
    """

    step = models.ForeignKey(IncidentStep, on_delete=models.CASCADE, related_name="handovers")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    after = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
