"""Review: a supervisor's audit of a district and period. A signed audit never changes."""

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
        """All audits for privacy officers.

        Supervisors see those of districts they cover, officers only the signed ones.
        """
        if actor.sees_everywhere:
            return self.all()
        if actor.role not in (Role.OFFICER, Role.SUPERVISOR):
            return self.none()
        in_districts = self.filter(id_in("district", actor.district_ids))
        return in_districts if actor.role == Role.SUPERVISOR else in_districts.signed()

    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False)

    def standing(self) -> Self:
        """Signed audits that no other audit supersedes: the only audits that count."""
        return self.signed().filter(superseded_by=None)

    def standing_beside(self, review: "Review") -> Self:
        """Standing audits of the same district and period, the latest first."""
        same_period = self.standing().filter(
            district=review.district_id, since=review.since, until=review.until
        )
        return same_period.exclude(pk=review.pk).order_by("-signed_at", "-pk")

    def other_periods(self, review: "Review") -> Self:
        """Leave out audits of the same period, which this audit supersedes."""
        return self.exclude(since=review.since, until=review.until)

    def drawing_for(self, review: "Review") -> Self:
        """Audits whose seed this audit must share, the earliest first.

        Audits of the same district that share a day have one seed, including drafts and discarded drafts. A
        signed audit has published its seed, so nothing new is drawn with that seed.
        """
        known_seeds = self.signed().filter(district=review.district_id).values("seed")
        overlapping = self.filter(district=review.district_id, since__lt=review.until, until__gt=review.since)
        return overlapping.exclude(seed="").exclude(seed__in=known_seeds).order_by("created_at", "pk")

    def same_draw(self, review: "Review") -> Self:
        """All audits of the district that were drawn with the same seed, including discarded drafts."""
        return self.filter(district=review.district_id, seed=review.seed)

    def before(self, review: "Review") -> Self:
        """Signed audits of the same district up to the period of `review`, the latest first.

        If `review` is signed, only audits that were signed before it.
        """
        earlier = self.signed().filter(district=review.district_id, until__lte=review.until)
        if review.signed_at:
            earlier = earlier.filter(signed_at__lt=review.signed_at)
        return earlier.exclude(pk=review.pk).order_by("-until", "-signed_at", "-pk")


class Review(models.Model):
    """An audit of a district and period.

    `since` and `until` are days of the city, half-open. `as_of` is the moment when the figures were frozen.

    These columns are copies from that moment, and empty in older audits: `district_code`, `district_name`,
    `parts` (ID, code and name of the district and of each part), `definitions` (reviews.queries.definitions),
    `made_with` (version, code and settings), `blind_spots`, `withdrawn_incidents` (ID,
    reason and moments of each) and `signed_by_name`.

    `reviews.models.parts` has the figures, samples, calls and actions, `reviews.models.signing` the signed
    record. Only one audit of a district and period counts: a later one `supersedes` it, with a reason.

    Samples and calls are the first of `candidate_meetings` and `candidate_organisations` in the order that
    `seed` gives (reviews.rules.drawn). Audits of a district whose periods overlap share one seed, which is
    secret until one of them is signed. `drafts` is the number of audits with this seed that were
    started before the signing. A discarded draft keeps its seed and loses its parts.

    A trigger protects a signed or discarded audit, and the district and period of every audit.
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
    withdrawn_incidents = models.JSONField(default=list, db_default=[], editable=False)
    meetings_held = models.PositiveIntegerField(
        default=0, editable=False
    )  # meetings from which samples are drawn
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
        """First day with recorded history, if it is after the start. None for audits without this day."""
        days = [date.fromisoformat(day) for part in self.parts if (day := part.get("recorded_since"))]
        return max((day for day in days if self.since < day), default=None)

    @property
    def name(self) -> str:
        """Name of the district when the audit was frozen. An older audit has the name of today."""
        return self.district_name or self.district.name

    @property
    def signer(self) -> str:
        """Name of the signer at the signing; empty if it was erased. An older audit has the name of today."""
        is_older = not self.district_name
        return self.signed_by_name or (self.signed_by.name if self.signed_by and is_older else "")

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def is_discarded(self) -> bool:
        return self.discarded_at is not None
