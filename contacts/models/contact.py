"""Contact: a person in a role. Nothing here describes who the person is (docs/domain.md, rules 2 and 4)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from contacts.codes import Agreement, LawfulBasis, PreferredChannel, Purpose
from contacts.models.detail import ContactDetail
from contacts.models.organisation import Organisation
from contacts.models.search import contacts_found_by, is_channel
from districts.models import District
from lib.acting import Acting
from lib.days import city_today, day_starts_at
from lib.encrypted_fields import EncryptedEmailField, EncryptedJSONField, EncryptedPhoneField
from lib.id_lists import id_in
from lib.ids import uuid7
from lib.records import Noun
from lib.row_context import Opened, opened
from lib.wired import Wired

#: A person must get the privacy notice within a month (GDPR, Article 14(3)).
NOTICE_WITHIN: Final = timedelta(days=30)


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, actor: Acting) -> Self:
        """Contacts based in the actor's districts, or currently representing a visible organisation.

        Only actors who see every district see restricted contacts: privacy officers and the system.
        """
        rows = self.seen_if_unrestricted(actor)
        return rows if actor.sees_everywhere else rows.filter(is_restricted=False)

    def seen_if_unrestricted(self, actor: Acting) -> Self:
        """Contacts that the actor would see if none were restricted."""
        if actor.sees_everywhere:
            return self.all()
        if not actor.district_ids:
            return self.none()
        speaking = Affiliation.objects.current().filter(
            contact_id=models.OuterRef("pk"),
            organisation__in=Organisation.objects.visible_to(actor).values("pk"),
        )
        return self.filter(id_in("home_district", actor.district_ids) | models.Exists(speaking))

    @opened(Opened.RECOUNT)
    def hides_from(self, actor: Acting, contact_id: UUID) -> bool:
        """Whether the actor would see this contact if it were not restricted."""
        return self.seen_if_unrestricted(actor).filter(pk=contact_id, is_restricted=True).exists()

    def matching(self, q: str) -> Self:
        """Contacts that match by their own name, phone or email; best first.

        An organisation's name never finds a contact (docs/domain.md, rule 3). A phone or email does not find
        contacts who have opted out, because their details are no longer shown or used.
        """
        return contacts_found_by(self.filter(withdrawn_on__isnull=True) if is_channel(q) else self, q)

    def without_notice(self, today: date) -> Self:
        """Contacts on record for 30 days without a privacy notice (GDPR, Articles 13 and 14)."""
        uninformed = self.filter(notice_given_on__isnull=True, withdrawn_on__isnull=True)
        return uninformed.filter(created_at__lt=day_starts_at(today - NOTICE_WITHIN))

    def for_its_page(self) -> Self:
        """Add everything for a contact's page, in three statements. The page selects the visible roles."""
        roles = (
            Affiliation.objects.not_hidden()
            .select_related("organisation")
            .order_by("-is_primary", "-since", "pk")
        )
        return (
            self.select_related("home_district", "agreement_recorded_by")
            .prefetch_related(
                models.Prefetch("affiliations", roles),
                models.Prefetch("other_details", ContactDetail.objects.order_by("pk")),
            )
            .annotate(
                has_private_channel=models.Exists(PrivateChannel.objects.filter(pk=models.OuterRef("pk")))
            )
        )


