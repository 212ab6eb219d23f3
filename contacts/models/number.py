"""Numbers that registers and tax offices gave to organisations."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.codes import NumberCheck
from lib.ids import uuid7

TAX: Final = "tax"


class OrganisationNumber(models.Model):
    """A number of an organisation in a register. `compact` is the number as searches compare it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "contacts.Organisation", on_delete=models.CASCADE, related_name="numbers"
    )
    register = models.CharField(
        _("register"), max_length=60, default=TAX, help_text=_("“tax”, or the name of the register.")
    )
    country = models.CharField(_("country"), max_length=2)
    as_written = models.CharField(
        _("number"), max_length=60, help_text=_("The number of the organisation. Never a person's number.")
    )
    compact = models.CharField(max_length=60, editable=False)
    valid = models.CharField(
        _("valid"), max_length=7, choices=NumberCheck, default=NumberCheck.UNKNOWN, editable=False
    )

    class Meta:
        indexes = [models.Index(fields=["compact"], name="number_by_text")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "country", "register", "compact"],
                name="number_once",
                violation_error_message=_("The organisation already has this number."),
            ),
            models.CheckConstraint(
                condition=Q(valid__in=NumberCheck.values),
                name="number_check_is_known",
                violation_error_message=_("Choose from the list whether the number is valid."),
            ),
            models.CheckConstraint(
                condition=~Q(compact=""),
                name="number_is_something",
                violation_error_message=_("Enter a number."),
            ),
        ]

    def __str__(self) -> str:
        return self.as_written
