"""Background tasks. Each is safe to run twice, also at once: rows show what is left to do."""

from celery import shared_task

from accounts.actors import SYSTEM
from districts.services.districts import RECORD_MOVES
from districts.services.redraws import carry_out_redraws
from lib.days import city_today
from meetings.services.district_moves import report_district_moves
from meetings.services.follow_up_series import make_next_follow_ups
from meetings.services.meeting_series import extend_all_series
from meetings.services.recounting import recount_after_upgrade

GO_ON = "meetings.go_on_with_series"


@shared_task(name=GO_ON)
def go_on_with_series() -> int:
    """Create the next meetings and follow-ups of all series."""
    today = city_today()
    return extend_all_series(today) + make_next_follow_ups(today)


@shared_task(name=RECORD_MOVES)
def tell_of_moves() -> int:
    return report_district_moves()


@shared_task(name="meetings.carry_out_redraws")
def redraw_on_the_day() -> int:
    """Redraw the districts that are due today."""
    return carry_out_redraws(SYSTEM, city_today())


@shared_task(name="meetings.recount_after_upgrade")
def recount() -> bool:
    return recount_after_upgrade()
