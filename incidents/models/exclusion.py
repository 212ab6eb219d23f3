"""ExclusionRequest: a request to exclude a supervisor from an incident, decided outside the district."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules
from districts.models import District
from incidents.models.incident import Incident
from lib.acting import Acting
from lib.ids import uuid7


class ExclusionRequestQuerySet(models.QuerySet["ExclusionRequest"]):
    def visible_to(self, actor: Acting) -> Self:
        """Pending requests, for confirmers and privacy officers."""
        waiting = self.filter(decided_at__isnull=True)
        return waiting if actor.role in (rules.CONFIRMER, rules.PRIVACY_OFFICER) else self.none()

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("asked_at", "pk")


class ExclusionRequest(models.Model):
    """A request to exclude a supervisor: the supervisor, the district and the applicant, without the event.

    Confirmers and privacy officers who decide it see nothing else of the incident.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="exclusion_requests")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")  # of the incident
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)

    objects = ExclusionRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "user"],
                condition=Q(decided_at__isnull=True),
                name="exclusion_request_once",
                violation_error_message=_("This has already been requested."),
            ),
        ]
