"""What may be published: figures of whole districts, and of these only what no small number comes from.

By community and by kind nothing is published for now, nor concerns and reassurance in any way. What such
tables hide could be worked out: a row stands only where there is something, so six hidden rows of six are
one each; the total that one table hides is in another; a district's table less its part's is a third; and a
district has few bias concerns, each somebody's. For the same reason nothing is published of a part, of free
dates (two that differ by a day are of one day), of a period that is not over, nor of all kinds beside the
usual ones. What replaces this is one release, proven safe as a whole.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from districts.models import District
from reports.exports.asked import Asked
from reports.figures import Text
from reports.periods import Period, quarter_of, year_of
from reports.reading import Report
from reports.scorecard import FEW, Table

KIND: Final = "export_report"
NOT_PUBLISHED: Final = frozenset({"concerns", "loop-closed", "reassurance"})
OF_SINGLE_PEOPLE: Final = frozenset({"people_late", "lead_changes"})  # columns
CONCERNS_STAY: Final[Text] = _(
    "Concerns and reassurance are not published. One district has few of them, and small numbers "
    "show what happened to which people."
)
SPLITS_STAY: Final[Text] = _(
    "Figures by community or kind are not published for now, because the small numbers they hide "
    "could be worked out from other tables. Publish the figures of whole districts."
)
PARTS_STAY: Final[Text] = _(
    "Parts of a district are not published, because their small numbers show single "
    "organisations. Publish the figures of the whole district instead."
)
DATES_STAY: Final[Text] = _(
    "Only whole quarters and years are published, because comparing files with other dates would "
    "reveal small numbers. Choose a whole quarter or year, for the comparison too."
)
RUNNING_STAYS: Final[Text] = _(
    "You can only publish a period that is over, because two files created a day apart would "
    "reveal the small numbers of that day. Choose an earlier quarter or year."
)
KINDS_STAY: Final[Text] = _(
    "Figures that include partners and clubs are not published, because comparing them with the "
    "usual figures would reveal small numbers. Deselect “Include partners and clubs”."
)
FEW_STAY: Final[Text] = _("A figure below 5 is replaced by “fewer than 5”.")


def why_inside(asked: Asked, today: date) -> Text:
    """Why these figures cannot be published; empty where they can."""
    return next(_reasons(asked, today), "")


def _reasons(asked: Asked, today: date) -> Iterator[Text]:
    if asked.slug in NOT_PUBLISHED:
        yield CONCERNS_STAY
    if asked.is_split:
        yield SPLITS_STAY
    if not (_is_whole(asked.period) and _is_whole(asked.before)):
        yield DATES_STAY
    if max(asked.period.until, asked.before.until) > today:
        yield RUNNING_STAYS
    if asked.all_kinds:
        yield KINDS_STAY
    if _is_part(asked.district):
        yield PARTS_STAY


def _is_whole(period: Period) -> bool:
    return period in (quarter_of(period.since), year_of(period.since))


def _is_part(code: str) -> bool:
    """Whether it lies in another district that has figures, at whatever distance."""
    lineages = District.objects.filter(code=code).values_list("lineage", flat=True)
    above = [pk for lineage in lineages for pk in lineage]
    return District.objects.active().filter(pk__in=above).exclude(code=code).exists()


def check_publication(asked: Asked, today: date) -> None:
    """Raises ValidationError where figures that stay inside are to be published, with the reason."""
    if asked.is_public and (why := why_inside(asked, today)):
        raise ValidationError(str(why), code="stays_inside")


def as_published(report: Report) -> Report:
    """Without the columns that count single people."""
    return replace(report, columns=tuple(one for one in report.columns if one.name not in OF_SINGLE_PEOPLE))


def without_few(found: Table) -> Table:
    """Without the rows that are of few."""
    return replace(found, rows={key: row for key, row in found.rows.items() if row.of >= FEW})
