"""Contents of a document of figures: tables, charts and notes, before they become CSV, XLSX or PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.codes import words_of
from districts.models import District, PeriodNote
from lib.sheets import Cell, Column, Sheet
from reports.charts import PRINT, meter
from reports.exports.cells import (
    Value,
    cell_of,
    cells_of,
    columns_of,
    extra_figures_cell,
    number_cell,
    page_cell,
    text_cell,
    typed_value,
    value_with_unit,
)
from reports.exports.data import data_sheet
from reports.exports.request import FigureRequest
from reports.exports.tables import Table
from reports.figures.charts import bars_of, on_paper, spark, trend
from reports.figures.kept_rows import revised_indicators, status_with
from reports.figures.quality import quality_notes
from reports.figures.remarks import Remark, remark_on_comparison, remarks_on_figures
from reports.figures.report import Report
from reports.figures.scorecard import (
    GROUPS,
    RUN_UP,
    Line,
    mark_of,
    periods_of,
    read_table,
    scorecard,
    split_up,
)
from reports.figures.scorecard import Table as FigureTable
from reports.figures.wording import (
    change_of,
    format_counts,
    format_note,
    format_so_far,
    label_of,
    reconstruction_note,
    short_period,
    unit_label_of,
)
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Text
from reports.queries.periods import Period, seasons, with_seasons
from reports.queries.questions import By, Question
from reports.queries.statuses import MEANINGS

_UNIT = 5  # column of the scorecard; on paper each figure has its own unit
# Widths of columns that a sheet repeats in each row and paper shows once.
_WHERE, _WHEN = 34, 34


class Method(Protocol):
    """Definition of a figure in words: a report, or the definition that an audit has stored."""

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
    """Document of figures: `facts` such as period, filters, author and reason, and `methods` of the figures.

    `texts` are headings, each with paragraphs that people have written. `data` are the figures of a report
    or scorecard, as rows for programs.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    methods: Sequence[Method]
    remarks: Sequence[str] = ()
    texts: Sequence[tuple[str, str]] = ()
    marking: str = ""  # on each page
    data: Sheet | None = None
    made_at: datetime = field(default_factory=timezone.now)
    author: str = ""


def build_document(request: FigureRequest, actor: Actor, purpose: str, recipient: str = "") -> Document:
    """Build the document in the active language."""
    question = request.question(actor)
    district = question.districts[0]
    report = request.report
    notes = _notes(request, question, actor)
    remarks: list[str] = []
    if report is None:
        tables, figures, remarks = _scorecard_tables(request, question)
    else:
        tables, figures = _report_tables(request, report, question, notes)
    made_at = timezone.now()
    marking = marking_of(actor, recipient, made_at)
    return Document(
        title=request.title,
        subtitle=f"{district.name}, {_period_text(request, question)}",
        facts=[*_facts(request, question, actor, purpose, made_at), *_note_facts(request, notes)],
        tables=tables,
        methods=[report] if report else list(REPORTS.values()),
        remarks=remarks,
        marking=marking,
        data=data_sheet(figures, district, marking),
        made_at=made_at,
        author=actor.name,
    )


def _facts(
    request: FigureRequest, question: Question, actor: Actor, purpose: str, made_at: datetime
) -> Iterator[tuple[str, str]]:
    district = question.districts[0]
    yield _("District"), f"{district.name} ({district.code})"
    so_far = format_so_far(request.period, question.today)
    yield _("Period"), ", ".join(filter(None, (_days_text(request.period), so_far)))
    yield from _status_facts(request, question)
    if history_text := reconstruction_note(
        replace(question, periods=(request.period, request.before)).recorded_since
    ):
        yield _("History"), history_text
    yield _("Compared with"), _days_text(request.before)
    yield _("Group by"), {By.FOCUS: _("community"), By.KIND: _("kind")}.get(request.by, _("district"))
    yield (
        _("Kinds counted"),
        _("all") if request.all_kinds else _("all except partners (such as schools) and culture and sport"),
    )
    yield _("Created by"), actor.name
    yield _("Reason"), words_of(purpose)
    yield _("Created at"), _time_text(made_at)


def _status_facts(request: FigureRequest, question: Question) -> Iterator[tuple[str, str]]:
    slugs = [request.report.slug] if request.report else list(REPORTS)
    revised = revised_indicators(question, request.period, slugs)
    status = status_with(question, request.period, revised)
    yield _("Status"), f"{status.label}. {MEANINGS[status]}"
    for slug in revised:
        yield _("Revised"), str(REPORTS[slug].title)


