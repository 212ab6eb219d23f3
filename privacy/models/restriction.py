"""Restriction: a contact's data is stored, but cannot be used."""

from datetime import date
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from privacy.codes import RestrictionGround
from privacy.models.request import sees_requests


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def visible_to(self, actor: Acting) -> Self:
        """All restrictions for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def standing(self) -> Self:
        """Restrictions that were not lifted."""
        return self.filter(lifted_at__isnull=True)

    def of_contacts(self) -> Self:
        """Standing restrictions of contacts, not those of texts alone."""
        return self.standing().filter(contact_id__isnull=False)

    def to_review(self, today: date) -> Self:
        """Restrictions whose review date has passed. No restriction ends without a decision."""
        return self.standing().filter(until__lte=today)

    def objection_pending(self, contact_id: UUID | None) -> bool:
        """Whether a contact is restricted until an objection is decided."""
        if contact_id is None:
            return False
        pending = self.standing().filter(ground=RestrictionGround.OBJECTION_PENDING)
        return pending.filter(contact_id=contact_id).exists()

    def latest_first(self) -> Self:
        return self.order_by("-since", "-pk")


class Restriction(models.Model):
    """Restriction of a contact, or of texts that a request found, with ground, review date and end.

    `contact_id` is a plain ID, as in `DataRequest`. `Contact.is_restricted` is set while one stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact_id = models.UUIDField(null=True, editable=False)  # none: only texts that the request found
    request = models.ForeignKey(
        "privacy.DataRequest", on_delete=models.PROTECT, null=True, related_name="restrictions"
    )
    ground = models.CharField(_("ground"), max_length=30, choices=RestrictionGround)
    since = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateField(_("review on"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_id"],
                condition=Q(lifted_at__isnull=True),
                name="restriction_once_at_a_time",
                violation_error_message=_("This contact is already restricted."),
            ),
            models.CheckConstraint(
                condition=Q(ground__in=RestrictionGround.values),
                name="restriction_ground_is_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]
