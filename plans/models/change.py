"""PlanChange: a change of a plan after its adoption, which everyone can read."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.days import city_today
from lib.ids import uuid7
from plans.codes import ChangeKind, PlanPart
from plans.models.plan import Plan


class PlanChangeQuerySet(models.QuerySet["PlanChange"]):
    def visible_to(self, actor: Acting) -> Self:
        return self.filter(plan__in=Plan.objects.visible_to(actor))

    def newest_first(self) -> Self:
        return self.order_by("-changed_on", "-pk")


class PlanChange(models.Model):
    """A change of an adopted plan that its public page must show.

    `title` is the new title of the part, `was` the old one. `was_on` and `now_on` are the old and new day of
    the plan, or the day for which a milestone is marked as done. Dropped, moved and later marked milestones
    have their own columns.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="later_changes")
    changed_on = models.DateField(default=city_today, editable=False)
    kind = models.CharField(max_length=10, choices=ChangeKind, editable=False)
    part = models.CharField(max_length=10, choices=PlanPart, editable=False)
    title = models.CharField(_("title"), max_length=160)
    was = models.CharField(_("title before"), max_length=160, blank=True)
    was_on = models.DateField(null=True, editable=False)
    now_on = models.DateField(null=True, editable=False)

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ChangeKind.values) & Q(part__in=PlanPart.values),
                name="plan_change_is_known",
                violation_error_message=_("Choose a kind of change from the list."),
            ),
        ]
