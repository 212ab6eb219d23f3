from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from lib.cleaning import assign
from meetings.models import Meeting
from reminders.models import Reminder


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_year_nobody_can_mean_is_refused(moment: datetime) -> None:
    with pytest.raises(ValidationError) as refused:
        assign(Meeting(), {"starts_at": moment})
    assert refused.value.message_dict.keys() == {"starts_at"}


def test_days_of_records_are_taken_as_they_are() -> None:
    reminder = Reminder()
    moment = datetime(1987, 1, 1, tzinfo=UTC)
    assert assign(reminder, {"occurrence": moment}) == ["occurrence"]
    assert date(1987, 1, 1) == reminder.occurrence.date()
