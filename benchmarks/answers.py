"""Response times: API, search, paging depth, growth of the data, the Today page and reports."""

from collections.abc import Iterator, Mapping

from benchmarks.measuring import Patience, Sample, Target, alone, in_turns
from benchmarks.stack import Stack
from benchmarks.table import Row


def list_100(stack: Stack, patience: Patience) -> Iterator[Row]:
    yield from _by_key(stack, patience, "list", "API: list of 100", 4)


def detail(stack: Stack, patience: Patience) -> Iterator[Row]:
    yield from _by_key(stack, patience, "detail", "API: one organisation", 4)


def search(stack: Stack, patience: Patience) -> Iterator[Row]:
    for name, what in (("hits", "Search, many hits"), ("miss", "Search, none")):
        ours, floor = in_turns(_app(stack, name), _floor(stack, name), patience)
        yield Row(what, ours.median_ms, "ms", 1.5, floor.median_ms, notes=_p95(ours, floor))


def depth(stack: Stack, patience: Patience) -> Iterator[Row]:
    ours, top = in_turns(_app(stack, "deep"), _app(stack, "list"), patience)
    what = f"Cursor at row {stack.facts['depth']:,} against row 0"
    yield Row(what, ours.median_ms, "ms", 1.2, top.median_ms, notes=_p95(ours, top))


def today(stack: Stack, patience: Patience) -> Iterator[Row]:
    ours = alone(_app(stack, "today", "session"), patience)
    yield Row("Today page of an officer", ours.median_ms, "ms", 50, notes={"p95": ours.p95_ms})


def trail(stack: Stack, patience: Patience) -> Iterator[Row]:
    """Measure the cost of an activity log event per response, in one process without a network."""
    key = stack.facts["key"]["Authorization"]
    found = stack.ask_inside("benchmarks.trail", key, patience.seconds, patience.turns)
    yield Row("API: list of 100 with its event against without", found["with"], "ms", 1.25, found["without"])


def reports(stack: Stack, patience: Patience) -> Iterator[Row]:
    """Measure each report by the API, then all on one page. The target of the page is in milliseconds too."""
    for name in stack.facts["paths"]:
        if name.startswith("report-"):
            ours, floor = in_turns(_app(stack, name), _floor(stack, name), patience)
            what = f"Report of a quarter: {name.removeprefix('report-')}"
            yield Row(what, ours.median_ms, "ms", 4, floor.median_ms, notes=_p95(ours, floor))
    ours, floor = in_turns(_app(stack, "scorecard", "session"), _floor(stack, "scorecard"), patience)
    what = "District scorecard of a quarter"
    yield Row(what, ours.median_ms, "ms", 1.5, floor.median_ms, notes=_p95(ours, floor))
    yield Row(f"{what}, by the clock", ours.median_ms, "ms", 300, notes={"p95": ours.p95_ms})
    ours, floor = in_turns(
        _app(stack, "scorecard-history", "session"), _floor(stack, "scorecard-history"), patience
    )
    yield Row(f"{what}, with twelve", ours.median_ms, "ms", 1.5, floor.median_ms, notes=_p95(ours, floor))


def statements(stack: Stack, patience: Patience) -> Iterator[Row]:
    most = {
        "scorecard-history": 14,
        "list": 6,
        "hits": 6,
        "detail": 8,
        "today": 14,
        "scorecard": 15,  # one asks whether the trend is kept, and then saves the second request
        "report-coverage": 6,
    }
    for name, counted in stack.facts["counts"].items():
        yield Row(f"SQL statements: {name}", counted, "", most[name])


def person(stack: Stack, patience: Patience) -> Iterator[Row]:
    """The search for a person in all tables, which a background task does once for a data request."""
    found = stack.ask_inside("benchmarks.person")
    notes = {name: found[name] for name in ("meetings", "statements", "found")}
    yield Row("Privacy desk: search for a person", found["seconds"], "s", 60, notes=notes)


def growth(large: Stack, small: Stack, patience: Patience) -> Iterator[Row]:
    for name in ("list", "filter", "miss", "detail"):
        ours, before = in_turns(_app(large, name), _app(small, name), patience)
        what = f"{large.size:,} against {small.size:,}: {name}"
        yield Row(what, ours.median_ms, "ms", 1.5, before.median_ms, notes=_p95(ours, before))


def policies(stack: Stack, plain: Stack, patience: Patience) -> Iterator[Row]:
    """Measure what is answered where the database refuses rows, too, against where it does not."""
    for name, what, who in (
        ("list", "API: list of 100", "key"),
        ("detail", "API: one organisation", "key"),
        ("hits", "Search, many hits", "key"),
        ("miss", "Search, none", "key"),
        ("today", "Today page of an officer", "session"),
    ):
        ours, without = in_turns(_app(stack, name, who), _app(plain, name, who), patience)
        row = f"{what}, with policies against without"
        yield Row(row, ours.median_ms, "ms", 1.25, without.median_ms, notes=_p95(ours, without))


def _by_key(stack: Stack, patience: Patience, name: str, what: str, limit: float) -> Iterator[Row]:
    """Latency with one client, throughput with four."""
    ours, floor = in_turns(_app(stack, name), _floor(stack, name), patience)
    yield Row(what, ours.median_ms, "ms", limit, floor.median_ms, notes=_p95(ours, floor))
    ours, floor = in_turns(_app(stack, name), _floor(stack, name), patience, clients=4)
    yield Row(f"{what}, 4 clients", ours.rate, "/s", 1 / limit, floor.rate, at_least=True)


def _p95(ours: Sample, floor: Sample) -> dict[str, float]:
    return {"p95": ours.p95_ms, "floor's": floor.p95_ms}


def _app(stack: Stack, name: str, who: str = "key") -> Target:
    headers: Mapping[str, str] = stack.facts[who]
    return Target(stack.app_port, stack.facts["paths"][name], headers)


def _floor(stack: Stack, name: str) -> Target:
    paths = [f"/{name}"]
    if name == "detail":
        paths = [f"/detail/{path.rstrip('/').rpartition('/')[2]}" for path in stack.facts["paths"]["detail"]]
    return Target(stack.floor_port, paths)
