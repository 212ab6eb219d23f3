"""Parts of an audit: figures, comments, samples, calls and actions.

Meetings and organisations are plain IDs, because an audit outlives them.
"""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from reviews.codes import SETTLING_OUTCOMES, ActionOutcome, CallAnswer, FactsApart, FollowUpRecorded
from reviews.models.review import Review


class FrozenFigure(models.Model):
    """A frozen row of a report: n of N, the report's own columns, and the IDs of the counted objects.

    `ids` are the objects that n counts, or whose parts n adds up (`Report.adds_up`). `rest` are objects that
    `of` counts and n does not. Each is null if the report has no list. `noun` is their type
    (reports.figures.Noun). `vintage` is that of the kept figure, or 0 if it was counted for the audit.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="figures")
    position = models.PositiveIntegerField()
    slug = models.CharField(max_length=40)
    by = models.CharField(max_length=10)
    group = models.CharField(max_length=40)
    name = models.CharField(
        blank=True, default="", db_default="", max_length=200
    )  # of the group, at the time
    n = models.FloatField()  # a whole number but for contact wanted, which counts parts of meetings
    of = models.FloatField()
    ratio = models.FloatField(null=True)
    vintage = models.PositiveSmallIntegerField(default=0, db_default=0)
    columns = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    noun = models.CharField(max_length=20, blank=True)
    ids = ArrayField(models.UUIDField(), null=True)
    rest = ArrayField(models.UUIDField(), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "slug", "by", "group"],
                name="figure_once",
                violation_error_message=_("This figure is already frozen."),
            ),
        ]


class FigureComment(models.Model):
    """A supervisor's comment on the figures of one report."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    slug = models.CharField(max_length=40)
    text = models.TextField(_("comment"), max_length=4000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "slug"],
                name="comment_once",
                violation_error_message=_("This figure already has a comment."),
            ),
        ]


class SampledMeeting(models.Model):
    """A meeting drawn at random, and the quality of its record. It judges the record, never an officer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="samples")
    position = models.PositiveSmallIntegerField()
    meeting_id = models.UUIDField()
    starts_at = models.DateTimeField(null=True, editable=False)  # of the meeting, when it was drawn
    facts_apart = models.CharField(
        _("are facts and opinion separate?"), max_length=20, choices=FactsApart, blank=True
    )
    follow_up_recorded = models.CharField(
        _("are follow-ups recorded?"), max_length=20, choices=FollowUpRecorded, blank=True
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "meeting_id"],
                name="sample_once",
                violation_error_message=_("This meeting is already in the sample."),
            ),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True)
                | Q(facts_apart__in=FactsApart.values, follow_up_recorded__in=FollowUpRecorded.values),
                name="sample_marks_are_known",
                violation_error_message=_("Answer both questions."),
            ),
        ]

    @property
    def is_in_order(self) -> bool:
        """Whether the record was checked and nothing is missing in it."""
        apart = self.facts_apart in {FactsApart.YES, FactsApart.NO_OPINION}
        return apart and self.follow_up_recorded in {FollowUpRecorded.YES, FollowUpRecorded.NOTHING_PROMISED}


class RungOrganisation(models.Model):
    """An organisation called back to check the record of `meeting_id`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="calls")
    position = models.PositiveSmallIntegerField()
    organisation_id = models.UUIDField()
    meeting_id = models.UUIDField()
    answer = models.CharField(_("what do they say?"), max_length=20, choices=CallAnswer, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    rung_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rung_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "organisation_id"],
                name="call_once",
                violation_error_message=_("This organisation is already on the call-back list."),
            ),
            models.CheckConstraint(
                condition=Q(rung_at__isnull=True) | Q(answer__in=CallAnswer.values),
                name="call_answer_is_known",
                violation_error_message=_("Choose their answer from the list."),
            ),
        ]


class AgreedActionQuerySet(models.QuerySet["AgreedAction"]):
    def visible_to(self, actor: Acting) -> Self:
        """Actions of signed audits that the actor sees. Actions of a draft are not agreed yet."""
        return self.filter(review__in=Review.objects.visible_to(actor).signed())

    def settled_by(self, reviews: models.QuerySet[Review]) -> Self:
        """Agreed actions that one of these audits closed."""
        return self.filter(Exists(self._settling(reviews)))

    def not_settled_by(self, reviews: models.QuerySet[Review]) -> Self:
        return self.filter(~Exists(self._settling(reviews)))

    @staticmethod
    def _settling(reviews: models.QuerySet[Review]) -> models.QuerySet["ActionCheck"]:
        checks = ActionCheck.objects.filter(action=OuterRef("pk"), review__in=reviews)
        return checks.filter(answer__in=SETTLING_OUTCOMES)


class AgreedAction(models.Model):
    """An action that an audit agreed. Each later audit records its outcome, until it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(_("agreed action"), max_length=500)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    due_on = models.DateField(_("due date"))

    objects = AgreedActionQuerySet.as_manager()


class ActionCheck(models.Model):
    """Outcome of an action in a later audit. It belongs to the later audit: the earlier one is signed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="checks")
    action = models.ForeignKey(AgreedAction, on_delete=models.PROTECT, related_name="checks")
    answer = models.CharField(_("Done?"), max_length=20, choices=ActionOutcome)
    note = models.CharField(_("note"), blank=True, max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "action"],
                name="check_once",
                violation_error_message=_("This has already been answered."),
            ),
            models.CheckConstraint(
                condition=Q(answer__in=ActionOutcome.values),
                name="check_answer_is_known",
                violation_error_message=_("Choose from the list whether it was done."),
            ),
        ]
