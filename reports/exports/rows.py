"""Records of a figure as CSV, so that the figure can be recomputed in a spreadsheet.

The file begins with a header, a name and its value on each line. After an empty line follow the records.
Names and columns are the same in each language (docs/exports.md). `sha256` is the digest of all bytes below
the empty line.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from audit.codes import words_of
from audit.rules import recipient_of
from exchange.exports.encrypting import as_asked
from exchange.exports.leaving import LeavingRows
from exchange.exports.lists import LISTS
from exchange.policies import can_export
from incidents.models import Incident
from jobs.services import kinds
from jobs.services.files import spool
from jobs.services.kinds import JobRefused, JobResult, KeptFile, Work
from lib.sheets import CSV_TYPE, Column, Sheet, write_csv
from reports.exports.request import FigureRequest
from reports.figures.counted_rows import CountedRow, counted_rows
from reports.figures.observations import description_of, numbers_of
from reports.figures.report import Report
from reports.queries.definitions import Row
from reports.queries.questions import Question

KIND: Final = "export_rows"
# By noun: the query of its records, and their type in the activity log.
_READ: Final[Mapping[str, tuple[Callable[[Actor], Any], str]]] = {
    **{noun: (export.rows, export.object_type) for noun, export in LISTS.items()},
    "incidents": (Incident.objects.visible_to, "incident"),
}
_MARK: Final = b"\xef\xbb\xbf"  # byte order mark of UTF-8, which spreadsheets need at the start


@dataclass(frozen=True, slots=True)
class CountedFigure:
    """A figure, the records that it counts today, and the IDs of those that the reader can see."""

    report: Report
    question: Question
    figure: Row
    rows: Sequence[CountedRow]
    visible: frozenset[UUID]

    @classmethod
    def read(cls, report: Report, question: Question, actor: Actor) -> "CountedFigure":
        [figure] = report.rows(question)
        rows = counted_rows(report, question, question.districts[0].code)
        read_records, _object_type = _READ[report.counts.noun]
        visible_records = read_records(actor).filter(pk__in=[row.id for row in rows])
        return cls(report, question, figure, rows, frozenset(visible_records.values_list("pk", flat=True)))

    @property
    def table(self) -> bytes:
        """Return heading and records as CSV. A record that the reader cannot see has facts but no URL."""
        names = ["record", *(fact.name for fact in self.report.facts), "counted", "out_of"]
        return _csv(Sheet("", [Column(name) for name in names], map(self._cells, self.rows)))

    def _cells(self, row: CountedRow) -> list[Any]:
        address = f"{settings.SITE_URL}/{self.report.counts.noun}/{row.id}/" if row.id in self.visible else ""
        return [address, *map(_cell, row.facts.values()), _rounded(row.counted), _rounded(row.out_of)]

    def header(self, digest: str) -> Iterator[tuple[str, Any]]:
        """Yield the lines of the header in the order of the file: the figure, and the sums of its rows."""
        [district] = self.question.districts
        yield "question", str(self.report.question)
        yield "district", f"{district.code} {district.name}"
        yield from description_of(self.report, self.figure, self.question).items()
        for name, value in numbers_of(self.report, self.figure).items():
            yield name, _rounded(value) if isinstance(value, float) else value
        yield "all_kinds", self.question.all_kinds
        yield "rows_as_of", self.question.as_of
        yield "counted", _rounded(sum(row.counted for row in self.rows))
        yield "out_of", _rounded(sum(row.out_of for row in self.rows))
        yield "sha256", digest


def file_of(counted: CountedFigure, made_for: Sequence[tuple[str, str]]) -> bytes:
    """Return the file. `made_for` has lines with marking, reader and reason."""
    table = counted.table
    lines = [*counted.header(hashlib.sha256(table).hexdigest()), *made_for, ()]
    header = Sheet("", [], lines, has_heading=False)
    return _MARK + _csv(header) + table


def _csv(sheet: Sheet) -> bytes:
    """Return a sheet as CSV without the byte order mark."""
    out = io.BytesIO()
    write_csv(out, sheet)
    return out.getvalue().removeprefix(_MARK)


def _cell(fact: Any) -> Any:
    """Return a fact for a cell. A time is in UTC, so that hours can be subtracted across a clock change."""
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return fact


def _rounded(number: float) -> float:
    """Return a whole number as int, and others with 6 decimals (meetings held against agreed)."""
    return int(number) if number == int(number) else round(number, 6)


def export_rows(work: Work) -> JobResult:
    """Write the file, and record in the activity log which records are in it."""
    request, purpose, actor = (
        FigureRequest.from_parameters(work.parameters),
        str(work.parameters["purpose"]),
        work.actor,
    )
    report = request.report
    if report is None:
        raise JobRefused(_("This report does not exist."))
    try:
        counted = CountedFigure.read(report, request.question(actor), actor)
    except PermissionDenied as error:
        raise JobRefused(_("You no longer have access to this district’s figures.")) from error
    marking = _("Confidential. For police use only. Delete it when you no longer need it.")
    out = spool()
    out.write(
        file_of(counted, [("marking", marking), ("made_for", actor.name), ("reason", words_of(purpose))])
    )
    days = f"{request.period.since:%Y-%m-%d}-{request.period.last_day:%Y-%m-%d}"

    name = f"{request.slug}-rows-{slugify(request.district)}-{days}-confidential.csv"
    output, file_note = as_asked(work, name, CSV_TYPE, out)

    def record_export(files: Sequence[KeptFile]) -> None:
        disclosed_rows, district_ids = LeavingRows(), [district.pk for district in counted.question.districts]
        for pk in sorted(counted.visible):
            disclosed_rows.add(pk, district_ids)
        disclosed_rows.disclose(
            actor,
            _READ[report.counts.noun][1],
            field_names=["rows", report.slug, *(fact.name for fact in report.facts)],
            purpose=purpose,
            recipient=recipient_of(
                work.parameters.get("recipient", ""), f"{file_note} sha256:{files[0].digest} days:{days}"
            ),
        )

    return JobResult({"rows": len(counted.rows), "files": 1}, [output], record_export)


JOB: Final = kinds.Kind(KIND, export_rows, title=gettext_lazy("Rows of a figure"), may=can_export)
