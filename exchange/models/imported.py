"""What imports remember of a row, so that a change in a file can be told from a change by a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedRow(models.Model):
    """What a source last said of a person, a meeting or a promise: a fingerprint per field."""

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
