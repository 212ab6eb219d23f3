"""Revised figures of the reader's districts: before, after, and how many records changed."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.middleware import ActorRequest
from accounts.models import User
from audit.models import Event
from pages.form_pages import form_page
from pages.lookups import refuse_unless
from privacy.policies import can_inquire
from reports.figures.kept_rows import row_of
from reports.figures.revisions import Revised, revised_figures
from reports.figures.scorecard import format_figure
from reports.figures.wording import format_counts
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure
from reports.policies import can_read_reports
from reports.queries.periods import Period
from reports.services.revisions import look_at_revisions

MOST: Final = 60


class RevisionRow(NamedTuple):
    """A revised figure in words. `names` are those who changed records, for readers of the activity log."""

    title: str
    district: str
    period: Period
    before: str
    after: str
    changed: int
    figure: KeptFigure
    names: list[str]


@form_page
def revisions_page(request: ActorRequest) -> HttpResponse:
    """The newest revisions. The button removes them from Today until there are others."""
    refuse_unless(can_read_reports(request.actor))
    if request.method == "POST":
        look_at_revisions(actor=request.actor)
        return redirect("revisions")
    revised = revised_figures(request.actor, MOST)
    names = _names(revised) if can_inquire(request.actor) else {}
    rows = [_row(row, sorted({names[pk] for pk in row.events if pk in names})) for row in revised]
    is_new = KeptFigure.objects.visible_to(request.actor).not_looked_at(request.actor.id).exists()
    return render(request, "pages/reports/revisions.html", {"rows": rows, "is_new": is_new})


def _row(revised: Revised, names: list[str]) -> RevisionRow:
    figure = revised.figure
    return RevisionRow(
        str(REPORTS[figure.indicator].title),
        figure.kept_period.district.name,
        Period(figure.kept_period.since, figure.kept_period.until),
        _in_words(revised.before),
        _in_words(figure),
        revised.changed,
        figure,
        names,
    )


def _in_words(figure: KeptFigure) -> str:
    report = REPORTS[figure.indicator]
    row: Any = row_of(report, figure, "")
    text = format_figure(report, row)
    return f"{text}, {format_counts(row)}" if report.unit == "ratio" and row.of and "%" in text else text


def _names(revised: Iterable[Revised]) -> dict[Any, str]:
    """Return the names of those who wrote the events, by event."""
    ids = {pk for row in revised for pk in row.events}
    actors = dict(Event.objects.filter(pk__in=ids, actor_kind="user").values_list("pk", "actor_id"))
    users = dict(User.objects.filter(pk__in=actors.values()).values_list("pk", "name"))
    return {pk: users[actor_id] for pk, actor_id in actors.items() if actor_id in users}
