"""A goal of an action plan, in one of its strands."""

from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.field_limits import OF_LIMITS
from lib.ids import uuid7
from plans.models.plan import Plan
from practices.codes import Strand

POINTS: Final = 10
_POINT: Final = _("Enter a number between 1 and 10.")


class Goal(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(_("goal"), max_length=160)
    problem = models.TextField(
        _("problem"), max_length=1000, blank=True, help_text=_("What is so now, and how this is known.")
    )
    strand = models.CharField(_("strand"), max_length=20, choices=Strand)
    eccar_point = models.PositiveSmallIntegerField(
        _("point of ECCAR’s ten-point plan"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(POINTS)],
        error_messages=dict.fromkeys(OF_LIMITS, _POINT),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "position"],
                name="goal_position_once",
                violation_error_message=_("Two goals have the same position."),
            ),
            models.CheckConstraint(
                condition=Q(strand__in=Strand.values),
                name="goal_strand_is_known",
                violation_error_message=_("Choose a strand from the list."),
            ),
            models.CheckConstraint(
                condition=Q(eccar_point__isnull=True) | Q(eccar_point__gte=1, eccar_point__lte=POINTS),
                name="goal_point_is_known",
                violation_error_message=_POINT,
            ),
        ]

    def __str__(self) -> str:
        return self.title
