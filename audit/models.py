"""The activity log: who viewed or changed which records, when and why (LED 2016/680 Art. 25). No values.

The owner's function `audit_write` inserts every row (docs/adr/0044). Nothing changes one: triggers refuse it.
"""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.codes import reason_in_words
from lib.days import city_day
from lib.ids import uuid7


class Action(models.TextChoices):
    VIEW = "view", _("viewed")
    LIST = "list", _("listed")
    SEARCH = "search", _("searched")
    CREATE = "create", _("created")
    UPDATE = "update", _("changed")
    ARCHIVE = "archive", _("closed")
    ERASE = "erase", _("erased")
    MERGE = "merge", _("merged")
    REVEAL = "reveal", _("revealed a private number or address")
    EXPORT = "export", _("exported")
    SHARE = "share", _("shared")
    IMPORT = "import", _("imported")
    NOTIFY = "notify", _("was notified")
    DENY = "deny", _("was denied access")
    INQUIRE = "inquire", _("checked who viewed a person’s data")
    KEEP = "keep", _("kept sensitive wording about a person, with a reason")
    SIGN_IN = "sign_in", _("signed in")
    SIGN_OUT = "sign_out", _("signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")


class Op(models.TextChoices):
    """The kind of change to an object, as named in the change feed."""

    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    ARCHIVED = "archived", _("archived")
    ERASED = "erased", _("erased")
    MERGED = "merged", _("merged")
    RESTRICTED = "restricted", _("restricted")
    RELEASED = "released", _("released")
    STEP_UNSEEN = "step_unseen", _("step not seen")  # of an incident: not a change, for alarm tools


# ID of the writing transaction (xid8 as bigint). The publisher reads rows below all running transactions.
TRANSACTION_ID = models.Func(
    template="pg_current_xact_id()::text::bigint", output_field=models.BigIntegerField()
)


class EventQuerySet(models.QuerySet["Event"]):
    def saying(self, text: str, lookup: str = "contains") -> Self:
        """Return the events whose reason has this text."""
        return self.filter(**{f"reason__text__{lookup}": text})


class Event(models.Model):
    """A consultation, change, denial or sign-in.

    IDs are plain columns, because the activity log outlives the records that it names. `login` is the role
    that wrote the row. The text of a reason is a Reason; the event has its digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=6)
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=20, blank=True)
    login = models.CharField(max_length=63, blank=True, db_default="")
    action = models.CharField(max_length=20, choices=Action)
    object_type = models.CharField(max_length=30, blank=True)
    object_ids = ArrayField(models.UUIDField(), default=list)
    field_names = ArrayField(models.CharField(max_length=60), default=list)
    district_ids = ArrayField(models.UUIDField(), default=list)
    reason_code = models.CharField(max_length=200, blank=True, db_default="")  # ReasonCode, space-separated
    reason_digest = models.BinaryField(max_length=32, null=True)  # audit.rules.salted_digest
    request_id = models.CharField(max_length=64, blank=True)
    recipient = models.CharField(max_length=400, blank=True)  # audit.rules.recipient_of
    recipient_salt = models.BinaryField(max_length=16, null=True)  # none after the recipient was removed
    recipient_digest = models.BinaryField(max_length=32, null=True)  # of salt and recipient
    allowed = models.BooleanField(default=True)
    search_hash = models.BinaryField(max_length=32, null=True)  # keyed hash of the search words
    form = models.SmallIntegerField(db_default=1)  # of the content hash (audit.rules.row_hash)
    content_hash = models.BinaryField(max_length=32)
    xid = models.BigIntegerField(db_default=TRANSACTION_ID, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["actor_id", "-at"], name="event_of_actor"),
            GinIndex(fields=["object_ids"], name="event_of_object"),
            models.Index(fields=["-at"], name="event_by_time"),
            models.Index(fields=["xid"], name="event_by_transaction"),
            models.Index(
                fields=["-at"],
                name="event_of_sharing",
                condition=models.Q(action__in=[Action.EXPORT, Action.SHARE]),
            ),
            models.Index(
                fields=["search_hash"],
                name="event_of_searched_words",
                condition=models.Q(search_hash__isnull=False),
            ),
        ]

    @property
    def purpose(self) -> str:
        """The reason in words: a duty shift, chosen codes and typed text. Lists must join `reason`."""
        return reason_in_words(self.reason_code, self._reason_text)

    @property
    def _reason_text(self) -> str:
        reason: Reason | None = getattr(self, "reason", None)
        if reason is None:
            return ""
        if reason.removed_at is None:
            return reason.text
        return gettext("The reason was removed on %(day)s.") % {
            "day": date_format(city_day(reason.removed_at))
        }


class Reason(models.Model):
    """The text of an event's reason, apart from the sealed event, which has only its digest.

    `removed_by`: the event about the removal of the text and its salt.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="reason")
    salt = models.BinaryField(max_length=16)
    text = models.CharField(max_length=500)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.UUIDField(null=True)


