"""Review: a supervisor's audit of a district and period. What is signed stays as it was signed."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from districts.models import District
from lib.acting import Acting
from lib.id_lists import id_in
from lib.ids import uuid7
from reports.queries.periods import Period


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

    def standing(self) -> Self:
        """Signed audits that no other one supersedes: the only ones that count."""
        return self.signed().filter(superseded_by=None)

    def standing_beside(self, review: "Review") -> Self:
        """Standing audits of the same district and period, the latest first."""
        same = self.standing().filter(district=review.district_id, since=review.since, until=review.until)
        return same.exclude(pk=review.pk).order_by("-signed_at", "-pk")

    def other_periods(self, review: "Review") -> Self:
        """Without audits of the same period, which this one supersedes."""
        return self.exclude(since=review.since, until=review.until)

    def drawing_for(self, review: "Review") -> Self:
        """Audits whose seed this one must share, the earliest first.

        They are those of the district with a day in common, drafts and discarded drafts too. A signed audit
        has made its seed known, so nothing new is drawn with it.
        """
        known = self.signed().filter(district=review.district_id).values("seed")
        here = self.filter(district=review.district_id, since__lt=review.until, until__gt=review.since)
        return here.exclude(seed="").exclude(seed__in=known).order_by("created_at", "pk")

    def same_draw(self, review: "Review") -> Self:
        """All audits of the district that were drawn with the same seed, discarded drafts too."""
        return self.filter(district=review.district_id, seed=review.seed)

    def before(self, review: "Review") -> Self:
        """Signed audits of the same district up to this one's period, the latest first.

        Of a signed audit, only those that were signed before it.
        """
        earlier = self.signed().filter(district=review.district_id, until__lte=review.until)
        if review.signed_at:
            earlier = earlier.filter(signed_at__lt=review.signed_at)
        return earlier.exclude(pk=review.pk).order_by("-until", "-signed_at", "-pk")


class Review(models.Model):
    """`since` and `until` are days of the city, half-open; `as_of` is when its figures were frozen.

    `district_code`, `district_name`, `parts` (id, code and name of the district and of each part),
    `definitions` (reviews.queries.definitions), `made_with` (version, code and settings), `blind_spots` and
    `signed_by_name` are as they were then, and empty in audits older than these. Which figures, samples,
    calls and actions belong to it, `reviews.models.parts` says; what was signed, `reviews.models.signing`.
    One audit of a district and period stands: another one `supersedes` it, with a reason.
    Samples and calls are the first of `candidate_meetings` and `candidate_organisations` in the order that
    `seed` gives (reviews.rules.drawn). Audits of a district whose periods overlap have one seed, which nobody
    can read until one of them is signed, and `drafts` is how many audits with this seed were started before
    the signing. A discarded draft keeps its seed and loses its parts.
    A trigger keeps all of it once it is signed or discarded, and what it is of from the start (0012).
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
    parts = models.JSONField(default=list, db_default=[], editable=False)
    made_with = models.JSONField(default=dict, db_default={}, editable=False)
    blind_spots = models.JSONField(default=list, db_default=[], editable=False)
    meetings_held = models.PositiveIntegerField(default=0, editable=False)  # what the samples are drawn from
    organisations_met = models.PositiveIntegerField(default=0, editable=False)
    seed = models.CharField(blank=True, default="", db_default="", editable=False, max_length=64)
    candidate_meetings = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)
    candidate_organisations = ArrayField(models.UUIDField(), default=list, db_default=[], editable=False)
    drafts = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    conclusion = models.TextField(_("conclusion"), blank=True, max_length=8000)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_by_name = models.CharField(blank=True, default="", db_default="", editable=False, max_length=200)
    signed_at = models.DateTimeField(null=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="superseded_by"
    )
    superseding_reason = models.CharField(
        _("reason for replacing it"), blank=True, default="", db_default="", max_length=500
    )
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(discarded_at__isnull=True, discarded_by__isnull=True)
                | Q(discarded_at__isnull=False, signed_at__isnull=True),
                name="review_is_signed_or_discarded",
                violation_error_message=_("A signed audit cannot be discarded."),
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.since, self.until)

    @property
    def recorded_since(self) -> date | None:
        """As of a question's districts, as they were; of audits older than it, unknown."""
        days = [date.fromisoformat(day) for part in self.parts if (day := part.get("recorded_since"))]
        return max((day for day in days if self.since < day), default=None)

    @property
    def name(self) -> str:
        """Of its district: as it was; of an older audit, as it is."""
        return self.district_name or self.district.name

    @property
    def signer(self) -> str:
        """As it was, empty if it was erased; of an audit older than names, as it is."""
        is_older = not self.district_name
        return self.signed_by_name or (self.signed_by.name if self.signed_by and is_older else "")

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def is_discarded(self) -> bool:
        return self.discarded_at is not None
