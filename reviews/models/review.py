"""Review: a supervisor's audit of a district and period. What is signed stays as it was signed."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from districts.models import District
from lib.acting import Acting
from lib.id_in import id_in
from lib.ids import uuid7
from reports.periods import Period


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, actor: Acting) -> Self:
        """In the districts covered: supervisors all, officers what is signed; privacy officers everywhere."""
        if actor.sees_everywhere:
            return self.all()
        if actor.role not in (Role.OFFICER, Role.SUPERVISOR):
            return self.none()
        here = self.filter(id_in("district", actor.district_ids))
        return here if actor.role == Role.SUPERVISOR else here.signed()

    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False)

    def before(self, review: "Review") -> Self:
        """Signed audits of the same district over an earlier period, the latest first."""
        earlier = self.signed().filter(district=review.district_id, until__lte=review.until)
        return earlier.exclude(pk=review.pk).order_by("-until", "-signed_at", "-pk")


class Review(models.Model):
    """`since` and `until` are days of the city, half-open; `as_of` is when its figures were frozen.

    `district_code`, `district_name`, `definitions` (reviews.definitions) and `signed_by_name` are as they
    were then, and empty in audits older than these. Which figures, samples, calls and actions belong to it,
    `reviews.models.parts` says. A trigger keeps all of it once it is signed, and what it is of from the
    start (migrations 0002 and 0004).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("district")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("before"))
    as_of = models.DateTimeField(editable=False)
    district_code = models.CharField(blank=True, default="", db_default="", editable=False, max_length=20)
    district_name = models.CharField(blank=True, default="", db_default="", editable=False, max_length=120)
    definitions = models.JSONField(default=dict, db_default={}, editable=False, encoder=DjangoJSONEncoder)
    meetings_held = models.PositiveIntegerField(default=0, editable=False)  # what the samples are drawn from
    organisations_met = models.PositiveIntegerField(default=0, editable=False)
    conclusion = models.TextField(_("conclusion"), blank=True, max_length=8000)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_by_name = models.CharField(blank=True, default="", db_default="", editable=False, max_length=200)
    signed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["district", "-until"], name="review_of_district")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")),
                name="review_period_has_days",
                violation_error_message=_("The end of the period must be after its start."),
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="review_signature_is_whole",
                violation_error_message=_("A signature must have a name and a date."),
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.since, self.until)

    @property
    def name(self) -> str:
        """Of its district: as it was; of an older audit, as it is."""
        return self.district_name or self.district.name

    @property
    def signer(self) -> str:
        return self.signed_by_name or (self.signed_by.name if self.signed_by else "")

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
