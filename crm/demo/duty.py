"""Demo shifts of the coming night: Sami in three districts until 08:00, and Sofia on call."""

from datetime import datetime, time, timedelta

from accounts.actors import actor_for
from accounts.models import DutyReason
from crm.demo.records import Book
from lib.days import city_day, city_zone
from meetings.services.shifts import plan_shift

NIGHT = (time(20), time(8))


def write_shifts(book: Book) -> None:
    """Plan the next night that has not begun, so that the demo is the same at every hour."""
    planner = actor_for(book.users["supervisor@demo.example"])
    begin, end = NIGHT
    day = city_day(book.now)
    starts_at = datetime.combine(day, begin, tzinfo=city_zone())
    if starts_at <= book.now:
        day += timedelta(days=1)
        starts_at = datetime.combine(day, begin, tzinfo=city_zone())
    ends_at = datetime.combine(day + timedelta(days=1), end, tzinfo=city_zone())
    hours = {"starts_at": starts_at, "ends_at": min(ends_at, starts_at + timedelta(hours=12))}
    for email, districts in (("officer.south@demo.example", "NOS"), ("supervisor@demo.example", "NS")):
        plan_shift(
            actor=planner,
            user=book.users[email],
            districts=[book.districts[code] for code in districts],
            reason=DutyReason.NIGHT_DUTY,
            **hours,
        )
