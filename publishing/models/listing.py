"""PublicListing: an organisation's agreement to be listed, and the details that it agreed to."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from lib.acting import Acting
from lib.ids import uuid7
from publishing.codes import AgreedHow, ListedField
from publishing.models.fields import language_field


class PublicListingQuerySet(models.QuerySet["PublicListing"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return the listings of organisations that the actor can see."""
        if actor.sees_everywhere:
            return self.all()
        visible_organisations = Organisation.objects.visible_to(actor).filter(
            pk=models.OuterRef("organisation")
        )
        return self.filter(models.Exists(visible_organisations))

    def in_force(self) -> Self:
        return self.filter(is_in_force=True)

    def in_force_of(self, organisation: Organisation) -> Self:
        return self.in_force().filter(organisation=organisation)


class PublicListing(models.Model):
    """Agreement to a public listing: who agreed, when, how and to which fields.

    Consent is the legal basis of this row only. `public_id` identifies the organisation to the public, so
    that no internal ID is published.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="public_listings")
    public_id = models.UUIDField(default=uuid7, editable=False)
    agreed_by = models.CharField(
        _("who agreed"), max_length=120, help_text=_("A role is enough. No name needed.")
    )
    agreed_on = models.DateField(_("agreed on"))
    how = models.CharField(_("how they agreed"), max_length=8, choices=AgreedHow)
    fields = ArrayField(
        models.CharField(max_length=10, choices=ListedField), verbose_name=_("what is listed")
    )
    language = language_field(help_text=_("In which the texts of the listing are written."))
    summary = models.TextField(
        _("what they do"), max_length=1000, blank=True, help_text=_("As the organisation wants it published.")
    )
    focus_words = models.CharField(_("communities, in their own words"), max_length=200, blank=True)
    review_on = models.DateField(_("review date"))
    withdrawn_on = models.DateField(_("removed on"), null=True, blank=True)
    is_in_force = models.BooleanField(default=True, editable=False)  # only one for each organisation
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(is_in_force=True),
                name="listing_once",
                violation_error_message=_("The organisation is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(fields__contained_by=ListedField.values) & Q(fields__contains=["name"]),
                name="listing_has_a_name",
                violation_error_message=_("A listing has at least the name."),
            ),
            models.CheckConstraint(
                condition=Q(how__in=AgreedHow.values),
                name="listing_how_is_known",
                violation_error_message=_("Choose how they agreed from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    def is_due_for_review(self, today: date) -> bool:
        return self.is_in_force and self.review_on <= today