def _notes(request: FigureRequest, question: Question, actor: Actor) -> list[PeriodNote]:
    """Return the notes on days of the charts, in the order of their numbers in the charts."""
    first_day = request.period.run_up(RUN_UP)[0].since
    district_notes = PeriodNote.objects.visible_to(actor).about(question.districts[0])
    return list(district_notes.within(first_day, request.period.until).in_order())


def _note_facts(request: FigureRequest, notes: Sequence[PeriodNote]) -> Iterator[tuple[str, str]]:
    """Yield the notes on days of the period itself."""
    for note in notes:
        if request.period.overlaps(note.since, note.until):
            yield _("Note"), format_note(note)


def _period_text(request: FigureRequest, question: Question) -> str:
    """Return the name of the period and, if it is running, the last counted day."""
    return ", ".join(filter(None, (str(request.period), format_so_far(request.period, question.today))))


def _days_text(period: Period) -> str:
    """Return the name of a period with its days, or the days alone."""
    return f"{period.name} ({period.span})" if period.name else period.span


def _heading_before(request: FigureRequest) -> str:
    """Return the short heading of the compared period."""
    return short_period(request.before) if request.before.name else _("Before")


def _day_text(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _time_text(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def marking_of(actor: Actor, recipient: str, made_at: datetime) -> str:
    """Return the marking of each page: recipient, author and time."""
    names = {"recipient": recipient or actor.name, "name": actor.name, "at": _time_text(made_at)}
    if not recipient:
        return _("Confidential. For %(name)s, %(at)s.") % names
    return _("Confidential. For %(recipient)s. Created by %(name)s, %(at)s.") % names


# --- The scorecard --------------------------------------------------------------------------------


def _scorecard_tables(
    request: FigureRequest, question: Question
) -> tuple[list[Table], list[FigureTable], list[str]]:
    run_up = request.period.run_up(RUN_UP)
    lines = scorecard(REPORTS.values(), question, request.period, request.before, run_up)
    lines_by_slug = {line.report.slug: line for line in lines}
    columns = [
        Column(_("Indicator"), width=34),
        Column(_("Number"), Cell.NUMBER, width=8),
        Column(_("Out of"), Cell.NUMBER, width=8),
        Column(_("What is counted"), width=34),
        Column(_("Figure"), Cell.SHARE, width=17),
        Column(_("Unit"), width=10),
        Column(_heading_before(request), Cell.SHARE, width=17),
        Column(_("Change"), Cell.NUMBER, width=19),
    ]
    below = len(columns)
    columns.append(Column(_("Additional figures"), width=60))
    place_and_time = [text_cell(question.districts[0].name), text_cell(_period_text(request, question))]
    sheet_only = (_UNIT, len(columns), len(columns) + 1)
    columns += [Column(_("District"), width=_WHERE), Column(_("Period"), width=_WHEN)]
    tables = []
    for title, slugs in GROUPS:
        group_lines = [lines_by_slug[slug] for slug in slugs if slug in lines_by_slug]
        if not group_lines:
            continue
        tables.append(
            Table(
                str(title),
                columns,
                [[*_indicator_cells(line), *place_and_time] for line in group_lines],
                sheet_only=sheet_only,
                below=below,
                drawing_heading=_("Last 12 periods"),
                drawings=[spark(line, palette=PRINT) for line in group_lines],
            )
        )
    remarks = [_remark_text(remark) for remark in remarks_on_figures(lines_by_slug.values())]
    remarks.append(remark_on_comparison(lines))
    return tables, [line.table for line in lines], remarks


def _remark_text(remark: Remark) -> str:
    return f"{remark.line.report.title}: {remark.text}"


def _indicator_cells(line: Line) -> list[Value]:
    report, row = line.report, line.row
    return [
        text_cell(str(report.title)),
        number_cell(row.n if row else None),
        number_cell(row.of if row else None),
        text_cell(f"{label_of(report.n_label)} / {label_of(report.of_label)}"),
        page_cell(report, value_with_unit(line.value, report), line.text, row),
        text_cell(_("percentage") if report.unit == "ratio" else unit_label_of(report.unit)),  # 0.62, not 62
        page_cell(report, value_with_unit(line.value_before, report), line.text_before, line.row_before),
        _change_cell(line),
        extra_figures_cell(line),
    ]


def _change_cell(line: Line) -> Value:
    if not line.is_comparable or line.is_of_few:
        return text_cell(line.change)
    change = change_of(line.value_before, line.value, line.report.unit)
    return Value(number_cell(change).typed, line.change)


# --- One report -----------------------------------------------------------------------------------


def _report_tables(
    request: FigureRequest, report: Report, question: Question, notes: Sequence[PeriodNote]
) -> tuple[list[Table], list[FigureTable]]:
    district = question.districts[0]
    run_up, periods = periods_of(request.period, request.before)
    periods = with_seasons(periods, request.period, question.today)
    figures = read_table(report, replace(question, periods=periods))
    total = Line(figures, district.code, request.period, request.before, run_up)
    parts = (
        District.objects.filter(parent=district).in_use(request.period.since, request.period.until).in_order()
    )
    _asked, group_lines = split_up(report, question, request.period, request.before, request.by, list(parts))
    tables = [
        _group_table(request, report, question, total, group_lines),
        _trend_table(report, district, total, notes),
        _season_table(request, total),
    ]
    return tables, [figures, *(line.table for _name, line in group_lines[:1])]


def _season_table(request: FigureRequest, total: Line) -> Table:
    """Return the quarters of three years side by side. A future quarter is empty."""
    rows = seasons(request.period)
    columns = [Column(_("Quarter"), width=12)]
    columns += [Column(str(quarter.since.year), width=28) for quarter in rows[0]]
    cells = [
        [text_cell(str(nr)), *(_quarter_cell(total, quarter) for quarter in row)]
        for nr, row in enumerate(rows, 1)
    ]
    return Table(_("Three years by season"), columns, cells)


def _quarter_cell(total: Line, quarter: Period) -> Value:
    row = total.table.row(total.group, quarter)
    return text_cell(mark_of(total.report, row, "").text if row else "")


def _trend_table(report: Report, district: District, total: Line, notes: Sequence[PeriodNote]) -> Table:
    """Return the district over twelve periods, with the notes that are numbered in the chart."""
    chart = on_paper(trend(total, f"{report.title}, {district.name}", notes=notes, palette=PRINT))
    columns = [
        Column(_("Period"), width=26),
        Column(_("From"), Cell.DAY),
        Column(_("Before"), Cell.DAY),
        *columns_of(report),
    ]
    rows = [
        [
            text_cell(
                ", ".join(filter(None, (str(period), format_so_far(period, total.table.question.today))))
            ),
            Value(period.since, _day_text(period.since)),
            Value(period.until, _day_text(period.until)),
            *cells_of(report, row),
        ]
        for period in total.run_up
        for row in [total.table.row(district.code, period)]
    ]
    numbered = [f"{nr}. {format_note(note)}" for nr, note in enumerate(notes, 1)]
    return Table(_("Over time"), columns, rows, chart, numbered)


def _group_table(
    request: FigureRequest,
    report: Report,
    question: Question,
    total_line: Line,
    group_lines: Sequence[tuple[str, Line]],
) -> Table:
    """Return the district and its parts, or each community or kind with the district's total in a column."""
    district = question.districts[0]
    notes = [_("Every percentage is shown with its numbers. “n/a” means there was nothing to count.")]
    if request.by == By.FOCUS:
        notes.append(
            _(
                "An organisation that represents several communities counts in each, so rows do not "
                "add up to the total."
            )
        )
    notes += map(str, quality_notes(report, total_line.row))
    if not total_line.is_comparable:
        notes.append(_("This period is not over. Its figure is not yet comparable with a whole period."))
    group_heading = {By.FOCUS: _("Community"), By.KIND: _("Kind")}.get(request.by, _("District"))
    columns = [
        Column(group_heading, width=34),
        *columns_of(report),
        Column(_heading_before(request), cell_of(report.unit), width=14),
    ]
    lines, total_cells = [(district.name, total_line), *group_lines], []
    if request.is_split:
        lines, total_cells = (
            list(group_lines),
            [text_cell(format_counts(total_line.row) if total_line.row else "")],
        )
        columns.append(Column(_("Total"), width=14))
    columns.append(Column(_("Period"), width=_WHEN))
    sheet_only = (len(columns) - 1,)
    period_cell = text_cell(_period_text(request, question))
    rows = [
        [
            text_cell(name),
            *cells_of(report, line.row),
            page_cell(report, typed_value(line.value_before), line.text_before, line.row_before),
            *total_cells,
            period_cell,
        ]
        for name, line in lines
    ]
    title = report_title(report, request)
    if report.unit == "ratio":
        drawings = [meter(line.value, title=line.text, palette=PRINT) for _name, line in lines]
        return Table(
            title,
            columns,
            rows,
            notes=notes,
            sheet_only=sheet_only,
            drawing_heading=_("Shown in the chart"),
            drawings=drawings,
        )
    marks = [mark_of(report, line.row, name) for name, line in group_lines]
    is_empty_chart = len(marks) < 2 or all(mark.value is None for mark in marks)
    chart = "" if is_empty_chart else on_paper(bars_of(report, marks, palette=PRINT))
    return Table(title, columns, rows, chart, notes, sheet_only)


def report_title(report: Report, request: FigureRequest) -> str:
    return f"{report.title}, {request.period}"
