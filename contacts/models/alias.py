"""Aliases: other names by which colleagues know an organisation."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.codes import AliasKind
from contacts.models.organisation import Organisation
from lib.ids import uuid7


class OrganisationAlias(models.Model):
    """Another name of an organisation. `folded` is the text as searches compare it (lib.fold.fold)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(
        _("other name"),
        max_length=200,
        help_text=_("Another name of the organisation. Never a person's name."),
    )
    folded = models.CharField(max_length=400, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=AliasKind, default=AliasKind.TYPED)
    source = models.CharField(max_length=60, blank=True)  # of the import that it comes from
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["folded"], name="alias_by_text")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "folded"],
                name="alias_once",
                violation_error_message=_("The organisation already has this name."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AliasKind.values),
                name="alias_kind_is_known",
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="alias_is_something",
                violation_error_message=_("Enter a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
