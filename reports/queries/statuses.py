"""Statuses of figures: whether they are final, and what can still change them."""

from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.queries.periods import Period


class Status(TextChoices):
    """The status of the figures of a period. The codes are part of the API."""

    RUNNING = "running", _("running")
    PROVISIONAL = "provisional", _("provisional")
    FINAL = "final", _("final")
    REVISED = "revised", _("revised")


MEANINGS: Final[dict[Status, Promise]] = {
    Status.RUNNING: _("The period is not over. Figures count up to today."),
    Status.PROVISIONAL: _("The period ended recently. Meetings and follow-ups may still be entered late."),
    Status.FINAL: _(
        "The period ended some time ago. Only a record entered late can still change its figures."
    ),
    Status.REVISED: _("Records that the figure counts were entered or corrected after it was final."),
}
NOT_REVISED: Final = _(
    "Old values are not kept, so a record that a correction removed from a figure is not found. A figure "
    "that changed only for this reason stays final."
)


def status_of(period: Period, today: date) -> Status:
    """Return the status on the city's day `today`, without `REVISED` (reports.figures.late_records)."""
    if period.until > today:
        return Status.RUNNING
    return Status.PROVISIONAL if today < final_on(period) else Status.FINAL


def final_on(period: Period) -> date:
    """Return the first day of final figures: `FIGURES_PROVISIONAL_DAYS` days after the period's last day."""
    return period.until + timedelta(days=settings.FIGURES_PROVISIONAL_DAYS)
