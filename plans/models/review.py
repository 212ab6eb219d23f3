"""PlanReview: a review of a plan with the communities. A trigger protects a signed review from changes."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Organisation
from lib.acting import Acting
from lib.ids import uuid7
from meetings.models import Meeting
from plans.codes import ReviewAnswer
from plans.models.plan import Plan


class PlanReviewQuerySet(models.QuerySet["PlanReview"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(plan__in=Plan.objects.visible_to(actor))

    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False)


class PlanReview(models.Model):
    """A review. `values` and `actions` are frozen when it is signed (plans.services.reviews)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reviews")
    held_on = models.DateField(_("held on"))
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("meeting")
    )
    conclusion = models.TextField(_("conclusion"), max_length=2000, blank=True)
    plan_changes = models.TextField(_("what will change"), max_length=2000, blank=True)
    values = models.JSONField(default=list, editable=False, encoder=DjangoJSONEncoder)
    actions = models.JSONField(default=list, editable=False, encoder=DjangoJSONEncoder)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PlanReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="plan_review_signature_is_whole",
                violation_error_message=_("A signature must have a name and a date."),
            ),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(signed_at__isnull=True),
                name="plan_review_one_open",
                violation_error_message=_("Another review of this plan is not signed yet."),
            ),
        ]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class PlanVoiceQuerySet(models.QuerySet["PlanVoice"]):
    def with_names(self, actor: Acting) -> Self:
        """Annotate `name` of the organisation, if it gave its name and the actor sees it."""
        visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation_id"))
        return self.annotate(name=Subquery(visible.values("name")[:1]))


class PlanVoice(models.Model):
    """Voice of an organisation in a review, with or without its name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(PlanReview, on_delete=models.CASCADE, related_name="voices")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Leave this empty if they want to be left out."),
    )
    says = models.CharField(_("compared with last time"), max_length=10, choices=ReviewAnswer)
    text = models.CharField(_("what they said"), max_length=500, blank=True)
    may_be_quoted = models.BooleanField(_("can be quoted"), default=False)

    objects = PlanVoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(says__in=ReviewAnswer.values),
                name="plan_voice_is_known",
                violation_error_message=_("Choose an answer from the list."),
            ),
        ]