class Change(models.Model):
    """A change of one object, which the change feed numbers and publishes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    object_type = models.CharField(max_length=30)
    object_id = models.UUIDField()
    op = models.CharField(max_length=20, choices=Op)
    version = models.PositiveIntegerField()
    into_id = models.UUIDField(null=True)  # op merged: the remaining object
    district_ids = ArrayField(models.UUIDField(), default=list)  # before ∪ after
    form = models.SmallIntegerField(db_default=1)  # of the content hash (audit.rules.row_hash)
    content_hash = models.BinaryField(max_length=32)
    xid = models.BigIntegerField(db_default=TRANSACTION_ID, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "-at"], name="change_of_object"),
            models.Index(fields=["xid"], name="change_by_transaction"),
        ]


class TrailPosition(models.Model):
    """The number of a committed activity log row: insert-only, without gaps, assigned by a single publisher.

    These numbers are the cursors of the change feed. `below_xid` is how far the publisher had read.
    """

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, null=True, related_name="numbered")
    change = models.OneToOneField(Change, on_delete=models.PROTECT, null=True, related_name="numbered")
    below_xid = models.BigIntegerField()

    class Meta:
        db_table = "audit_numbered"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event__isnull=True) ^ models.Q(change__isnull=True),
                name="numbered_is_one_row",
                violation_error_message=_("Each sequence number belongs to one log entry."),
            ),
        ]


class SealQuerySet(models.QuerySet["Seal"]):
    def before(self, moment: datetime) -> int:
        """The last number that was sealed before a moment, or 0."""
        seals = self.filter(at__lt=moment).order_by("-number")
        return seals.values_list("last_seq", flat=True).first() or 0


class Seal(models.Model):
    """A signed seal over the rows numbered in a minute: insert-only, chained to the previous seal.

    `leaves` are the 32-byte hashes of its rows in order (audit.rules.leaf). They let a check name the row
    that differs. `root` covers the leaves and `previous_root` (docs/adr/0011).
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    leaves = models.BinaryField()
    previous_root = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=16)
    public_key = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    objects = SealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first_seq"],
                name="seal_starts_once",
                violation_error_message=_("Each sequence number belongs to one seal."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_seq__gte=models.F("first_seq")),
                name="seal_is_not_empty",
                violation_error_message=_("A seal must contain at least one row."),
            ),
        ]


class PrunedQuerySet(models.QuerySet["Pruned"]):
    def last_number(self) -> int:
        """Return the last number that pruning may have removed, or 0."""
        last_seq: int | None = self.aggregate(last=models.Max("last_seq"))["last"]
        return last_seq or 0


class Pruned(models.Model):
    """The seal up to which log rows were deleted under a retention rule: insert-only (docs/adr/0056).

    The seals stay. An event in the log names the rule, the seal and its root.
    """

    seal = models.BigIntegerField(primary_key=True)
    last_seq = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    rule = models.PositiveIntegerField()  # the version of the rule
    days = models.PositiveIntegerField()  # for which the rule keeps rows
    at = models.DateTimeField()
    event_id = models.UUIDField()

    objects = PrunedQuerySet.as_manager()

    @property
    def reason(self) -> str:
        """The exact reason in the event of this pruning (audit_prune)."""
        root = bytes(self.root).hex()
        return f"Retention rule trail {self.rule}, {self.days} days; up to seal {self.seal}; root {root}"
