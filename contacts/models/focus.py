"""Communities that organisations declare to represent."""

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from districts.codes import Focus
from lib.ids import uuid7


class FocusDeclarationQuerySet(models.QuerySet["FocusDeclaration"]):
    def current(self) -> Self:
        return self.filter(superseded_at=None, withdrawn_on=None)

    def before(self, day: date) -> Self:
        """Declarations in force when `day` began, because a period does not include its end."""
        in_force = Q(withdrawn_on=None) | Q(withdrawn_on__gte=day)
        return self.filter(in_force, superseded_at=None, declared_on__lt=day)


class FocusDeclaration(models.Model):
    """A community that an organisation declares to represent, with the person's role and the date.

    A declaration is in force from `declared_on` until `withdrawn_on` (null: current). A wrong declaration
    stays, with the moment when it was superseded.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "contacts.Organisation", on_delete=models.CASCADE, related_name="focus_declarations"
    )
    focus = models.CharField(_("community"), max_length=30, choices=Focus)
    declared_by = models.CharField(
        _("who in the organisation told you"),
        max_length=120,
        help_text=_("A role is enough. No name needed."),
    )
    declared_on = models.DateField(_("when"))
    evidence_url = models.URLField(_("link to their statement"), blank=True, max_length=300)
    withdrawn_on = models.DateField(null=True, editable=False)
    entered_at = models.DateTimeField(null=True, editable=False)  # null: by an older version
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = FocusDeclarationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["focus", "organisation"], name="focus_of_organisation")]
        constraints = [
            ExclusionConstraint(
                name="focus_declared_once_at_a_time",
                expressions=[
                    (F("organisation"), RangeOperators.EQUAL),
                    (F("focus"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("declared_on"),
                            F("withdrawn_on"),
                            RangeBoundary(),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(superseded_at=None),
                violation_error_message=_("This community is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(focus__in=Focus.values),
                name="focus_is_known",
                violation_error_message=_("Choose a community from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_focus_display()

    @property
    def days(self) -> tuple[date, date | None]:
        """First day in force, and the first day no longer in force (None: current)."""
        return self.declared_on, self.withdrawn_on
