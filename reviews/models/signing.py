"""Signed records, signatures and addenda, and names that can be erased (docs/adr/0037)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.ids import uuid7
from reviews.models.review import Review


class SignedRecord(models.Model):
    """The signed audit as canonical JSON (reviews.queries.records). A trigger rejects any change.

    `record` is in the file of the audit. `inside` is in no file, because it has the communities known to live
    in the district. The record has the digest of `inside`.
    """

    review = models.OneToOneField(
        Review, on_delete=models.PROTECT, primary_key=True, related_name="signed_record"
    )
    record = models.TextField()
    inside = models.TextField()


class StatementQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        """Statements that the worker with the key has not signed yet (uses the indexes …_waiting)."""
        return self.filter(signature="").exclude(statement="")


class Statement(models.Model):
    """A person's statement about a signed record, as canonical JSON, with a signature by the key.

    The event of the writing has the digest of `statement`. The worker adds an Ed25519 signature with the key
    of the seals.
    """

    statement = models.TextField(blank=True, default="", db_default="")
    key_id = models.CharField(max_length=16, blank=True, default="", db_default="")
    public_key = models.CharField(max_length=64, blank=True, default="", db_default="")  # hexadecimal digits
    signature = models.CharField(max_length=128, blank=True, default="", db_default="")

    objects = StatementQuerySet.as_manager()

    class Meta:
        abstract = True


class Signature(Statement):
    """A person's signature of an audit: the record, the person and the moment. The first has `position` 1."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="signatures")
    position = models.PositiveSmallIntegerField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="signature_waiting", condition=Q(signature="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "position"],
                name="signature_once",
                violation_error_message=_("This audit already has this signature."),
            ),
            models.UniqueConstraint(
                fields=["review", "signed_by"],
                name="signature_of_another_person",
                violation_error_message=_("A second signature must come from another person."),
            ),
        ]


class Addendum(Statement):
    """A correction of a signed audit. It never changes, but another addendum can follow."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField(_("addendum"), max_length=8000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="addendum_waiting", condition=Q(signature="")),
        ]


class KeptName(models.Model):
    """Name of a colleague or organisation when the audit was signed. It can be erased, never changed.

    The record has a digest of the name and the `salt`, so that an erased name cannot be guessed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="kept_names")
    object_type = models.CharField(max_length=30)
    object_id = models.UUIDField()
    name = models.CharField(max_length=200)
    salt = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["object_id"], name="kept_name_of_object")]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "object_id"],
                name="kept_name_once",
                violation_error_message=_("This name is already saved."),
            ),
        ]
