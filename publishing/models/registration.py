"""Registration: a request of an organisation to be contacted or listed, until a supervisor decides."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.codes import Kind
from contacts.models import Organisation
from districts.models import District
from lib.acting import Acting
from lib.id_lists import id_in
from lib.ids import uuid7
from publishing.codes import ListedField, RegistrationState, Wants
from publishing.models.fields import language_field, languages_field

#: States in which a registration may be joined with a known organisation, which the row names.
OF_KNOWN: Final = (RegistrationState.JOINED, RegistrationState.REFUSED)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return the registrations of the districts that the actor covers."""
        return self.all() if actor.sees_everywhere else self.filter(id_in("district", actor.district_ids))

    def to_decide(self) -> Self:
        """Return the registrations confirmed by their sender, oldest first."""
        return self.filter(state=RegistrationState.CONFIRMED).order_by("confirmed_at", "pk")

    def to_decide_or_call(self) -> Self:
        """Return the registrations that need a decision or a call.

        These are confirmed, accepted and joined registrations, and rejected ones of a known organisation that
        can be listed only after a call.
        """
        states = (RegistrationState.CONFIRMED, RegistrationState.ACCEPTED, RegistrationState.JOINED)
        rejected = Q(state=RegistrationState.REFUSED, wants=Wants.LISTED, organisation__isnull=False)
        rows = self.filter(Q(state__in=states) | rejected & Q(word_at__isnull=True))
        return rows.order_by("confirmed_at", "pk")

    def counted_since(self, moment: datetime) -> Self:
        """Return the registrations that were confirmed since `moment` or still need a decision."""
        recent = models.Q(confirmed_at__gte=moment) | models.Q(state=RegistrationState.CONFIRMED)
        return self.filter(recent, confirmed_at__isnull=False)

    def with_wish_to_be_listed(self, organisation_id: UUID) -> Self:
        """Return the registrations of an added or joined organisation that want a listing, latest first."""
        rows = self.filter(organisation=organisation_id, wants=Wants.LISTED)
        return rows.exclude(state=RegistrationState.REFUSED).order_by("-confirmed_at", "-pk")

    def without_word(self, organisation_id: UUID) -> Self:
        """Return registrations, also rejected ones, of a known organisation that has not agreed."""
        rows = self.filter(organisation=organisation_id, wants=Wants.LISTED, word_at__isnull=True)
        return rows.filter(state__in=OF_KNOWN)


class Registration(models.Model):
    """Contents of the registration form, without IP address or browser of the sender.

    The texts are deleted 30 days after the decision at the latest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="registrations")
    language = language_field()
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    summary = models.TextField(_("what they do"), max_length=1000, blank=True)
    website = models.CharField(_("website"), max_length=300, blank=True)
    email = models.EmailField(_("email of the organisation"), blank=True)
    phone = models.CharField(_("phone of the organisation"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    is_home = models.BooleanField(_("the address is someone’s home"), default=False)
    languages = languages_field()
    person_name = models.CharField(_("contact person"), max_length=160, blank=True)
    person_role = models.CharField(_("role of the contact person"), max_length=120, blank=True)
    person_email = models.EmailField(_("email of the contact person"))
    person_phone = models.CharField(_("phone of the contact person"), max_length=30, blank=True)
    wants = models.CharField(_("what they want"), max_length=8, choices=Wants, default=Wants.CONTACT)
    fields = ArrayField(
        models.CharField(max_length=10, choices=ListedField),
        verbose_name=_("what can be listed"),
        default=list,
        blank=True,
    )
    text_version = models.PositiveIntegerField(default=0)  # version of the agreement in the form
    state = models.CharField(
        _("status"), max_length=12, choices=RegistrationState, default=RegistrationState.UNCONFIRMED
    )
    token_hash = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="registrations"
    )
    # Agreement of a known organisation through an address or number on record: a link to its office, or a
    # call.
    word_email = models.EmailField(blank=True, default="", db_default="", editable=False)
    word_asked_at = models.DateTimeField(null=True, editable=False)
    word_phone = models.CharField(
        _("number that you rang"), max_length=30, blank=True, default="", db_default=""
    )
    word_at = models.DateTimeField(null=True, editable=False)
    word_by = models.ForeignKey(  # None if they agreed by the link
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(_("reason for refusing"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="registration_by_state"),
            models.Index(fields=["token_hash"], name="registration_by_token"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RegistrationState.values),
                name="registration_state_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values) & Q(wants__in=Wants.values),
                name="registration_codes_are_known",
                violation_error_message=_("Choose from the lists."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def waits_for_word(self) -> bool:
        """Whether the known organisation has not confirmed yet that it wants to be listed."""
        is_known = self.state in OF_KNOWN and self.organisation_id is not None
        return is_known and self.wants == Wants.LISTED and self.word_at is None

    @property
    def is_rejected(self) -> bool:
        return self.state == RegistrationState.REFUSED

    @property
    def fields_in_words(self) -> list[str]:
        """Return the labels of the details that can be listed."""
        return [str(field.label) for field in ListedField if field in self.fields]
