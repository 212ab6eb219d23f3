"""Comparison of plans between cities: City, its CityFiles, and the ComparisonFiles of this city."""

from typing import Final, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from plans.models.plan import Plan
from plans.rules import fingerprint_of
from reports.queries.periods import Period

COUNTRY: Final = RegexValidator(r"^[A-Z]{2}\Z", _("Enter a code of two capital letters such as ES."))


class CityQuerySet(models.QuerySet["City"]):
    def visible_to(self, actor: Acting) -> Self:
        """All cities: they contain no personal data."""
        return self.all()


class City(models.Model):
    """Another city. `key` is its public key (hexadecimal).

    An administrator compares its fingerprint to trust it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("city"), max_length=120)
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY])
    key = models.CharField(max_length=64, blank=True, editable=False)
    trusted_at = models.DateTimeField(null=True, editable=False)
    trusted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    note = models.CharField(
        _("note"),
        max_length=500,
        blank=True,
        help_text=_("For example which office compared the fingerprint. Do not enter a name."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "country",
                name="city_once",
                violation_error_message=_("This city is already in the list."),
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=~Q(key=""),
                name="city_key_once",
                violation_error_message=_("Another city has this key."),
            ),
            models.CheckConstraint(
                condition=Q(trusted_at__isnull=True, trusted_by__isnull=True)
                | Q(trusted_at__isnull=False, trusted_by__isnull=False) & ~Q(key=""),
                name="city_trust_is_whole",
                violation_error_message=_("Only a city with a key can be trusted."),
            ),
        ]

    def __str__(self) -> str:
        """With the country: cities of two countries have the same name."""
        return f"{self.name} ({self.country})"

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.key) if self.key else ""

    @property
    def is_trusted(self) -> bool:
        return self.trusted_at is not None


class CityFileQuerySet(models.QuerySet["CityFile"]):
    def visible_to(self, actor: Acting) -> Self:
        """All files: they contain no personal data."""
        return self.all()

    def latest_first(self) -> Self:
        """Order by city. Signed files come first, so that no unsigned file represents a city with a key."""
        order = ("city__name", "city__country", "city__pk", "-is_signed", "-period_end", "-received_at")
        return self.select_related("city").order_by(*order)


class CityFile(models.Model):
    """A comparison file of another city, as it was received. A trigger keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="files")
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of its bytes
    content = models.JSONField(editable=False)
    period_start = models.DateField(editable=False)
    period_end = models.DateField(editable=False)
    is_signed = models.BooleanField(default=False, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CityFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")),
                name="city_file_has_days",
                violation_error_message=_("The end of the period must be after its start."),
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)

    @property
    def is_verified(self) -> bool:
        """Whether the file is signed by a key that an administrator trusts."""
        return self.is_signed and self.city.is_trusted


class ComparisonFileQuerySet(models.QuerySet["ComparisonFile"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(plan__in=Plan.objects.visible_to(actor))

    def waiting(self) -> Self:
        """Files without the city's signature."""
        return self.filter(signature="")

    def signed(self) -> Self:
        return self.exclude(signature="")

    def latest_first(self) -> Self:
        """Order by number, latest first, and leave out `counted`, which no page shows."""
        return self.defer("counted").order_by("-number")


class ComparisonFile(models.Model):
    """A comparison file for another city: the document about a plan and its signature.

    `counted` are its tables including hidden numbers (publishing.rules.cells.Table). They serve only to prove
    that later files and releases are safe. A trigger protects a signed file from changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="comparison_files")
    number = models.PositiveIntegerField(unique=True, editable=False)
    period_start = models.DateField(_("first day"), editable=False)
    period_end = models.DateField(_("ends before"), editable=False)
    recipient = models.CharField(_("city that receives it"), max_length=120)
    contact = models.EmailField(
        _("our contact"),
        help_text=_("A functional mailbox, not the address of a person."),
    )
    document = models.JSONField(editable=False)
    counted = models.JSONField(editable=False)
    key = models.CharField(max_length=64, blank=True, editable=False)
    signature = models.CharField(max_length=128, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    confirmed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ComparisonFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")),
                name="comparison_file_has_days",
                violation_error_message=_("The end of the period must be after its start."),
            ),
            models.CheckConstraint(
                condition=Q(key="", signature="") | ~Q(key="") & ~Q(signature=""),
                name="comparison_file_signature_is_whole",
                violation_error_message=_("A signature must have its key."),
            ),
        ]

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)

    @property
    def is_signed(self) -> bool:
        return bool(self.signature)
