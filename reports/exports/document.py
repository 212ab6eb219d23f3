"""A document of figures: what its tables, charts and notes say, before it is a CSV, an XLSX or a PDF."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.codes import words_of
from districts.models import District, PeriodNote
from lib.sheets import Cell, Column
from reports.charts import PRINT, meter
from reports.exports.cells import (
    Value,
    cell_of,
    cells_of,
    columns_of,
    measured,
    number,
    stated,
    stated_beside,
    text,
    typed,
)
from reports.exports.request import Asked
from reports.figures.charts import bars_of, on_paper, spark, trend
from reports.figures.late_records import late_records, say_late, status_with
from reports.figures.remarks import Remark, standing_out
from reports.figures.report import Report
from reports.figures.scorecard import GROUPS, RUN_UP, Line, mark_of, periods_of, scorecard, split_up, table
from reports.figures.wording import (
    change_of,
    label_of,
    say_briefly,
    say_note,
    say_of,
    say_reconstructed,
    say_so_far,
    say_unit,
)
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Text
from reports.queries.periods import Period, seasons, with_seasons
from reports.queries.questions import By, Question
from reports.queries.statuses import MEANINGS

_NARROW: Final = 10  # letters
_DRAWN: Final = 24
_AT_THE_RIGHT: Final = {Cell.NUMBER, Cell.DECIMAL, Cell.SHARE}
_UNIT, _CHANGE = 5, 7  # of the scorecard's columns: on paper each figure says its own unit
# What a sheet says of each row, and paper once.
_WHERE, _WHEN = 34, 34


@dataclass(frozen=True, slots=True)
class Table:
    """The first column names the rows; `unsaid` are those that only sheets need, `briefly` headings on paper.

    On paper `chart` stands above it, `below` is a column that is a line under its row, and `drawings`, one a
    row under the heading `drawn`, stand in a last column.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    chart: SafeString | str = ""
    notes: Sequence[str] = ()
    unsaid: Sequence[int] = ()
    below: int | None = None
    briefly: Mapping[int, str] = field(default_factory=dict)
    drawn: str = ""
    drawings: Sequence[SafeString | str] = ()

    @property
    def headings(self) -> list[Column]:
        """The columns on paper."""
        return [
            replace(column, heading=self.briefly.get(number, column.heading))
            for number, column in enumerate(self.columns)
            if number not in (*self.unsaid, self.below)
        ]

    @property
    def lines(self) -> list[list[tuple[str, bool]]]:
        """The rows on paper: what a cell says, and whether it stands at the right."""
        return [
            [
                (value.said, column.cell in _AT_THE_RIGHT)
                for number, (column, value) in enumerate(zip(self.columns, row, strict=True))
                if number not in (*self.unsaid, self.below)
            ]
            for row in self.rows
        ]

    @property
    def lines_drawn(self) -> list[tuple[list[tuple[str, bool]], SafeString | str, str]]:
        """The rows on paper, each with what is drawn at its end and what stands under it."""
        under = ["" if self.below is None else row[self.below].said for row in self.rows]
        return list(zip(self.lines, self.drawings or [""] * len(self.rows), under, strict=True))

    @property
    def shares(self) -> list[str]:
        """How wide each column is on paper, in per cent."""
        widths = [column.width or _NARROW for column in self.headings] + [_DRAWN] * bool(self.drawings)
        return [f"{width * 100 / sum(widths):.1f}" for width in widths]


class Method(Protocol):
    """How a figure is made, in words: a report, or its definition as an audit kept it."""

    @property
    def title(self) -> Text: ...
    @property
    def formula(self) -> Text: ...
    @property
    def population(self) -> Text: ...
    @property
    def not_said(self) -> Text: ...
    @property
    def source(self) -> Text: ...


