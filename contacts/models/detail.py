"""Phones, emails, web and social addresses besides the first of each, which is on the row itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.codes import Channel, ChannelUse
from lib.ids import uuid7


class Detail(models.Model):
    """Another phone or address of an organisation or contact. Details are shown in the order of their IDs.

    `value` is a phone number in E.164 (followed by `;ext=12` for an extension), an email or a web address.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner: models.ForeignKey[models.Model, models.Model]
    channel = models.CharField(_("type"), max_length=10, choices=Channel)
    value = models.CharField(
        _("number or address"),
        max_length=300,
        help_text=_("A phone number, an email, or the address of a website or a page."),
    )
    use = models.CharField(_("used for"), max_length=20, choices=ChannelUse, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "channel", "value"],
                name="%(class)s_once",
                violation_error_message=_("This phone or address is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="%(class)s_channel_is_known",
                violation_error_message=_("Choose a type from the list."),
            ),
            models.CheckConstraint(
                condition=Q(use__in=["", *ChannelUse.values]),
                name="%(class)s_use_is_known",
                violation_error_message=_("Choose a use from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(value=""),
                name="%(class)s_is_something",
                violation_error_message=_("Enter a phone number or an address."),
            ),
        ]

    def __str__(self) -> str:
        return self.value


class OrganisationDetail(Detail):
    """Another phone or address of an organisation."""

    owner = models.ForeignKey("contacts.Organisation", on_delete=models.CASCADE, related_name="other_details")


class ContactDetail(Detail):
    """Another work phone or address of a contact. Private ones are in PrivateChannel."""

    owner = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="other_details")
