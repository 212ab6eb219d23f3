"""The constraints of a row are checked together, and each violated one is named."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


def test_what_keeps_every_rule_costs_one_question() -> None:
    organisation = make_organisation()
    with CaptureQueriesContext(connection) as asked:
        organisation.validate_constraints()
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) == 1


def test_each_rule_that_is_broken_is_named() -> None:
    organisation = make_organisation(kind="shelter")
    organisation.cadence_days, organisation.is_listed_publicly = 0, True
    with pytest.raises(ValidationError) as refused:
        organisation.validate_constraints()
    assert refused.value.messages == [
        "Enter a number of days between 1 and 730.",
        "A shelter cannot be listed publicly.",
    ]


def test_a_rule_about_what_is_left_out_is_not_asked() -> None:
    organisation = make_organisation()
    organisation.cadence_days = 0
    organisation.validate_constraints(exclude={"cadence_days"})
    organisation.kind = "none of them"
    with pytest.raises(ValidationError, match="Choose a kind from the list"):
        organisation.validate_constraints(exclude={"cadence_days"})
