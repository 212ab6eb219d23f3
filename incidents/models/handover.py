"""Who had a step before, and who has it since."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from incidents.models.incident import IncidentStep


class StepHandover(models.Model):
    """A change of a step's owner. Whoever took the step over is `by` and `after`; null `by` is the system."""

    step = models.ForeignKey(IncidentStep, on_delete=models.CASCADE, related_name="handovers")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    after = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
