"""PublicMeeting: the public announcement of a meeting, in words written for everyone."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from meetings.codes import MeetingStatus, TimePrecision
from meetings.models import Meeting
from publishing.codes import OPEN_KINDS
from publishing.models.fields import language_field


class PublicMeetingQuerySet(models.QuerySet["PublicMeeting"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return the announcements of meetings that the actor can see."""
        visible_meetings = Meeting.objects.visible_to(actor).filter(pk=models.OuterRef("pk"))
        return self.all() if actor.sees_everywhere else self.filter(models.Exists(visible_meetings))

    def announced(self, since: datetime) -> Self:
        """Return planned or cancelled meetings for everyone, with an exact time after `since`, in order."""
        rows = self.filter(is_public=True, meeting__starts_at__gte=since, meeting__kind__in=OPEN_KINDS)
        rows = rows.filter(meeting__precision=TimePrecision.MINUTE)
        rows = rows.filter(meeting__status__in=(MeetingStatus.PLANNED, MeetingStatus.CANCELLED))
        return rows.select_related("meeting").order_by("meeting__starts_at", "pk")


class PublicMeeting(models.Model):
    """Public announcement of a meeting. The meeting itself has the time and the status."""

    meeting = models.OneToOneField(
        Meeting, on_delete=models.CASCADE, primary_key=True, related_name="public_notice"
    )
    is_public = models.BooleanField(_("shown on the public page"), default=True)
    language = language_field()
    title = models.CharField(_("public title"), max_length=120)
    text = models.TextField(_("public description"), max_length=600, blank=True)
    place = models.CharField(_("public place"), max_length=200)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicMeetingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title
