"""Quality notes: records that lack what a figure needs, and records that were entered late."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.figures.report import Report
from reports.figures.wording import format_value
from reports.queries.definitions import Quality, Row, Text
from reports.rules.intervals import LEAST


@dataclass(frozen=True, slots=True)
class QualityNote:
    """`n` of `total` records that lack something or were entered late."""

    label: Text
    n: float
    total: float

    def __str__(self) -> str:
        """Return `Meetings without a level: 29 of 100 (29%)`. Fewer than LEAST have no percentage."""
        words = {
            "label": self.label,
            "n": format_value(self.n, "count"),
            "of": format_value(self.total, "count"),
        }
        if self.total < LEAST:
            return _("%(label)s: %(n)s of %(of)s") % words
        share = format_value(self.n / self.total, "ratio")
        return _("%(label)s: %(n)s of %(of)s (%(share)s)") % {**words, "share": share}


def incomplete_records(report: Report, row: Row | None) -> QualityNote | None:
    """Return the records that lack what the figure needs, or None if the figure needs nothing else."""
    return _note(report.incomplete, row)


def late_entries(report: Report, row: Row | None) -> QualityNote | None:
    """Return the records that were entered late, or None if the figure does not tell."""
    return _note(report.late_entry, row)


def quality_notes(report: Report, row: Row | None) -> list[QualityNote]:
    """Return the notes of a figure that has records to look at."""
    notes = (incomplete_records(report, row), late_entries(report, row))
    return [note for note in notes if note is not None and note.total > 0]


def _note(quality: Quality | None, row: Row | None) -> QualityNote | None:
    """Return the note, or None if there is none or the figure was kept without its numbers."""
    if quality is None or row is None:
        return None
    numbers = [getattr(row, name) for name in quality.among]
    n = row.of - row.n if quality.column == "rest" else getattr(row, quality.column)
    return None if n is None or None in numbers else QualityNote(quality.label, n, sum(numbers))
