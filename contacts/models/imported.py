"""What imports remember, so that a change in a file can be told from a change by a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.organisation import Organisation


class ImportedFields(models.Model):
    """What a source last said of an organisation: a fingerprint per field, never the value again.

    The same fingerprint in the next file: nothing to do. Another one, and the organisation still has
    what was imported: the file was corrected. Otherwise a person has written since, and the person's
    word stays.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="imported_fields")
    source = models.CharField(max_length=60)
    fingerprints = models.JSONField(default=dict)
    said_on = models.DateField(null=True)  # the day of the file that last said something new

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
