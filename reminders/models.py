"""Reminder: a row that must be sent once. Redis only wakes the worker; this table is the truth."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel, Role, User
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE
from reminders import kinds


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, actor: Acting) -> Self:
        """One's own reminders; a supervisor's staff keep theirs to themselves."""
        return (
            self.all() if actor.kind == "system" else self.filter(recipient=actor.id, recipient__isnull=False)
        )

    def waiting(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Waiting, their moment has come and no worker holds a lease (serves index reminder_waiting)."""
        return self.waiting().filter(FREE, occurrence__lte=now)

    def in_digests(self) -> Self:
        """Those that reach a recipient together, by e-mail once a day."""
        return self.filter(channel=Channel.EMAIL, rule__in=kinds.daily_rules())

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def unread(self) -> Self:
        """On this site, sent, not looked at yet: what the bell counts (serves index reminder_unread)."""
        return self.sent().filter(channel=Channel.IN_PAGE, read_at__isnull=True)

    def unread_by(self, user: User) -> Self:
        return self.unread().filter(recipient=user)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)

    def failed_for(self, actor: Acting) -> Self:
        """Those given up, which administrators look after; what they are about stays hidden from them."""
        return self.failed() if actor.role == Role.ADMINISTRATOR else self.none()


class Reminder(models.Model):
    """Unique on rule, subject, recipient, channel and occurrence: its nominal moment.

    Subjects and rules are those that apps have registered (reminders.kinds).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=10)
    subject_id = models.UUIDField()
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminders"
    )
    channel = models.CharField(max_length=10, choices=Channel)
    occurrence = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # given up; an administrator may try again
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        db_table = "meetings_reminder"  # where the first versions had it
        indexes = [
            models.Index(
                fields=["occurrence", "id"],
                name="reminder_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(fields=["subject_id", "rule"], name="reminder_of_subject"),
            models.Index(fields=["recipient", "-occurrence"], name="reminder_of_recipient"),
            models.Index(
                fields=["recipient"],
                name="reminder_unread",
                condition=Q(channel="in_page", sent_at__isnull=False, read_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_id", "recipient", "channel", "occurrence"],
                name="reminder_once",
                violation_error_message=_("This reminder already exists."),
            ),
            models.CheckConstraint(
                condition=Q(rule__regex=r"^[a-z][a-z_]*$"),
                name="reminder_rule_is_a_code",
                violation_error_message=_("Use a rule that is registered."),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="reminder_channel_is_known",
                violation_error_message=_("Choose a channel from the list."),
            ),
        ]

    @property
    def key(self) -> kinds.Key:
        return kinds.Key(self.rule, self.subject_id, self.recipient_id, self.channel)

    @property
    def is_in_digest(self) -> bool:
        return self.channel == Channel.EMAIL and self.rule in kinds.daily_rules()

    @property
    def about(self) -> tuple[str, UUID]:
        return self.subject_type, self.subject_id

    @property
    def title(self) -> str:
        return kinds.title_of(self.rule)
