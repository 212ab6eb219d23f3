"""Alerts about how contacts are read. An alert is a question, not a finding (docs/adr/0048)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Role, User
from lib.acting import Acting
from lib.ids import uuid7
from oversight.rules import WAITS_FOR_ANSWER


class AlertKind(models.TextChoices):
    PAST_LIMIT = "past_limit", gettext_lazy("more contacts than the daily limit")
    UNUSUAL_DAY = "unusual_day", gettext_lazy("many more contacts than usual")
    OUTSIDE_PORTFOLIO = "outside", gettext_lazy("many contacts outside the portfolio")
    MANY_TOGETHER = "together", gettext_lazy("many different contacts in 30 days")
    COMMUNITY_SEARCH = "community", gettext_lazy("a search for a community among contacts")
    NEW_NETWORK = "network", gettext_lazy("an API key used from a new network")
    BEGUN_SHIFTS = "shifts", gettext_lazy("three duty shifts begun without a supervisor in 30 days")


class WatchedType(models.TextChoices):
    ORGANISATION = "organisation", gettext_lazy("organisation")
    CONTACT = "contact", gettext_lazy("contact")


class Conclusion(models.TextChoices):
    EXPLAINED = "explained", gettext_lazy("explained")
    DISCUSSED = "discussed", gettext_lazy("discussed with the officer")
    PASSED_ON = "passed_on", gettext_lazy("passed on for investigation")


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own alerts; all for privacy officers; those about their officers for supervisors."""
        if actor.kind == "system" or actor.role == Role.PRIVACY_OFFICER:
            return self.all()
        if actor.kind != "user" or actor.id is None:
            return self.none()
        is_own = models.Q(user=actor.id)
        if actor.role == Role.SUPERVISOR:
            officers_districts = User.districts.through.objects.filter(district_id__in=actor.district_ids)
            return self.filter(
                is_own | models.Q(user__in=officers_districts.values("user_id"), user__role=Role.OFFICER)
            )
        return self.filter(is_own)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def in_order(self) -> Self:
        """Open ones first, then the newest."""
        return self.order_by(models.F("closed_at").desc(nulls_first=True), "-raised_at", "-pk")


class Alert(models.Model):
    """A question to a user about their reading of contacts on a day.

    The user answers first. A reviewer closes the alert. It names no contact: the activity log does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=AlertKind)
    # The user who answers. For an API key, this is its creator.
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="alerts")
    key_id = models.UUIDField(null=True)  # plain ID, as in the activity log
    day = models.DateField()
    seen = models.PositiveIntegerField(default=0)  # contacts or searches, when the alert was raised
    usual = models.PositiveIntegerField(null=True)  # the user’s own usual day
    raised_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    answer = models.CharField(
        gettext_lazy("answer"),
        max_length=500,
        blank=True,
        help_text=gettext_lazy("In a few words, without names of contacts."),
    )
    answered_at = models.DateTimeField(null=True)
    conclusion = models.CharField(gettext_lazy("conclusion"), max_length=20, choices=Conclusion, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "day", "user", "key_id"],
                nulls_distinct=False,
                name="alert_once_a_day",
                violation_error_message=gettext_lazy("This alert already exists."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=AlertKind.values),
                name="alert_kind_is_known",
                violation_error_message=gettext_lazy("Choose from the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(conclusion__in=Conclusion.values),
                name="alert_is_closed_with_a_conclusion",
                violation_error_message=gettext_lazy("Choose a conclusion."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.day}"

    @property
    def details(self) -> str:
        """The numbers of the alert in a sentence."""
        if self.kind == AlertKind.COMMUNITY_SEARCH:
            return ngettext("%(n)d search", "%(n)d searches", self.seen) % {"n": self.seen}
        if self.kind == AlertKind.NEW_NETWORK:
            return ngettext("%(n)d new network", "%(n)d new networks", self.seen) % {"n": self.seen}
        if self.kind == AlertKind.BEGUN_SHIFTS:
            return ngettext("%(n)d shift", "%(n)d shifts", self.seen) % {"n": self.seen}
        text = ngettext("%(n)d contact", "%(n)d contacts", self.seen) % {"n": self.seen}
        if self.usual is None:
            return text
        return _("%(contacts)s; usually %(usual)d") % {"contacts": text, "usual": self.usual}

    def can_be_closed_at(self, moment: datetime) -> bool:
        """Whether the user has answered, or has had enough time to answer."""
        return self.closed_at is None and (
            self.answered_at is not None or moment - self.raised_at >= WAITS_FOR_ANSWER
        )


class WatchedRecordQuerySet(models.QuerySet["WatchedRecord"]):
    def visible_to(self, actor: Acting) -> Self:
        """All for privacy officers. No other role sees which records are watched."""
        sees = actor.kind == "system" or (actor.kind == "user" and actor.role == Role.PRIVACY_OFFICER)
        return self.all() if sees else self.none()

    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def in_order(self) -> Self:
        return self.order_by("marked_at", "pk")


class WatchedRecord(models.Model):
    """An organisation or contact at risk, whose look-ups a privacy officer reviews.

    The record is real, and staff know that records can be watched. IDs are plain, as in the activity log.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object_type = models.CharField(max_length=30, choices=WatchedType)
    object_id = models.UUIDField()
    reason = models.CharField(gettext_lazy("reason"), max_length=200)
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_until = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = WatchedRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id"],
                condition=models.Q(ended_at__isnull=True),
                name="record_watched_once",
                violation_error_message=gettext_lazy("This record is already watched."),
            ),
            models.CheckConstraint(
                condition=models.Q(object_type__in=WatchedType.values),
                name="watched_type_is_known",
                violation_error_message=gettext_lazy("Choose from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"
