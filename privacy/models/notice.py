"""Notice: tells a recipient that data was corrected, restricted or erased (GDPR 19, LED 16)."""

from datetime import date, timedelta
from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.days import city_day, day_starts_at
from lib.ids import uuid7
from privacy.codes import NoticeAnswer, NoticeKind
from privacy.models.request import DataRequest, sees_requests

CONFIRM_DAYS: Final = 14


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Acting) -> Self:
        """All notices for privacy officers, and those for a key for that key."""
        if actor.kind == "key":
            return self.filter(key_id=actor.id)
        return self.all() if sees_requests(actor) else self.none()

    def of_request(self, request: DataRequest) -> Self:
        return self.filter(request=request)

    def counts(self) -> dict[str, int]:
        """Return the number of notices, and of those without an answer."""
        numbers: dict[str, int] = self.aggregate(all=Count("pk"), pending=Count("pk", filter=Q(answer="")))
        return numbers

    def pending(self) -> Self:
        """Notices that the recipient has not answered."""
        return self.filter(answer="")

    def late(self, today: date) -> Self:
        """Notices whose last day for an answer has passed."""
        return self.pending().filter(made_at__lt=day_starts_at(today - timedelta(days=CONFIRM_DAYS)))

    def oldest_first(self) -> Self:
        return self.order_by("made_at", "pk")

    def latest_answered(self) -> Self:
        return self.exclude(answer="").order_by("-answered_at", "-pk")


class Notice(models.Model):
    """A notice to one recipient, with the answer. It has IDs and field names, no data.

    `object_ids` are contacts, or records whose text names the person. A notice for a key is read at
    `GET /me/`, so it is sent as soon as it is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(
        "privacy.DataRequest", on_delete=models.PROTECT, null=True, related_name="notices"
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=NoticeKind)
    object_ids = ArrayField(models.UUIDField())
    field_names = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    recipient = models.CharField(_("recipient"), max_length=200, blank=True)
    key_id = models.UUIDField(null=True, editable=False)  # an API key, of a room above this one
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, editable=False)
    answer = models.CharField(
        _("answer"),
        max_length=10,
        choices=NoticeAnswer,
        blank=True,
        help_text=_("done: you changed or deleted your copy. refused: you did not."),
    )
    answered_at = models.DateTimeField(null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to a recipient")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values) & Q(answer__in=["", *NoticeAnswer.values]),
                name="notice_codes_are_known",
                violation_error_message=_("Choose from the list."),
            ),
            models.CheckConstraint(
                condition=Q(answer="") ^ Q(answered_at__isnull=False), name="notice_answered_at_a_moment"
            ),
            models.CheckConstraint(condition=Q(object_ids__len__gte=1), name="notice_is_about_something"),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="notice_pending", condition=Q(answer="")),
            models.Index(fields=["key_id"], name="notice_of_key", condition=Q(key_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.recipient

    @property
    def confirm_by(self) -> date:
        """The last day for an answer."""
        return city_day(self.made_at) + timedelta(days=CONFIRM_DAYS)

    def is_late(self, today: date) -> bool:
        return not self.answer and self.confirm_by < today
