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
    COUNTED_TODAY = "counted_today", _("counted today")


MEANINGS: Final[dict[Status, Promise]] = {
    Status.RUNNING: _("The period is not over. Figures count up to today."),
    Status.PROVISIONAL: _("The period ended recently. Meetings and follow-ups may still be entered late."),
    Status.FINAL: _("The figure was kept when it became final. Later changes of records do not move it."),
    Status.REVISED: _(
        "A later change of records moved the figure. The newest count is shown. What was first published is "
        "kept beside it."
    ),
    Status.COUNTED_TODAY: _(
        "Figures are kept only for quarters and years of one district with the usual kinds. Others are "
        "counted from the records as they are today."
    ),
}


def status_of(period: Period, today: date) -> Status:
    """Return the status on the city's day `today`, without `REVISED` and `COUNTED_TODAY`."""
    if period.until > today:
        return Status.RUNNING
    return Status.PROVISIONAL if today < final_on(period) else Status.FINAL


def final_on(period: Period) -> date:
    """Return the first day of final figures: `FIGURES_PROVISIONAL_DAYS` days after the period's last day."""
    return period.until + timedelta(days=settings.FIGURES_PROVISIONAL_DAYS)
