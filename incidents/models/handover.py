"""Handovers of steps from one owner to another, and of all open steps at the end of a shift."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import DutyShift
from incidents.models.incident import IncidentStep
from lib.ids import uuid7


class ShiftHandover(models.Model):
    """The end of a shift whose officer handed over their open steps to a colleague.

    `seen_at` is when the colleague opened it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shift = models.OneToOneField(DutyShift, on_delete=models.CASCADE, related_name="handover")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("hand over to")
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("What is not in the steps. No names of victims.")
    )
    seen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(seen_at__gte=F("at")),
                name="shift_handover_seen_after",
                violation_error_message=_("A hand-over is seen after it is made."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.shift)


class StepHandover(models.Model):
    """A change of a step's owner. If the new owner took the step, `by` and `after` are the same user.

    A null `by` means the system, or the order of duty after another change.
    `shift_handover`: the end of the shift that moved the step.
    """

    step = models.ForeignKey(IncidentStep, on_delete=models.CASCADE, related_name="handovers")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    after = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    shift_handover = models.ForeignKey(
        ShiftHandover, on_delete=models.SET_NULL, null=True, related_name="step_handovers"
    )
