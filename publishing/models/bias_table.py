"""BiasTable: the bias concerns of a year, counted once."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.acting import Acting
from lib.ids import uuid7
from reports.queries.periods import Period, year_of


class BiasTableQuerySet(models.QuerySet["BiasTable"]):
    def visible_to(self, actor: Acting) -> Self:
        """Return all tables, because small numbers are not stored."""
        return self.all()


class BiasTable(models.Model):
    """Published bias concerns of a year: rows with a number, and the total (`document`).

    Hidden numbers are not stored. A trigger rejects changes. A concern that is entered or corrected later
    does not change the table. So no one can find the concern by comparing two tables of one year.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    year_since = models.DateField(_("year"), unique=True)
    made_on = models.DateField(_("day"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    document = models.JSONField()

    objects = BiasTableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year_since__month=1, year_since__day=1),
                name="bias_table_is_of_a_year",
                violation_error_message=_("A bias table is of a whole year."),
            ),
        ]

    @property
    def year(self) -> Period:
        return year_of(self.year_since)
