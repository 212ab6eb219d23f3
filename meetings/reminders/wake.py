"""Having due reminders sent now rather than at beat's next look."""

from lib import waking

SEND_DUE = "meetings.send_due_reminders"


def wake_on_commit() -> None:
    waking.wake_on_commit(SEND_DUE)
