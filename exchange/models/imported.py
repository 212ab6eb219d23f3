"""Fingerprints of imported rows. They distinguish a change in a file from a change by a colleague."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedRow(models.Model):
    """The last values of a contact, meeting or follow-up in a source, as a fingerprint for each field."""

    object_type = models.CharField(max_length=30)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    fingerprints = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "source", "external_id"],
                name="imported_row_once",
                violation_error_message=_("This row is already saved."),
            ),
        ]
