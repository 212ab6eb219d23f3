"""Reminders, each to be sent once. Redis only wakes the worker. This table decides what is due."""

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
from reminders.models import subjects


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own reminders. Supervisors cannot see those of their staff. The system sees all."""
        return (
            self.all() if actor.kind == "system" else self.filter(recipient=actor.id, recipient__isnull=False)
        )

    def waiting(self) -> Self:
        """Reminders neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Waiting reminders whose time has come, not leased by a worker (uses index reminder_waiting)."""
        return self.waiting().filter(FREE, occurrence__lte=now)

    def in_digests(self) -> Self:
        """Reminders that are combined into one daily email per recipient."""
        return self.filter(channel=Channel.EMAIL, rule__in=subjects.daily_rules())

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def unread(self) -> Self:
        """Sent in-page reminders that are not read yet, for the bell (uses index reminder_unread)."""
        return self.sent().filter(channel=Channel.IN_PAGE, read_at__isnull=True)

    def unread_by(self, user: User | UUID) -> Self:
        return self.unread().filter(recipient=user)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)

    def failed_for(self, actor: Acting) -> Self:
        """Reminders that were given up, for administrators only. Administrators do not see their subjects."""
        return self.failed() if actor.role == Role.ADMINISTRATOR else self.none()


class Reminder(models.Model):
    """A reminder, unique on rule, subject, recipient, channel and occurrence (its nominal time).

    Apps register the types of subjects and the rules (reminders.models.subjects).
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
    failed_at = models.DateTimeField(null=True)  # given up; an administrator can retry
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta:
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
    def key(self) -> subjects.Key:
        return subjects.Key(self.rule, self.subject_id, self.recipient_id, self.channel)

    @property
    def is_in_digest(self) -> bool:
        return self.channel == Channel.EMAIL and self.rule in subjects.daily_rules()

    @property
    def subject_key(self) -> tuple[str, UUID]:
        return self.subject_type, self.subject_id

    @property
    def title(self) -> str:
        return subjects.title_of(self.rule)
