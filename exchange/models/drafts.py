"""Imports under way: the uploaded file, the meaning of its columns, and the report."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lib.acting import Acting
from lib.encrypted_fields import EncryptedBinaryField, EncryptedJSONField
from lib.ids import uuid7


class DraftState(models.TextChoices):
    MAPPING = "mapping", _("columns not matched yet")
    TRYING = "trying", _("checking")
    TRIED = "tried", _("checked")
    IMPORTING = "importing", _("importing")
    IMPORTED = "imported", _("imported")
    UNDOING = "undoing", _("undoing")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed")


class ImportDraftQuerySet(models.QuerySet["ImportDraft"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own imports, without the content of the file."""
        return self.filter(started_by=actor.id, started_by__isnull=False).defer("content")

    def with_content(self) -> Self:
        return self.filter(content__isnull=False)


class ImportDraft(models.Model):
    """An import of a table. Its content and its undo steps are deleted after a day.

    `columns`: heading of each column → field. `also`: heading → its second field, if it has one. `fixed`:
    field → the value for rows without one. `values`: field → cell text → code. `counted`: field → its texts
    in all rows, the most frequent first, and whether there are more. `report` has sums and some lines.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    started_by = models.UUIDField()  # an ID without a foreign key, as in the activity log
    what = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.MAPPING)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the uploaded file, hexadecimal
    purpose = models.CharField(max_length=200)
    content = EncryptedBinaryField(null=True)  # compressed (zlib)
    encoding = models.CharField(max_length=20)
    # Possible encodings, if the file does not show its own.
    encodings = models.JSONField(default=list, db_default=[])
    delimiter = models.CharField(max_length=1)
    heading_row = models.PositiveSmallIntegerField(default=1, db_default=1)  # rows above are skipped
    first_rows = EncryptedJSONField(default=list, db_default=[])  # of the file, to choose the headings from
    left_out = models.JSONField(default=dict, db_default={})  # counts by reason, of a directory
    headings = models.JSONField(default=list)
    sample = EncryptedJSONField(default=dict)  # some values of each column
    columns = models.JSONField(default=dict)
    also = models.JSONField(default=dict, db_default={})
    identify = models.JSONField(default=list)
    fixed = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    counted = EncryptedJSONField(default=dict, db_default={})
    names = EncryptedJSONField(default=dict, db_default={})  # exchange.imports.typed_names
    # Line → the record or line that a person joined it to.
    joins = models.JSONField(default=dict, db_default={})
    job_id = models.UUIDField(null=True)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    imported_at = models.DateTimeField(null=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["started_by", "-created_at"], name="import_of_starter")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DraftState.values),
                name="import_state_is_known",
                violation_error_message=_("Choose a status from the list."),
            ),
        ]

    @property
    def left_out_texts(self) -> list[str]:
        """Parts of a directory that are not imported, with their numbers, as texts."""
        texts = {
            "people": ngettext("%(n)d person", "%(n)d people", self.left_out.get("people", 0)),
            "closed": ngettext(
                "%(n)d closed service", "%(n)d closed services", self.left_out.get("closed", 0)
            ),
            "all_closed": ngettext(
                "%(n)d organisation whose services are all closed",
                "%(n)d organisations whose services are all closed",
                self.left_out.get("all_closed", 0),
            ),
            "on_other_pages": ngettext(
                "%(n)d item on another page of the directory: import that page, too",
                "%(n)d items on other pages of the directory: import those pages, too",
                self.left_out.get("on_other_pages", 0),
            ),
            "repeated": ngettext(
                "%(n)d repeated organisation",
                "%(n)d repeated organisations",
                self.left_out.get("repeated", 0),
            ),
        }
        return [text % {"n": self.left_out[kind]} for kind, text in texts.items() if kind in self.left_out]

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """Heading and field of each column, in the file's order. A column can have two fields."""
        return [
            (heading, name)
            for heading in self.headings
            for name in (self.columns.get(heading), self.also.get(heading))
            if name
        ]


class ImportStep(models.Model):
    """Undo data of one batch: record IDs, versions and the values before the import."""

    draft = models.ForeignKey(ImportDraft, on_delete=models.CASCADE, related_name="steps")
    rows = EncryptedJSONField(bound_to=["draft"])


class SavedMappingQuerySet(models.QuerySet["SavedMapping"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own, and those of colleagues who import in a district that the actor covers."""
        shared = Q(district_ids__overlap=list(actor.district_ids))
        return self.filter(Q(owner=actor.id) | shared, owner__isnull=False)


class SavedMapping(models.Model):
    """The meaning of the columns of a source's files, for the next file: one for each person and source.

    `district_ids` are the districts that the person covered when it was saved; colleagues there use it too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField()
    what = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    district_ids = ArrayField(models.UUIDField(), default=list, db_default=[])
    columns = models.JSONField(default=dict)
    also = models.JSONField(default=dict, db_default={})
    identify = models.JSONField(default=list)
    fixed = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = SavedMappingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "what", "source"],
                name="mapping_once_for_source",
                violation_error_message=_("This source already has a mapping."),
            ),
        ]
