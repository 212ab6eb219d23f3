"""Organisations with their periods and private details."""

from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from contacts.codes import HIDDEN_AWAY, NOT_COUNTED, ContactWish, Kind, NightCalls, OrganisationStatus
from contacts.models.detail import OrganisationDetail
from contacts.models.focus import FocusDeclaration
from contacts.models.number import OrganisationNumber
from contacts.models.search import organisations_found_by
from districts.models import District
from lib.acting import Acting
from lib.days import city_today
from lib.encrypted_fields import EncryptedCharField, EncryptedPhoneField
from lib.field_limits import OF_LIMITS
from lib.id_lists import id_in
from lib.ids import uuid7
from lib.records import Noun

_CADENCE: Final = _("Enter a number of days between 1 and 730.")
IS_PROTECTED: Final = Q(location_protected=True) | Q(kind__in=HIDDEN_AWAY)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, actor: Acting) -> Self:
        """Organisations based or active in the districts that the actor covers."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        also_in = Organisation.also_in.through.objects.filter(
            id_in("district", actor.district_ids), organisation_id=models.OuterRef("pk")
        )
        return self.filter(id_in("home_district", actor.district_ids) | models.Exists(also_in))

    def at_home_with(self, actor: Acting) -> Self:
        """Organisations whose home district the actor covers."""
        if actor.sees_everywhere:
            return self.all()
        return self.filter(id_in("home_district", actor.district_ids))

    def active(self) -> Self:
        return self.filter(status=OrganisationStatus.ACTIVE)

    def may_be_contacted(self) -> Self:
        """Organisations that accept contact: they neither refused it nor want to ask first."""
        return self.filter(contact_wish=ContactWish.WELCOME)

    def with_protected_location(self) -> Self:
        """Organisations with a protected location, such as shelters. Nothing about them is published."""
        return self.filter(IS_PROTECTED)

    def counted(self) -> Self:
        """Organisations of kinds that figures count: no partners such as schools, no culture and sport."""
        return self.exclude(kind__in=NOT_COUNTED)

    def of_officer(self, user_id: object) -> Self:
        """Organisations whose lead or deputy officer is this user."""
        return self.filter(Q(lead_officer=user_id) | Q(deputy_officer=user_id))

    def due_a_meeting(self, today: object) -> Self:
        """Organisations due a meeting: active, counted, contactable, and past their agreed frequency."""
        return self.active().counted().may_be_contacted().filter(meet_by__lt=today)

    def not_met_yet(self, today: object) -> Self:
        """Active, counted, contactable organisations that no one has met yet and that are not due."""
        never = self.active().counted().may_be_contacted().filter(last_met_at__isnull=True)
        return never.exclude(meet_by__lt=today)

    def matching(self, q: str) -> Self:
        """Organisations that match by name, short name, address, phone, email or website; best first."""
        return organisations_found_by(self, q)

    def for_its_page(self) -> Self:
        """Add everything for an organisation's page, in three statements.

        `also_in_ids`, `also_in_names` and `registered_numbers` are lists.
        """
        visited = District.objects.filter(visiting_organisations=models.OuterRef("pk")).order_by("name", "pk")
        return (
            self.select_related("home_district", "lead_officer", "deputy_officer")
            .prefetch_related(
                models.Prefetch("focus_declarations", FocusDeclaration.objects.current()),
                models.Prefetch("other_details", OrganisationDetail.objects.order_by("pk")),
            )
            .annotate(
                also_in_ids=ArraySubquery(visited.values("pk")),
                also_in_names=ArraySubquery(visited.values("name")),
                registered_numbers=ArraySubquery(
                    OrganisationNumber.objects.filter(organisation=models.OuterRef("pk"))
                    .order_by("register", "pk")
                    .values(number=JSONObject(**{name: name for name in ("register", "as_written", "valid")}))
                ),
                has_private_channel=models.Exists(
                    OrganisationPrivateChannel.objects.filter(pk=models.OuterRef("pk"))
                ),
            )
        )


class Organisation(Noun):
    """An organisation in a district. Services compute `last_met_at`, `meet_by`, `folded` and `clues`."""

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    summary = models.TextField(_("what they do"), blank=True, max_length=4000)
    home_district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("home district")
    )
    also_in = models.ManyToManyField(
        District, blank=True, related_name="visiting_organisations", verbose_name=_("also active in")
    )
    website = models.URLField(_("website"), blank=True, max_length=300)
    email = models.EmailField(_("email"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    languages = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"), size=20
    )
    access_needs = models.CharField(_("access needs"), max_length=300, blank=True)
    lead_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_organisations",
        verbose_name=_("lead officer"),
    )
    deputy_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deputised_organisations",
        verbose_name=_("deputy officer"),
    )
    cadence_days = models.PositiveSmallIntegerField(
        _("agreed frequency, in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        error_messages=dict.fromkeys(OF_LIMITS, _CADENCE),
        help_text=_("As agreed with the organisation. Leave empty if nothing is agreed."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=OrganisationStatus, default=OrganisationStatus.ACTIVE
    )
    is_listed_publicly = models.BooleanField(
        _("can be listed publicly"),
        default=False,
        help_text=_("Only with their permission, and never for a shelter."),
    )
    location_protected = models.BooleanField(
        _("location is protected"),
        default=False,
        db_default=False,
        help_text=_("For example, a refuge. Nothing about it is published, and its address is private."),
    )
    last_met_at = models.DateTimeField(_("last met"), null=True, editable=False)
    meet_by = models.DateField(null=True, editable=False)
    is_reporting_centre = models.BooleanField(_("takes reports of hate incidents"), default=False)
    reporting_tested_on = models.DateField(_("reporting last tested on"), null=True, blank=True)
    verified_on = models.DateField(_("details last checked on"), null=True, blank=True)
    review_on = models.DateField(_("review date"), null=True, blank=True)
    known_since = models.DateField(
        _("known since"),
        null=True,
        blank=True,
        help_text=_("Figures count the organisation from this day. Leave empty for the day it was added."),
    )
    contact_wish = models.CharField(
        _("contact by the police"),
        max_length=16,
        choices=ContactWish,
        default=ContactWish.WELCOME,
        db_default=ContactWish.WELCOME,
        help_text=_("A refusal holds for calls, visits and invitations, also after an incident."),
    )
    contact_wish_by = models.CharField(
        _("who told you"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("A role is enough. No name needed."),
    )
    contact_wish_on = models.DateField(_("told on"), null=True, blank=True)
    night_calls = models.CharField(
        _("night calls"),
        max_length=12,
        choices=NightCalls,
        default=NightCalls.NOT_ASKED,
        db_default=NightCalls.NOT_ASKED,
        help_text=_("Ask in daylight, before anything happens."),
    )
    night_agreed_on = models.DateField(_("night calls agreed on"), null=True, blank=True)
    clues = ArrayField(models.TextField(), default=list, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="organisation_search", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["clues"], name="organisation_clues"),  # found by number, address, exact name
            models.Index(fields=["home_district", "folded", "id"], name="organisation_by_name"),
            models.Index(fields=["home_district", "last_met_at", "id"], name="organisation_by_last_met"),
            models.Index(fields=["lead_officer"], name="organisation_of_lead"),
            models.Index(fields=["meet_by"], name="organisation_meet_by", condition=Q(meet_by__isnull=False)),
            models.Index(fields=["updated_at", "id"], name="organisation_by_update"),
            # Figures: a district's organisations of counted kinds (reports.queries.organisations).
            models.Index(fields=["id"], include=["kind", "review_on"], name="organisation_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="organisation_kind_is_known",
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrganisationStatus.values),
                name="organisation_status_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(cadence_days__isnull=True) | Q(cadence_days__gte=1, cadence_days__lte=730),
                name="organisation_cadence_is_days",
                violation_error_message=_CADENCE,
            ),
            models.CheckConstraint(
                condition=Q(deputy_officer__isnull=True)
                | Q(lead_officer__isnull=True)
                | ~Q(deputy_officer=F("lead_officer")),
                name="organisation_deputy_is_another",
                violation_error_message=_("The deputy must be a different person from the lead officer."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.SHELTER, is_listed_publicly=True),
                name="organisation_shelter_is_hidden",
                violation_error_message=_("A shelter cannot be listed publicly."),
            ),
            models.CheckConstraint(
                condition=~Q(location_protected=True, is_listed_publicly=True),
                name="organisation_protected_hidden",
                violation_error_message=_(
                    "An organisation whose location is protected cannot be listed publicly."
                ),
            ),
            models.CheckConstraint(
                condition=Q(contact_wish=ContactWish.WELCOME)
                | Q(contact_wish__in=ContactWish.values, contact_wish_on__isnull=False)
                & ~Q(contact_wish_by=""),
                name="organisation_wish_was_said",
                violation_error_message=_("Enter who in the organisation told you, and when."),
            ),
            models.CheckConstraint(
                condition=Q(night_calls__in=NightCalls.values),
                name="organisation_night_calls_known",
                violation_error_message=_("Choose from the list what was agreed about night calls."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_protected_location(self) -> bool:
        """Whether `with_protected_location` includes the organisation."""
        return self.location_protected or self.kind in HIDDEN_AWAY

    @property
    def is_due_a_meeting(self) -> bool:
        """Whether `due_a_meeting` includes the organisation today."""
        is_late = self.meet_by is not None and self.meet_by < city_today()
        is_asked = self.status == OrganisationStatus.ACTIVE and self.contact_wish == ContactWish.WELCOME
        return is_late and is_asked and self.kind not in NOT_COUNTED


class OrganisationPrivateChannel(models.Model):
    """A night phone and a private address, such as a shelter's. They are revealed only with a reason."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="private_channel"
    )
    night_phone = EncryptedPhoneField(
        _("night phone"), blank=True, help_text=_("The number on duty there at night, not of one person.")
    )
    address = EncryptedCharField(
        _("private address"), max_length=300, blank=True, help_text=_("Of a shelter or reception centre.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(night_phone="", address=""),
                name="organisation_private_channel_is_something",
                violation_error_message=_("Enter a night phone or an address, or delete this entry."),
            ),
        ]


class OrganisationPeriod(models.Model):
    """An organisation's values that figures depend on, from `since` until `until` (null: current)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="periods")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=OrganisationStatus)
    home_district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    lead_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    deputy_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cadence_days = models.PositiveSmallIntegerField(null=True)
    verified_on = models.DateField(null=True)
    kind = models.CharField(max_length=30, choices=Kind)
    entered_at = models.DateTimeField(null=True)  # when it was recorded, if later than `since`

    class Meta:
        indexes = [
            # Figures: a district's organisations and their agreements (reports.queries.organisations).
            models.Index(
                fields=["home_district", "since"],
                include=[
                    "organisation",
                    "until",
                    "cadence_days",
                    "lead_officer",
                    "deputy_officer",
                    "verified_on",
                    "kind",
                ],
                condition=Q(status="active"),
                name="period_of_figures",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="period_one_at_a_time",
                expressions=[
                    (F("organisation"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("since"),
                            F("until"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("These dates overlap with another period of this organisation."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="period_ends_after_start",
                violation_error_message=_("The end of the period must be after its start."),
            ),
        ]
