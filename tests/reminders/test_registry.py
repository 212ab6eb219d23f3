"""Every registered subject and rule is complete."""

from typing import get_args
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model
from django.utils import timezone

from incidents.rules import reminders
from meetings import rules
from meetings.models import Concern
from plans import rules as plans
from practices import rules as practices
from privacy.rules import reminding as privacy
from privacy.rules import retention
from publishing.rules import reminders as public
from reminders.models import Reminder, subjects
from reports.reminders import FIGURES_REVISED
from tests.factories import make_district, make_officer

RULES = [(subject.code, rule) for subject in subjects.SUBJECTS for rule in subject.known_rules]


def test_rules_have_one_owner_and_a_title() -> None:
    codes = [rule.code for _subject, rule in RULES]
    assert len(codes) == len(set(codes))
    assert all(subjects.title_of(code) not in ("", code) for code in codes)


def test_each_rule_is_registered() -> None:
    known = {rule.code for _subject, rule in RULES}
    assert known == {
        rules.MEETING_DAY_BEFORE,
        rules.MEETING_HOUR_BEFORE,
        rules.FOLLOW_UP_DAY_BEFORE,
        rules.FOLLOW_UP_WRITTEN,
        rules.FOLLOW_UP_DUE,
        rules.FOLLOW_UP_OVERDUE,
        rules.FOLLOW_UP_ESCALATED,
        rules.CADENCE_DIGEST,
        rules.CONCERN_RECEIVED,
        rules.SHIFT_BEGUN,
        rules.SHIFT_ENDS,
        rules.SHIFT_PLANNED,
        reminders.INCIDENT_CHOOSE,
        reminders.INCIDENT_GIVEN,
        reminders.INCIDENT_DUE,
        reminders.INCIDENT_LATE,
        reminders.INCIDENT_LATE_CITY,
        reminders.INCIDENT_LOOK_AGAIN,
        reminders.INCIDENT_MOVED,
        reminders.STEP_UNSEEN,
        reminders.SHIFT_HANDED_OVER,
        reminders.SHIFT_HANDOVER_UNSEEN,
        FIGURES_REVISED,
        reminders.PROTOCOL_REVIEW,
        plans.MILESTONE_DUE,
        plans.MILESTONE_LATE_KEEPER,
        plans.REVIEW_DUE,
        plans.VALUE_DUE,
        practices.PRACTICE_CONFIRM,
        practices.PRACTICE_RETIRED,
        practices.REVIEW_WAITING,
        practices.TAKEAWAY_TRIED,
        public.ENTRY_TO_APPROVE,
        public.REGISTRATION_WAITING,
        public.ROUTE_TEST_DUE,
        public.LISTING_REVIEW,
        privacy.REQUEST_DUE,
        privacy.REQUEST_LATE,
        privacy.CORRECTION_DUE,
        privacy.IDENTITY_UNANSWERED,
        privacy.NOTICE_UNANSWERED,
        privacy.BREACH_HOURS,
        retention.REVIEW_QUEUE,
        retention.RULE_REVIEW,
    }


def test_a_rule_without_words_says_nothing_instead_of_something_else() -> None:
    for subject in ("plan", "incident"):
        with pytest.raises(LookupError, match="plan_ends"):
            subjects.find_subject(subject).words("plan_ends", None)


def test_each_subject_has_a_page() -> None:
    assert all(subject.path(uuid4()).startswith("/") for subject in subjects.SUBJECTS)


def test_the_row_of_each_subject_has_a_name() -> None:
    """The list of reminders shows it. The page names a concern by its district."""
    rows = [get_args(type(subject).__orig_bases__[0])[0] for subject in subjects.SUBJECTS]  # type: ignore[attr-defined]  # set by Generic
    models = [row for row in rows if isinstance(row, type) and issubclass(row, Model)]
    assert len(models) == len(rows) - 2, "only a portfolio is a list, and a moved incident only a district"
    assert [model for model in models if model.__str__ is Model.__str__] == [Concern]


def test_codes_fit_their_columns() -> None:
    for subject, rule in RULES:
        Reminder(subject_type=subject, rule=rule.code).clean_fields(
            exclude={field.name for field in Reminder._meta.fields} - {"subject_type", "rule"}
        )


def make(rule: str) -> Reminder:
    return Reminder(
        rule=rule,
        subject_type="meeting",
        subject_id=uuid4(),
        recipient=make_officer(make_district()),
        channel="email",
        occurrence=timezone.now(),
    )


@pytest.mark.django_db
def test_a_rule_of_a_later_version_is_kept_and_named_by_its_code() -> None:
    reminder = make("plan_ends")
    reminder.validate_constraints()
    reminder.save()
    assert reminder.title == "plan_ends"


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["Plan ends", "plan-ends", "_plan", "plan\n"])
def test_a_rule_that_is_no_code_is_rejected(rule: str) -> None:
    reminder = make(rule)
    with pytest.raises(ValidationError, match="Use a rule that is registered"):
        reminder.validate_constraints()
    with pytest.raises(IntegrityError, match="reminder_rule_is_a_code"):
        reminder.save()
