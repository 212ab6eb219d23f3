"""What an audit is made of. Ids of meetings and organisations are plain: it outlives what they name."""

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
from reviews.codes import SETTLES, FactsApart, FollowUpRecorded, IsSo, WasDone
from reviews.models.review import Review


class FrozenFigure(models.Model):
    """One row of a report as it was: n of N, its own columns, and the ids of the objects it is of.

    These are n, or those whose parts n adds up (`Report.adds_up`). `rest` are those that `of` counts and n
    leaves out. Either is null where there is no list of them; `noun` says what they are
    (reports.figures.Noun).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="figures")
    position = models.PositiveIntegerField()
    slug = models.CharField(max_length=40)
    by = models.CharField(max_length=10)
    group = models.CharField(max_length=40)
    name = models.CharField(blank=True, default="", db_default="", max_length=200)  # the group's, then
    n = models.FloatField()  # a whole number but for contact wanted, which counts parts of meetings
    of = models.FloatField()
    ratio = models.FloatField(null=True)
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
    """What the supervisor says to one report's figures."""

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
    """A meeting drawn at random, and how good its record is. It marks the record, never an officer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="samples")
    position = models.PositiveSmallIntegerField()
    meeting_id = models.UUIDField()
    starts_at = models.DateTimeField(null=True, editable=False)  # the meeting's, when it was drawn
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
    """An organisation that is rung back and asked whether what is recorded of `meeting_id` is so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="calls")
    position = models.PositiveSmallIntegerField()
    organisation_id = models.UUIDField()
    meeting_id = models.UUIDField()
    answer = models.CharField(_("what do they say?"), max_length=20, choices=IsSo, blank=True)
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
                condition=Q(rung_at__isnull=True) | Q(answer__in=IsSo.values),
                name="call_answer_is_known",
                violation_error_message=_("Choose their answer from the list."),
            ),
        ]


class AgreedActionQuerySet(models.QuerySet["AgreedAction"]):
    def visible_to(self, actor: Acting) -> Self:
        """Of the signed audits that the actor sees: what a draft agrees is not agreed yet."""
        return self.filter(review__in=Review.objects.visible_to(actor).signed())

    def settled_by(self, reviews: models.QuerySet[Review]) -> Self:
        """Those that one of these audits found done, or dropped."""
        return self.filter(Exists(self._settling(reviews)))

    def not_settled_by(self, reviews: models.QuerySet[Review]) -> Self:
        return self.filter(~Exists(self._settling(reviews)))

    @staticmethod
    def _settling(reviews: models.QuerySet[Review]) -> models.QuerySet["ActionCheck"]:
        checks = ActionCheck.objects.filter(action=OuterRef("pk"), review__in=reviews)
        return checks.filter(answer__in=SETTLES)


class AgreedAction(models.Model):
    """What is to be done. Each audit that follows says whether it was, until it is done or dropped."""

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
    """What a later audit finds of an action: part of the later one, so that the earlier stays as signed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="checks")
    action = models.ForeignKey(AgreedAction, on_delete=models.PROTECT, related_name="checks")
    answer = models.CharField(_("Done?"), max_length=20, choices=WasDone)
    note = models.CharField(_("note"), blank=True, max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "action"],
                name="check_once",
                violation_error_message=_("This has already been answered."),
            ),
            models.CheckConstraint(
                condition=Q(answer__in=WasDone.values),
                name="check_answer_is_known",
                violation_error_message=_("Choose from the list whether it was done."),
            ),
        ]