class Contact(Noun):
    """A person who represents an organisation, or is independent, such as a shopkeeper or mediator."""

    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=120)
    email = models.EmailField(
        _("email"), blank=True, help_text=_("Work number or address, not a private one.")
    )
    phone = PhoneNumberField(
        _("phone"), blank=True, help_text=_("Work number or address, not a private one.")
    )
    languages = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"), size=20
    )
    preferred_channel = models.CharField(
        _("preferred contact method"), max_length=10, choices=PreferredChannel, blank=True
    )
    home_district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("district")
    )
    lawful_basis = models.CharField(_("lawful basis"), max_length=20, choices=LawfulBasis)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    notice_given_on = models.DateField(_("privacy notice given on"), null=True, blank=True)
    notice_version = models.CharField(_("notice version"), max_length=20, blank=True)
    agreement_how = models.CharField(_("how they agreed"), max_length=10, choices=Agreement, blank=True)
    agreement_on = models.DateField(_("agreed on"), null=True, blank=True)
    agreement_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreement recorded by"),
    )
    withdrawn_on = models.DateField(_("opted out on"), null=True, blank=True)
    review_on = models.DateField(_("review date"))
    # Set while a privacy officer restricts the processing of the data (privacy.models.Restriction).
    is_restricted = models.BooleanField(default=False, db_default=False, editable=False)
    clues = ArrayField(models.TextField(), default=list, editable=False)
    # Names before a change or a merge. Notes may still contain them, so an erasure searches for them.
    former_names = EncryptedJSONField(_("former names"), null=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="contact_search", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["clues"], name="contact_clues"),  # found by number or address
            models.Index(fields=["home_district", "folded", "id"], name="contact_by_name"),
            models.Index(fields=["review_on"], name="contact_by_review"),
            # Figures: a district's contacts past their review date (reports.indicators.data_health).
            models.Index(
                fields=["home_district", "review_on"],
                include=["created_at"],
                name="contact_review_of_district",
            ),
            models.Index(fields=["updated_at", "id"], name="contact_by_update"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(lawful_basis__in=LawfulBasis.values),
                name="contact_has_lawful_basis",
                violation_error_message=_("Choose the lawful basis for keeping this person’s details."),
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="contact_has_purpose",
                violation_error_message=_("Choose the purpose for keeping this person’s details."),
            ),
            models.CheckConstraint(
                condition=Q(preferred_channel__in=["", *PreferredChannel.values]),
                name="contact_channel_is_known",
                violation_error_message=_("Choose a contact method from the list."),
            ),
            models.CheckConstraint(
                condition=Q(agreement_how="", agreement_on__isnull=True, agreement_recorded_by__isnull=True)
                | Q(
                    agreement_how__in=Agreement.values,
                    agreement_on__isnull=False,
                    agreement_recorded_by__isnull=False,
                ),
                name="contact_agreement_is_whole",
                violation_error_message=_("Record how and when they agreed, and who recorded it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class PrivateChannel(models.Model):
    """A contact's private phone and email: revealed only with a reason, and deleted if they opt out."""

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, related_name="private_channel"
    )
    email = EncryptedEmailField(_("private email"), blank=True)
    phone = EncryptedPhoneField(_("private phone"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="", phone=""),
                name="private_channel_is_something",
                violation_error_message=_("Enter a private phone or email, or delete this entry."),
            ),
        ]


END_UNREPORTED = Q(until__isnull=False) & (Q(told_until__isnull=True) | ~Q(told_until=F("until")))


#: While one of these conditions holds, ended roles are hidden until they are deleted.
HIDES_ENDED_ROLES: Final = Wired[Callable[[], models.Exists]]("contacts.models.contact.HIDES_ENDED_ROLES")


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def not_hidden(self) -> Self:
        """Roles that are not hidden. While a retention rule hides ended roles, only current ones."""
        rows = self
        for condition in HIDES_ENDED_ROLES:
            rows = rows.filter(Q(until__isnull=True) | Q(until__gt=city_today()) | ~Q(condition()))
        return rows

    def current(self) -> Self:
        return self.filter(Q(until__isnull=True) | Q(until__gt=city_today()))

    def to_contact(self) -> Self:
        """Roles of people who can be contacted: who have not opted out and are not restricted."""
        return self.filter(contact__withdrawn_on__isnull=True, contact__is_restricted=False)

    def ended_unreported(self) -> Self:
        """Roles that ended on their last day and are not in the change feed yet.

        Uses the index affiliation_end_untold.
        """
        return self.filter(END_UNREPORTED, until__lte=city_today())

    def current_to_copies(self) -> Self:
        """Roles that are current for other systems: current, or ended but not yet in the change feed."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=city_today()) | END_UNREPORTED)

    def spokespeople_of(self, organisation: Organisation) -> Self:
        """Current roles at an organisation of contacts who can be contacted, the main contact first.

        An actor who can see the organisation can see them all.
        """
        rows = self.current().to_contact().filter(organisation=organisation)
        return rows.select_related("contact").order_by("-is_primary", "contact__folded", "pk")


class Affiliation(models.Model):
    """A role in which a contact represents an organisation: “coordinator”, never “member” or “believer”."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="affiliations", verbose_name=_("organisation")
    )
    role_title = models.CharField(_("role"), max_length=80)
    is_primary = models.BooleanField(_("main contact"), default=False)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    told_until = models.DateField(null=True, editable=False)  # the end date that the change feed has

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["until"],
                name="affiliation_end_untold",
                condition=END_UNREPORTED,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "organisation"],
                condition=Q(until__isnull=True),
                name="affiliation_once",
                violation_error_message=_("This contact already represents this organisation."),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(is_primary=True, until__isnull=True),
                name="affiliation_one_primary",
                violation_error_message=_("This organisation already has a main contact."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="affiliation_ends_after_start",
                violation_error_message=_("The end date must be on or after the start date."),
            ),
        ]

    def __str__(self) -> str:
        return self.role_title

    @property
    def is_current(self) -> bool:
        return self.until is None or self.until > city_today()


class ContactExternalId(models.Model):
    """The ID that another system has for a contact."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="contact_external_id_once",
                violation_error_message=_("Another contact already has this ID from that source."),
            ),
        ]
