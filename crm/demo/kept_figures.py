"""Keep the demo's figures. One quarter is then revised by a meeting entered late."""

from datetime import date, timedelta

from accounts.actors import actor_for
from crm.demo.records import Book
from lib.days import city_day
from meetings.codes import MeetingKind
from meetings.services.held_meetings import log_meeting
from reports.queries.periods import Period, quarter_of
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period


def write_kept_figures(book: Book) -> None:
    """Keep the quarters that audits, releases and the plan need, as if nights had run, and revise one.

    The worker keeps the other quarters and the years in its first night.
    """
    today = city_day(book.now)
    quarters = [quarter_of(today).back(number) for number in (3, 2, 1)]
    revised, final = [quarter for quarter in quarters if final_on(quarter) <= today][-2:]
    before_plan = quarter_of(date(today.year - 1, 1, 1)).previous()
    for quarter in sorted({before_plan, final.a_year_before(), revised, final}):
        keep_period(quarter, final_on(quarter), with_old=True)
    _enter_meeting_late(book, revised)
    recount_period(revised)


def _enter_meeting_late(book: Book, period: Period) -> None:
    district = book.districts["N"]
    organisation = next(row for row in book.organisations if row.home_district_id == district.pk)
    log_meeting(
        actor=actor_for(book.officers["N"][0]),
        kind=MeetingKind.VISIT,
        subject="Visit, entered late",
        district=district,
        starts_at=period.ends_at - timedelta(days=9, hours=6),
        organisations=[{"organisation": organisation}],
    )
