"""Control limits of trends, as the textbooks work them out."""

import pytest

from reports.rules.control_limits import p_chart, xmr_chart


def test_a_share_has_limits_where_both_kinds_of_cases_are_enough() -> None:
    # p̄ = 60 of 300 = 0.2; half of 100 is 3·√(0.2·0.8/100) = 0.12
    wide, narrow, few, none = p_chart([(20, 100), (40, 200 - 20), (0, 20), None])
    assert wide == pytest.approx((0.2 - 0.12, 0.2 + 0.12))
    assert wide and narrow and narrow[1] - narrow[0] < wide[1] - wide[0]
    assert (few, none) == (None, None)
    assert p_chart([None, (0, 0)]) == [None, None]


def test_single_values_have_limits_from_eight_periods_on() -> None:
    values = [31.0, 33.0, 30.0, 34.0, 31.0, 33.0, 30.0, 34.0]
    # The mean is 32 and the mean moving range (2+3+4+3+2+3+4)/7 = 3.
    assert xmr_chart(values) == pytest.approx((32 - 2.66 * 3, 32 + 2.66 * 3))
    assert xmr_chart([*values[:7], None]) is None
