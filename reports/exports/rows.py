"""The rows of a figure as a CSV: whoever has the file recomputes the figure with a spreadsheet.

First what is asked, a name and its value on each line; then an empty line; then the rows. Names and columns
are the same in each language (docs/exports.md). `sha256` is the digest of all bytes below the empty line.
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
from reports.exports.request import Asked
from reports.figures.counted_rows import CountedRow, counted_rows
from reports.figures.late_records import late_records, status_with
from reports.figures.report import Report
from reports.queries.questions import Question

KIND: Final = "export_rows"
# By noun: how its records are read, and what the activity log calls them.
_READ: Final[Mapping[str, tuple[Callable[[Actor], Any], str]]] = {
    **{noun: (export.rows, export.object_type) for noun, export in LISTS.items()},
    "incidents": (Incident.objects.visible_to, "incident"),
}
_MARK: Final = b"\xef\xbb\xbf"  # of UTF-8, which spreadsheets need; once, at the start


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of a report's figure, and the IDs of those that the reader can see today."""

    report: Report
    question: Question
    rows: Sequence[CountedRow]
    visible: frozenset[UUID]

    @classmethod
    def of(cls, report: Report, question: Question, actor: Actor) -> "Counted":
        rows = counted_rows(report, question, question.districts[0].code)
        read, _object_type = _READ[report.counts.noun]
        seen = read(actor).filter(pk__in=[row.id for row in rows])
        return cls(report, question, rows, frozenset(seen.values_list("pk", flat=True)))

    @property
    def table(self) -> bytes:
        """The heading and the rows. What the reader cannot see any more has facts but no address."""
        names = ["record", *(fact.name for fact in self.report.facts), "counted", "out_of"]
        return _csv(Sheet("", [Column(name) for name in names], map(self._cells, self.rows)))

    def _cells(self, row: CountedRow) -> list[Any]:
        address = f"{settings.SITE_URL}/{self.report.counts.noun}/{row.id}/" if row.id in self.visible else ""
        return [address, *map(_stated, row.facts.values()), _whole(row.counted), _whole(row.out_of)]

    def header(self, digest: str) -> Iterator[tuple[str, Any]]:
        """What the rows are of, in the order of the file."""
        [period], [district] = self.question.periods, self.question.districts
        yield "question", str(self.report.question)
        yield "indicator", self.report.slug
        yield "definition_version", self.report.version
        yield "district", f"{district.code} {district.name}"
        yield "from", period.since
        yield "before", period.until
        yield "counted_before", self.question.so_far(period).until
        yield "as_of", self.question.as_of
        late = late_records(self.question, [self.report])
        yield "status", status_with(late, self.question).value
        yield "entered_since", len(late)
        yield "all_kinds", self.question.all_kinds
        yield "counted", _whole(sum(row.counted for row in self.rows))
        yield "out_of", _whole(sum(row.out_of for row in self.rows))
        yield "sha256", digest


def file_of(counted: Counted, made_for: Sequence[tuple[str, str]]) -> bytes:
    """The file. `made_for` says who may read it, and why it was made."""
    table = counted.table
    lines = [*counted.header(hashlib.sha256(table).hexdigest()), *made_for, ()]
    about = Sheet("", [], lines, has_heading=False)
    return _MARK + _csv(about) + table


def _csv(sheet: Sheet) -> bytes:
    """Without the mark."""
    out = io.BytesIO()
    write_csv(out, sheet)
    return out.getvalue().removeprefix(_MARK)


def _stated(fact: Any) -> Any:
    """A moment in UTC, so that hours can be subtracted over a change of the clock."""
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return fact


def _whole(number: float) -> float:
    """Whole but for meetings held against agreed."""
    return int(number) if number == int(number) else round(number, 6)


def export_rows(work: Work) -> JobResult:
    """Write the file, and say in the trail which rows are in it."""
    asked, purpose, actor = Asked.of(work.parameters), str(work.parameters["purpose"]), work.actor
    report = asked.report
    if report is None:
        raise JobRefused(_("This report does not exist."))
    try:
        counted = Counted.of(report, asked.question(actor), actor)
    except PermissionDenied as error:
        raise JobRefused(_("You no longer have access to this district’s figures.")) from error
    marking = _("Confidential. For police use only. Delete it when you no longer need it.")
    out = spool()
    out.write(
        file_of(counted, [("marking", marking), ("made_for", actor.name), ("reason", words_of(purpose))])
    )
    days = f"{asked.period.since:%Y-%m-%d}-{asked.period.last_day:%Y-%m-%d}"

    name = f"{asked.slug}-rows-{slugify(asked.district)}-{days}-confidential.csv"
    output, how = as_asked(work, name, CSV_TYPE, out)

    def tell(files: Sequence[KeptFile]) -> None:
        left, districts = LeavingRows(), [district.pk for district in counted.question.districts]
        for pk in sorted(counted.visible):
            left.add(pk, districts)
        left.disclose(
            actor,
            _READ[report.counts.noun][1],
            field_names=["rows", report.slug, *(fact.name for fact in report.facts)],
            purpose=purpose,
            recipient=recipient_of(
                work.parameters.get("recipient", ""), f"{how} sha256:{files[0].digest} days:{days}"
            ),
        )

    return JobResult({"rows": len(counted.rows), "files": 1}, [output], tell)


JOB: Final = kinds.Kind(KIND, export_rows, title=gettext_lazy("Rows of a figure"), may=can_export)