@dataclass(frozen=True, slots=True)
class Document:
    """`facts` say what it is of: period, filters, who, when, why; `methods` how figures are made.

    `texts` are headings, each with paragraphs that somebody wrote.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    methods: Sequence[Method]
    remarks: Sequence[str] = ()
    texts: Sequence[tuple[str, str]] = ()
    marking: str = ""  # on each page
    made_at: datetime = field(default_factory=timezone.now)
    author: str = ""


def build(asked: Asked, actor: Actor, purpose: str, recipient: str = "") -> Document:
    """The document, for a reader in the active language."""
    question = asked.question(actor)
    district = question.districts[0]
    report = asked.report
    notes = _notes(asked, question, actor)
    if report is None:
        tables, remarks = _scorecard(asked, question)
    else:
        tables, remarks = _one(asked, report, question, notes), []
    now = timezone.now()
    return Document(
        title=asked.title,
        subtitle=f"{district.name}, {_period(asked, question)}",
        facts=[*_facts(asked, question, actor, purpose, now), *_noted(asked, notes)],
        tables=tables,
        methods=[report] if report else list(REPORTS.values()),
        remarks=remarks,
        marking=marking_of(actor, recipient, now),
        made_at=now,
        author=actor.name,
    )


def _facts(
    asked: Asked, question: Question, actor: Actor, purpose: str, now: datetime
) -> Iterator[tuple[str, str]]:
    district = question.districts[0]
    yield _("District"), f"{district.name} ({district.code})"
    so_far = say_so_far(asked.period, question.today)
    yield _("Period"), ", ".join(filter(None, (_days(asked.period), so_far)))
    yield from _status(asked, question)
    if told := say_reconstructed(replace(question, periods=(asked.period, asked.before)).recorded_since):
        yield _("History"), told
    yield _("Compared with"), _days(asked.before)
    yield _("Group by"), {By.FOCUS: _("community"), By.KIND: _("kind")}.get(asked.by, _("district"))
    yield (
        _("Kinds counted"),
        _("all") if asked.all_kinds else _("all except partners (such as schools) and culture and sport"),
    )
    yield _("Created by"), actor.name
    yield _("Reason"), words_of(purpose)
    yield _("Created at"), _moment(now)


def _status(asked: Asked, question: Question) -> Iterator[tuple[str, str]]:
    then = replace(question, periods=(asked.period,))
    late = late_records(then, [asked.report] if asked.report else REPORTS.values())
    status = status_with(late, then)
    yield _("Status"), f"{status.label}. {MEANINGS[status]}"
    yield from say_late(late)


def _notes(asked: Asked, question: Question, actor: Actor) -> list[PeriodNote]:
    """Notes on the days of the charts, in the order of their numbers there."""
    first = asked.period.run_up(RUN_UP)[0].since
    found = PeriodNote.objects.visible_to(actor).about(question.districts[0])
    return list(found.within(first, asked.period.until).in_order())


def _noted(asked: Asked, notes: Sequence[PeriodNote]) -> Iterator[tuple[str, str]]:
    """Those on days of the period itself."""
    for note in notes:
        if asked.period.overlaps(note.since, note.until):
            yield _("Note"), say_note(note)


def _period(asked: Asked, question: Question) -> str:
    """Its name; of one that runs, up to when it is counted."""
    return ", ".join(filter(None, (str(asked.period), say_so_far(asked.period, question.today))))


def _days(period: Period) -> str:
    """Its days, behind its name where it has one."""
    return f"{period.name} ({period.span})" if period.name else period.span


def _before(asked: Asked) -> str:
    """What heads the figures of the period it is compared with, in few letters."""
    return say_briefly(asked.before) if asked.before.name else _("Before")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def marking_of(actor: Actor, recipient: str, now: datetime) -> str:
    """Return what stands on each page: for whom the document is, who created it, and when."""
    names = {"recipient": recipient or actor.name, "name": actor.name, "at": _moment(now)}
    if not recipient:
        return _("Confidential. For %(name)s, %(at)s.") % names
    return _("Confidential. For %(recipient)s. Created by %(name)s, %(at)s.") % names


# --- The scorecard --------------------------------------------------------------------------------


def _scorecard(asked: Asked, question: Question) -> tuple[list[Table], list[str]]:
    run_up = asked.period.run_up(RUN_UP)
    lines_ = scorecard(REPORTS.values(), question, asked.period, asked.before, run_up)
    found = {line.report.slug: line for line in lines_}
    columns = [
        Column(_("Indicator"), width=34),
        Column(_("Number"), Cell.NUMBER, width=8),
        Column(_("Out of"), Cell.NUMBER, width=8),
        Column(_("What is counted"), width=34),
        Column(_("Figure"), Cell.SHARE, width=17),
        Column(_("Unit"), width=10),
        Column(_before(asked), Cell.SHARE, width=17),
        Column(_("Change (percentage points)"), Cell.NUMBER, width=19),
    ]
    below = len(columns)
    columns.append(Column(_("Additional figures"), width=60))
    said_once = [text(question.districts[0].name), text(_period(asked, question))]
    unsaid = (_UNIT, len(columns), len(columns) + 1)
    columns += [Column(_("District"), width=_WHERE), Column(_("Period"), width=_WHEN)]
    tables = []
    for title, slugs in GROUPS:
        here = [found[slug] for slug in slugs if slug in found]
        if not here:
            continue
        tables.append(
            Table(
                str(title),
                columns,
                [[*_indicator(line), *said_once] for line in here],
                unsaid=unsaid,
                below=below,
                briefly={_CHANGE: _("Change")},
                drawn=_("Last 12 periods"),
                drawings=[spark(line, palette=PRINT) for line in here],
            )
        )
    return tables, [_remark(remark) for remark in standing_out(found.values())]


def _remark(remark: Remark) -> str:
    return f"{remark.line.report.title}: {remark.text}"


def _indicator(line: Line) -> list[Value]:
    report, row = line.report, line.row
    return [
        text(str(report.title)),
        number(row.n if row else None),
        number(row.of if row else None),
        text(f"{label_of(report.n_label)} / {label_of(report.of_label)}"),
        stated(report, measured(line.value, report), line.said),
        text(_("percentage") if report.unit == "ratio" else say_unit(report.unit)),  # 0.62, not 62
        stated(report, measured(line.value_before, report), line.said_before),
        _change(line),
        stated_beside(line),
    ]


def _change(line: Line) -> Value:
    if not line.is_comparable or line.is_of_few:
        return text(line.change)
    change = change_of(line.value_before, line.value, line.report.unit)
    return Value(number(change).typed, line.change)


# --- One report -----------------------------------------------------------------------------------


def _one(asked: Asked, report: Report, question: Question, notes: Sequence[PeriodNote]) -> list[Table]:
    district = question.districts[0]
    run_up, periods = periods_of(asked.period, asked.before)
    periods = with_seasons(periods, asked.period, question.today)
    figures = table(report, replace(question, periods=periods))
    whole = Line(figures, district.code, asked.period, asked.before, run_up)
    return [
        _split(asked, report, question, whole),
        _over_time(report, district, whole, notes),
        _seasons(asked, whole),
    ]


def _seasons(asked: Asked, whole: Line) -> Table:
    """Three years side by side; a quarter to come is empty."""
    rows = seasons(asked.period)
    columns = [Column(_("Quarter"), width=12)]
    columns += [Column(str(quarter.since.year), width=28) for quarter in rows[0]]
    cells = [[text(str(nr)), *(_season(whole, quarter) for quarter in row)] for nr, row in enumerate(rows, 1)]
    return Table(_("Three years by season"), columns, cells)


def _season(whole: Line, quarter: Period) -> Value:
    row = whole.table.row(whole.group, quarter)
    return text(mark_of(whole.report, row, "").said if row else "")


def _over_time(report: Report, district: District, whole: Line, notes: Sequence[PeriodNote]) -> Table:
    """The district over twelve periods, and the notes that the chart has numbers of."""
    chart = on_paper(trend(whole, f"{report.title}, {district.name}", notes=notes, palette=PRINT))
    columns = [
        Column(_("Period"), width=26),
        Column(_("From"), Cell.DAY),
        Column(_("Before"), Cell.DAY),
        *columns_of(report),
    ]
    rows = [
        [
            text(", ".join(filter(None, (str(period), say_so_far(period, whole.table.question.today))))),
            Value(period.since, _day(period.since)),
            Value(period.until, _day(period.until)),
            *cells_of(report, row),
        ]
        for period in whole.run_up
        for row in [whole.table.row(district.code, period)]
    ]
    numbered = [f"{nr}. {say_note(note)}" for nr, note in enumerate(notes, 1)]
    return Table(_("Over time"), columns, rows, chart, numbered)


def _split(asked: Asked, report: Report, question: Question, whole: Line) -> Table:
    """The district and its parts; or a row for each community or kind, the district's total in a column."""
    district = question.districts[0]
    within = (
        District.objects.filter(parent=district).in_use(asked.period.since, asked.period.until).in_order()
    )
    _asked, found = split_up(report, question, asked.period, asked.before, asked.by, list(within))
    notes = [_("Every percentage is shown with its numbers. “n/a” means there was nothing to count.")]
    if asked.by == By.FOCUS:
        notes.append(
            _(
                "An organisation that represents several communities counts in each, so rows do not "
                "add up to the total."
            )
        )
    if whole.is_waiting:
        notes.append(
            _(
                "Some deadlines have not passed yet. These are not counted as missed, and the figure "
                "is not yet comparable."
            )
        )
    elif not whole.is_comparable:
        notes.append(_("This period is not over. Its figure is not yet comparable with a whole period."))
    first = {By.FOCUS: _("Community"), By.KIND: _("Kind")}.get(asked.by, _("District"))
    columns = [
        Column(first, width=34),
        *columns_of(report),
        Column(_before(asked), cell_of(report.unit), width=14),
    ]
    lines_, total = [(district.name, whole), *found], []
    if asked.is_split:
        lines_, total = found, [text(say_of(whole.row) if whole.row else "")]
        columns.append(Column(_("Total"), width=14))
    columns.append(Column(_("Period"), width=_WHEN))
    unsaid = (len(columns) - 1,)
    when = text(_period(asked, question))
    rows = [
        [
            text(name),
            *cells_of(report, line.row),
            stated(report, typed(line.value_before), line.said_before),
            *total,
            when,
        ]
        for name, line in lines_
    ]
    title = report_title(report, asked)
    if report.unit == "ratio":
        drawings = [meter(line.value, title=line.said, palette=PRINT) for _name, line in lines_]
        return Table(
            title, columns, rows, notes=notes, unsaid=unsaid, drawn=_("Shown in the chart"), drawings=drawings
        )
    marks = [mark_of(report, line.row, name) for name, line in found]
    says_nothing = len(marks) < 2 or all(mark.value is None for mark in marks)
    chart = "" if says_nothing else on_paper(bars_of(report, marks, palette=PRINT))
    return Table(title, columns, rows, chart, notes, unsaid)


def report_title(report: Report, asked: Asked) -> str:
    return f"{report.title}, {asked.period}"
