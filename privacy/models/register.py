"""Register of processing: texts of the city, and earlier states of the register."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from privacy.codes import RegisterPart
from privacy.models.request import sees_requests


class RegisterTextQuerySet(models.QuerySet["RegisterText"]):
    def visible_to(self, actor: Acting) -> Self:
        """All texts for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def by_part(self) -> dict[str, str]:
        return dict(self.values_list("part", "text"))


class RegisterText(models.Model):
    """A text of the city in the register. Letters to people use the texts on the authority and the court."""

    part = models.CharField(primary_key=True, max_length=20, choices=RegisterPart)
    text = models.CharField(max_length=1000)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = RegisterTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(part__in=RegisterPart.values),
                name="register_part_is_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]


class RegisterStateQuerySet(models.QuerySet["RegisterState"]):
    def visible_to(self, actor: Acting) -> Self:
        """All states for privacy officers, none for anyone else."""
        return self.all() if sees_requests(actor) else self.none()

    def on(self, day: date) -> "RegisterState | None":
        """Return the state at the end of a day; for an earlier day, the oldest state."""
        return self.filter(day__lte=day).order_by("-day").first() or self.order_by("day").first()


class RegisterState(models.Model):
    """State of the register from a day on, in the language of the deployment, stored at each change."""

    day = models.DateField(primary_key=True)
    content = models.JSONField(editable=False)

    objects = RegisterStateQuerySet.as_manager()
