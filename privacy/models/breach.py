"""Breach: an incident with personal data, the measures, and who was notified. Every breach is recorded."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from privacy.codes import BreachKind, BreachRisk, BreachScenario
from privacy.models.request import sees_requests
from privacy.rules.breaches import TELL_AUTHORITY, authority_by, hours_since


class BreachQuerySet(models.QuerySet["Breach"]):
    def visible_to(self, actor: Acting) -> Self:
        """All breaches for privacy officers, none for anybody else."""
        return self.all() if sees_requests(actor) else self.none()

    def to_tell(self) -> Self:
        """Open breaches that the authority has not been told about, without those of unlikely risk."""
        rows = self.filter(closed_at__isnull=True, told_authority_at__isnull=True)
        return rows.exclude(risk=BreachRisk.UNLIKELY)

    def late(self, moment: datetime) -> Self:
        """Breaches that the authority should have been told about."""
        return self.to_tell().filter(aware_at__lt=moment - TELL_AUTHORITY)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def open_first(self) -> Self:
        return self.order_by(F("closed_at").desc(nulls_first=True), "aware_at", "pk")


class Breach(models.Model):
    """A breach of personal data. The clock runs from `aware_at`, not from when someone noticed a sign."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=14, unique=True, editable=False)
    scenario = models.CharField(_("what happened"), max_length=20, choices=BreachScenario)
    noticed_at = models.DateTimeField(_("first noticed"))
    aware_at = models.DateTimeField(
        _("known to be a breach"), help_text=_("The 72 hours run from this moment.")
    )
    what = models.TextField(_("description"), max_length=2000)
    kinds = ArrayField(models.CharField(max_length=20, choices=BreachKind), verbose_name=_("kind of breach"))
    people_kinds = models.CharField(
        _("categories of people"),
        max_length=500,
        blank=True,
        db_default="",
        help_text=_("Such as contacts of organisations, or people named in notes. No names."),
    )
    data_kinds = models.CharField(
        _("categories of data"),
        max_length=500,
        blank=True,
        db_default="",
        help_text=_("Such as names, phone numbers, notes of meetings, communities."),
    )
    people = models.PositiveIntegerField(_("people concerned, about"), null=True, blank=True)
    records = models.PositiveIntegerField(_("records concerned, about"), null=True, blank=True)
    consequences = models.TextField(_("likely consequences"), max_length=2000, blank=True)
    measures = models.TextField(_("measures"), max_length=2000, blank=True)
    risk = models.CharField(_("risk for people"), max_length=10, choices=BreachRisk, blank=True)
    told_authority_at = models.DateTimeField(_("authority told"), null=True, blank=True)
    delay_reason = models.CharField(_("reason for the delay"), max_length=500, blank=True)
    told_people_at = models.DateTimeField(_("people told"), null=True, blank=True)
    told_people = models.CharField(_("how people were told, or why not"), max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        constraints = [
            models.CheckConstraint(
                condition=Q(aware_at__gte=F("noticed_at")),
                name="breach_known_after_it_was_noticed",
                violation_error_message=_("Enter a moment after the breach was first noticed."),
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1),
                name="breach_has_a_kind",
                violation_error_message=_("Choose at least one kind."),
            ),
            models.CheckConstraint(
                condition=Q(scenario__in=BreachScenario.values) & Q(risk__in=["", *BreachRisk.values]),
                name="breach_codes_are_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def authority_by(self) -> datetime:
        return authority_by(self.aware_at)

    @property
    def is_told_late(self) -> bool:
        return self.told_authority_at is not None and self.told_authority_at > self.authority_by

    def hours(self, now: datetime) -> int:
        """Whole hours since the police knew, until the authority was told or the breach closed."""
        return hours_since(self.aware_at, self.told_authority_at or self.closed_at or now)


class BreachPhaseQuerySet(models.QuerySet["BreachPhase"]):
    def visible_to(self, actor: Acting) -> Self:
        """All phases for privacy officers, none for anyone else."""
        return self.all() if sees_requests(actor) else self.none()

    def of_breach(self, breach: Breach) -> Self:
        return self.filter(breach=breach).order_by("number")


class BreachPhase(models.Model):
    """A report of a breach to the authority at one time (GDPR, Article 33(4)).

    It never changes, except that an erased person is removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="phases")
    number = models.PositiveIntegerField(editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    lines = models.JSONField(default=list, editable=False)  # [name, text, whether the text is new]

    objects = BreachPhaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "number"], name="breach_phase_has_a_number"),
        ]
