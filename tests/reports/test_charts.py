"""Charts, checked by what they draw: positions of values, labels, and texts for screen readers."""

from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from reports.charts import PRINT, SCREEN, Mark, bars, lines, meter, sparkline
from reports.charts.canvas import clip, ticks
from reports.figures.wording import format_change, format_value

SHARES = [
    Mark("Northgate", 0.5, "50%, 5 of 10"),
    Mark("Harbour & Quay <b>", 1.0, "100%, 4 of 4"),
    Mark("Old Town", None, "n/a"),
]


def percent(value: float) -> str:
    return format_value(value, "ratio")


def parts(drawn: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(drawn).iter(tag))  # noqa: S314 (drawn by the code under test)


def texts(drawn: str) -> list[str]:
    return [str(one.text) for one in parts(drawn, "text")]


def bar_chart(marks: Sequence[Mark] = SHARES, **changes: object) -> str:
    words = {"title": "Organisations met", "unit": "ratio", "unit_label": "per cent", "tick_label": percent}
    return bars(marks, **(words | changes))


def line_chart(marks: Sequence[Mark] = SHARES, **changes: object) -> str:
    words = {"title": "Organisations met", "unit": "ratio", "unit_label": "per cent", "tick_label": percent}
    return lines(marks, **(words | changes))


def test_a_bar_is_as_long_as_its_value() -> None:
    half, whole = (float(one.get("width", "")) for one in parts(bar_chart(), "rect"))
    assert half * 2 == whole


def test_what_has_no_value_has_no_bar_and_says_so() -> None:
    assert len(parts(bar_chart(), "rect")) == 2
    assert "n/a" in texts(bar_chart())


def test_every_chart_is_read_out_whole() -> None:
    for drawn in (bar_chart(), line_chart(), sparkline(SHARES, title="Organisations met", unit="ratio")):
        svg = ET.fromstring(drawn)  # noqa: S314 (drawn by the code under test)
        assert svg.get("role") == "img"
        assert (svg[0].tag, svg[0].text) == ("title", "Organisations met")
        assert (svg[1].tag, svg[1].text) == (
            "desc",
            "Northgate: 50%, 5 of 10; Harbour & Quay <b>: 100%, 4 of 4; Old Town: n/a",
        )


def test_an_axis_has_its_unit_and_starts_at_nothing() -> None:
    for drawn in (bar_chart(), line_chart()):
        assert "per cent" in texts(drawn)
        assert [one for one in texts(drawn) if one in {"0%", "50%", "100%"}] == ["0%", "50%", "100%"]


def test_a_name_cannot_draw() -> None:
    assert "<b>" not in bar_chart()


def test_a_line_breaks_where_there_is_no_value() -> None:
    values = [0.1, 0.2, None, 0.4, 0.5, None, 0.7]
    drawn = line_chart([Mark(str(n), value, "") for n, value in enumerate(values)])
    runs = [str(one.get("points")).split() for one in parts(drawn, "polyline")]
    assert [len(run) for run in runs] == [2, 2]
    assert len(parts(drawn, "circle")) == 5 + 1  # each value, and the last one larger


def test_a_higher_value_stands_higher() -> None:
    drawn = line_chart([Mark("a", 0.2, ""), Mark("b", 0.6, ""), Mark("c", 1.0, "")])
    heights = [float(point.split(",")[1]) for point in str(parts(drawn, "polyline")[0].get("points")).split()]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    assert heights[0] > heights[2]


def test_two_charts_on_one_scale_can_be_compared() -> None:
    mark = [Mark("a", 10, "10"), Mark("b", 10, "10")]
    for top, other in ((10, 20), (20, 40)):
        low = line_chart(mark, unit="count", top=other, tick_label=str)
        high = line_chart(mark, unit="count", top=top, tick_label=str)
        assert str(parts(low, "polyline")[0].get("points")) != str(parts(high, "polyline")[0].get("points"))


def test_labels_of_many_periods_do_not_overlap() -> None:
    months = [Mark(f"September 20{n}", 0.5, "50%") for n in range(10, 22)]
    written = [one for one in parts(line_chart(months), "text") if str(one.text).startswith("September")]
    places = [float(one.get("x", "")) for one in written]
    assert 2 <= len(places) < 12
    assert all(b - a > 70 for a, b in pairwise(places))


def test_paper_has_its_own_colours() -> None:
    """WeasyPrint would print a CSS custom property as black."""
    assert "var(" in bar_chart(palette=SCREEN)
    for drawn in (
        bar_chart(palette=PRINT),
        line_chart(palette=PRINT),
        meter(0.5, palette=PRINT),
        sparkline(SHARES, title="x", unit="ratio", palette=PRINT),
    ):
        assert "var(" not in drawn
        assert PRINT.accent in drawn


def test_nothing_is_styled_inline() -> None:
    """The content security policy forbids inline styles."""
    for drawn in (bar_chart(), line_chart(), meter(0.3), meter(None)):
        assert "style" not in drawn


def test_a_meter_is_not_read_out_and_shows_what_it_is_of() -> None:
    whole, part = parts(meter(0.25), "rect")
    assert float(part.get("width", "")) == 30
    assert float(whole.get("width", "")) == 119
    assert ET.fromstring(meter(0.25)).get("aria-hidden") == "true"  # noqa: S314 (drawn by the code under test)
    assert len(parts(meter(None), "rect")) == 1


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (1, [0, 0.5, 1]),
        (0.9, [0, 0.5, 1]),
        (17, [0, 5, 10, 15, 20]),
        (0, [0, 1]),
        (1234, [0, 500, 1000, 1500]),
    ],
)
def test_an_axis_has_round_numbers(top: float, steps: list[float]) -> None:
    assert list(ticks(top, "count")) == steps
    assert list(ticks(top, "ratio")) == [0, 0.25, 0.5, 0.75, 1]


def test_a_long_name_is_shortened() -> None:
    assert clip("Residents’ association of the Upper Westhill", 120).endswith("…")
    assert clip("Harbour", 120) == "Harbour"


def test_changes_are_said_in_points_and_days() -> None:
    assert format_change(0.40, 0.52, "ratio") == "+12 points"
    assert format_change(0.41, 0.40, "ratio") == "−1 point"
    assert format_change(12, 9, "days") == "−3 days"
    assert format_change(0.4, 0.4, "ratio") == "no change"
    assert format_change(None, 0.4, "ratio") == ""


def test_figures_are_said_with_their_unit() -> None:
    assert format_value(0.395, "ratio") == "40%"
    assert format_value(None, "ratio") == "n/a"
    assert format_value(1, "days") == "1 day"
    assert format_value(47.5, "days") == "47.5 days"
    assert format_value(3.52, "per_week") == "3.5 a week"
    assert format_value(1200, "count") == "1,200"
