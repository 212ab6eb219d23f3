"""References in the source: IDs that other systems have for an organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.organisation import Organisation


class OrganisationExternalId(models.Model):
    """The ID that another system has for an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["external_id"], name="organisation_by_reference")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="organisation_external_id_once",
                violation_error_message=_("Another organisation already has this ID from that source."),
            ),
        ]
