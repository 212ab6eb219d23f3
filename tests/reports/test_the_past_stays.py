"""What happens now changes no figure of a past period: each edit that once did."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from districts.models import District
from meetings.services.concerns import close_concern, reopen_concern
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    edit_follow_up,
    reopen_follow_up,
)
from reports.catalogue import REPORTS
from reports.questions import By, Question, ask
from tests.factories import make_organisation
from tests.reports.city import QUARTER, at, follow, make_city, make_concern, make_promise, old

pytestmark = pytest.mark.django_db

DUE = date(2024, 8, 12)


def figures(actor: Actor) -> dict[str, Any]:
    """All figures of the quarter, with the rows behind each number."""
    found: dict[str, Any] = {}
    for by in By:
        question = ask(actor, [QUARTER], by=by)
        for slug, report in REPORTS.items():
            if by in report.ways:
                found[f"{slug} by {by}"] = [
                    _read(report, row, question, actor) for row in report.rows(question)
                ]
    return found


def _read(report: Any, row: Any, question: Question, actor: Actor) -> tuple[Any, ...]:
    lists = {}
    for column in ("n", "rest", *(column.name for column in report.own_columns)):
        drill = report.drill(row, question, column)
        if drill is not None and drill.noun != "agreements":
            lists[column] = follow(drill, actor)
    return row, lists


def promises(north: District) -> dict[str, Any]:
    here = old(make_organisation(north))
    return {
        "kept": make_promise(here, due_on=DUE, done_at=at(DUE)),
        "late": make_promise(here, due_on=DUE, done_at=at(DUE + timedelta(days=9))),
        "missed": make_promise(here, due_on=DUE),
        "cancelled": make_promise(here, due_on=DUE, status="cancelled", cancel_reason="x"),
    }


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a missed follow-up is cancelled": lambda rows: cancel_follow_up(
        actor=SYSTEM, follow_up_id=rows["missed"].pk, reason="x"
    ),
    "it is done after all": lambda rows: complete_follow_up(actor=SYSTEM, follow_up_id=rows["missed"].pk),
    "its due date is moved": lambda rows: edit_follow_up(
        actor=SYSTEM, follow_up_id=rows["missed"].pk, due_on=timezone.localdate()
    ),
    "a cancelled one is restored": lambda rows: reopen_follow_up(
        actor=SYSTEM, follow_up_id=rows["cancelled"].pk
    ),
    "a kept one is reopened": lambda rows: reopen_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
    "a kept one is reopened by mistake and done again": lambda rows: (
        reopen_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
        complete_follow_up(actor=SYSTEM, follow_up_id=rows["kept"].pk),
    ),
    "a closed concern is reopened": lambda rows: reopen_concern(actor=SYSTEM, concern_id=rows["closed"].pk),
    "an answered concern is reopened": lambda rows: reopen_concern(
        actor=SYSTEM, concern_id=rows["answered"].pk
    ),
    "an open concern is closed": lambda rows: close_concern(actor=SYSTEM, concern_id=rows["open"].pk),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_happens_now_changes_no_past_figure(edit: str) -> None:
    _city, north, _south, actor = make_city()
    answered = at(DUE, 18)
    rows = promises(north) | {
        "open": make_concern(north, at(DUE)),
        "answered": make_concern(north, at(DUE), status="answered", answered_at=answered),
        "closed": make_concern(
            north, at(DUE), status="closed", answered_at=answered, closed_at=at(DUE + timedelta(days=3))
        ),
    }
    before = figures(actor)
    EDITS[edit](rows)
    assert figures(actor) == before
    question = ask(actor, [QUARTER], districts=[north.code])
    [row] = REPORTS["follow-ups"].rows(question)
    assert (row.n, row.of, row.late, row.not_done, row.cancelled) == (1, 3, 1, 1, 1)
    [row] = REPORTS["concerns"].rows(question)
    assert (row.n, row.of, row.closed) == (2, 3, 1)
