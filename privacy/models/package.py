"""Package: the answer to a request as a file, and how the person received it."""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from privacy.codes import Delivery
from privacy.models.request import sees_requests

SHORTEST_REASON: Final = 50  # characters of the reason to name officers


class PackageQuerySet(models.QuerySet["Package"]):
    def visible_to(self, actor: Acting) -> Self:
        """All packages for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def latest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class Package(models.Model):
    """The letter and the data of an answered request. The file itself is deleted after 24 hours.

    Officers are named only if that is essential for the person (CJEU C-579/21), with a reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey("privacy.DataRequest", on_delete=models.PROTECT, related_name="packages")
    language = models.CharField(_("language of the letter"), max_length=16)
    identity_essential = models.BooleanField(
        _("Name the officers who viewed the data"),
        default=False,
        help_text=_("Only if the person cannot use their rights without the names."),
    )
    naming_reason = models.CharField(_("reason to name the officers"), max_length=300, blank=True)
    officer_heard = models.BooleanField(
        _("The officers were asked for their view"),
        default=False,
        help_text=_("Officers have rights, too. Ask them before you name them."),
    )
    job = models.UUIDField(null=True, editable=False)
    made_at = models.DateTimeField(null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 of the file
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    delivery = models.CharField(_("how it was delivered"), max_length=20, choices=Delivery, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(identity_essential=False) | Q(naming_reason__regex=rf"^.{{{SHORTEST_REASON},}}$"),
                name="package_names_officers_for_a_reason",
                violation_error_message=_("Enter a reason of at least 50 characters."),
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=["", *Delivery.values])
                & (Q(delivery="") ^ Q(delivered_on__isnull=False)),
                name="package_delivery_has_a_day",
                violation_error_message=_("Enter how and on which date it was delivered."),
            ),
        ]
