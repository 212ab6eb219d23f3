"""Fingerprints of imported values, which show whether a file or a user changed a field."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.organisation import Organisation


class ImportedFields(models.Model):
    """Fingerprints, by field, of the values that a source last had for an organisation.

    If the next file has the same fingerprint, nothing is imported. If it differs and the organisation still
    has the imported value, the file was corrected. In other cases a user has changed the field, and the
    user's value stays.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="imported_fields")
    source = models.CharField(max_length=60)
    fingerprints = models.JSONField(default=dict)
    said_on = models.DateField(null=True)  # the day of the last file with a new value

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source"],
                name="imported_fields_once",
                violation_error_message=_("This source is already saved."),
            ),
        ]

    def __str__(self) -> str:
        return self.source
