"""Judgements of an incident: tension assessments while it lasts, and a debrief afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from incidents.codes import Heard, Level, Trend
from incidents.models.incident import Incident
from lib.ids import uuid7
from meetings.models import FollowUp


class TensionAssessment(models.Model):
    """An assessment of tension about an event or place, never about a group. It is replaced, never edited."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="assessments")
    number = models.PositiveSmallIntegerField(editable=False)
    as_of = models.DateTimeField(default=timezone.now, editable=False)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    trend = models.CharField(_("trend"), max_length=8, choices=Trend)
    experienced = models.TextField(_("what people live through"), blank=True, max_length=2000)
    evidenced = models.TextField(_("what is documented"), blank=True, max_length=2000)
    potential = models.TextField(_("what can follow"), blank=True, max_length=2000)
    consulted = models.ManyToManyField(
        Organisation, blank=True, related_name="+", verbose_name=_("organisations consulted")
    )
    not_consulted_reason = models.CharField(_("why no one was consulted"), max_length=200, blank=True)
    measures = models.TextField(_("measures"), blank=True, max_length=2000)
    look_again_at = models.DateTimeField(_("reassess on"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"],
                name="assessment_number_once",
                violation_error_message=_("Someone else has just assessed tension."),
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values) & Q(trend__in=Trend.values),
                name="assessment_codes_are_known",
                violation_error_message=_("Choose level and trend from the lists."),
            ),
        ]


class Debrief(models.Model):
    """A debrief of an incident, or the reason why there was none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="debrief")
    held_on = models.DateField(_("held on"), null=True, blank=True)
    why = models.TextField(_("why it went as it did"), blank=True, max_length=2000)
    keep = models.TextField(_("what to keep"), blank=True, max_length=2000)
    change = models.TextField(_("what to change"), blank=True, max_length=2000)
    actions = models.ManyToManyField(FollowUp, blank=True, related_name="debriefs", verbose_name=_("actions"))
    no_action_reason = models.CharField(_("why there is nothing to do"), max_length=500, blank=True)
    waived_reason = models.CharField(_("why there is no debrief"), max_length=500, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(waived_reason="", held_on__isnull=False)
                | (~Q(waived_reason="") & Q(held_on__isnull=True)),
                name="debrief_was_held_or_waived",
                violation_error_message=_("Enter when the debrief was held, or why there is none."),
            ),
        ]

    @property
    def is_held(self) -> bool:
        return self.held_on is not None


class DebriefVoice(models.Model):
    """The answers of an organisation in a debrief. They can be anonymous."""

    debrief = models.ForeignKey(Debrief, on_delete=models.CASCADE, related_name="voices")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    in_time = models.CharField(_("reached in time?"), max_length=6, choices=Heard)
    knew_whom_to_call = models.BooleanField(_("they knew who to call"), default=False)
    next_time = models.CharField(_("next time"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(in_time__in=Heard.values),
                name="debrief_voice_is_known",
                violation_error_message=_("Choose an answer from the list."),
            ),
        ]
