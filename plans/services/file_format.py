"""Format of the comparison file of a plan (docs/verify/comparison.md). Nothing here reads the database.

A file is one object of canonical JSON. Its only free texts are titles, and the city's name and contact.
Numbers with a fraction are strings.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import city_files
from lib.canonical import canonical
from lib.city_files import sign as sign
from lib.city_files import write as write
from lib.fold import is_invisible
from plans.codes import ActionStatus, Direction, Source, Unit
from plans.models.goal import POINTS
from practices.codes import Strand

FORMAT: Final = "proximity-plan-comparison"
VERSION: Final = 1
MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 6_000
LEAST: Final = 5  # smaller numbers are hidden in a file
_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?")
_HEX: Final = re.compile(r"[0-9a-f]+")
_CODE: Final = re.compile(r"[a-z0-9_-]{1,40}")
_PRACTICE: Final = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(-[a-z0-9]+)*")

#: Raises FileRefused if a value is wrong. The second argument is the path of the value in the file.
Check = Callable[[Any, str], None]


class FileRefused(ValidationError):
    """A file is rejected. The message is the reason for people, `code` for programs."""


# --- The shape --------------------------------------------------------------------------------------------


def _fail(path: str) -> None:
    raise FileRefused(
        _("This is not a comparison file of version 1: “%(at)s” is missing or wrong.") % {"at": path},
        code="shape",
    )


def _text(longest: int, shortest: int = 1) -> Check:
    def check(value: Any, path: str) -> None:
        if (
            not isinstance(value, str)
            or not shortest <= len(value) <= longest
            or any(map(is_invisible, value))
        ):
            _fail(path)

    return check


def _whole_number(maximum: int = 10**12, minimum: int = 0) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            _fail(path)

    return check


def _choice(choices: Any) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str | int) or value not in choices:
            _fail(path)

    return check


def _match(pattern: re.Pattern[str]) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            _fail(path)

    return check


def _hex(digits: int) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or len(value) != digits or not _HEX.fullmatch(value):
            _fail(path)

    return check


def _day(value: Any, path: str) -> None:
    try:
        is_wrong = not isinstance(value, str) or date.fromisoformat(value).isoformat() != value
    except ValueError:
        is_wrong = True
    if is_wrong:
        _fail(path)


def _moment(value: Any, path: str) -> None:
    try:
        is_wrong = (
            not isinstance(value, str) or f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M:%SZ}" != value
        )
    except ValueError:
        is_wrong = True
    if is_wrong:
        _fail(path)


def _boolean(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        _fail(path)


def _or_null(check: Check) -> Check:
    return lambda value, path: None if value is None else check(value, path)


def _list(check: Check, limit: int = MOST_ROWS) -> Check:
    def check_all(value: Any, path: str) -> None:
        if not isinstance(value, list) or len(value) > limit:
            _fail(path)
        for number, member in enumerate(value, 1):
            check(member, f"{path} {number}")

    return check_all


def _object(*, optional: frozenset[str] = frozenset(), **members: Check) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict) or value.keys() | optional != members.keys() | optional:
            _fail(path)
        for name, check_member in members.items():
            if name in value:
                check_member(value[name], f"{path}.{name}" if path else name)

    return check


_PERIOD: Final = _object(since=_day, until=_day)
_NUMBERS: Final = _object(
    period=_PERIOD,
    n=_or_null(_whole_number()),
    of=_or_null(_whole_number()),
    value=_or_null(_match(_DECIMAL)),
    hidden=_boolean,
    vintage=_or_null(_whole_number(10_000, 1)),
)
_STRAND: Final = _choice(Strand.values)
_CITY: Final = _object(name=_text(120), country=_match(re.compile("[A-Z]{2}")), contact=_text(254, 0))
_PLAN: Final = _object(
    title=_text(160),
    language=_match(re.compile(r"[a-zA-Z-]{2,10}")),
    starts_on=_day,
    ends_on=_day,
    adopted_on=_day,
    strands=_list(_STRAND, len(Strand)),
)
_ACTION: Final = _object(
    title=_text(160),
    strand=_STRAND,
    status=_choice(ActionStatus.values),
    practice_code=_or_null(_match(_PRACTICE)),
    milestones=_object(due=_whole_number(), done=_whole_number(), moved=_whole_number()),
)
_INDICATOR: Final = _object(
    title=_text(160),
    source=_choice(Source.values),
    slug=_or_null(_match(_CODE)),
    definition=_or_null(_object(version=_whole_number(10_000, 1), settings=_hex(64))),
    unit=_choice(Unit.values),
    direction=_choice(Direction.values),
    baseline=_or_null(_NUMBERS),
    latest=_or_null(_NUMBERS),
    target=_or_null(_object(value=_match(_DECIMAL), on=_or_null(_day))),
)
_CONTEXT: Final = _object(
    organisations_counted=_or_null(_whole_number()),
    population=_or_null(_whole_number()),
    months_of_data=_whole_number(2_400),
    response_limit_hours=_whole_number(100_000),
    kinds_left_out=_list(_match(_CODE), 100),
)
_FILE: Final = _object(
    optional=frozenset({"signature"}),
    format=_choice([FORMAT]),
    version=_whole_number(),
    city=_CITY,
    made_at=_moment,
    period=_PERIOD,
    plan=_PLAN,
    goals=_list(_object(title=_text(160), strand=_STRAND, eccar_point=_or_null(_whole_number(POINTS, 1)))),
    actions=_list(_ACTION),
    indicators=_list(_INDICATOR),
    context=_CONTEXT,
    signature=_object(alg=_choice([city_files.ALGORITHM]), key=_hex(64), value=_hex(128)),
)

# --- Reading ----------------------------------------------------------------------------------------------


def read(content: bytes, today: date) -> dict[str, Any]:
    """Return the document of a file. Raises FileRefused for contents that the documentation does not allow.

    An unsigned file is allowed. If there is a signature, it must be valid. `today` is the day by which dates
    in the future are rejected.
    """
    if len(content) > MOST_BYTES:
        raise FileRefused(_("The file is larger than 1 MB."), code="size")
    document = _parse(content)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileRefused(_("This is not a comparison file of a plan."), code="format")
    if document.get("version") != VERSION:
        raise FileRefused(
            _("This file has version “%(version)s”. This system reads version 1.")
            % {"version": str(document.get("version"))[:20]},
            code="version",
        )
    _FILE(document, "")
    if canonical(document) != content:
        raise FileRefused(
            _("This file is not canonical JSON. It was changed after it was made."), code="canonical"
        )
    _check_consistency(document, today)
    if "signature" in document and not city_files.is_signed(document):
        raise FileRefused(
            _("The signature is wrong. The file was changed after it was signed."), code="signature"
        )
    return document


def _parse(content: bytes) -> Any:
    try:
        return city_files.parse(content)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise FileRefused(
            _("This file cannot be read. Ask the city to send it again."), code="json"
        ) from error


def _check_consistency(document: Mapping[str, Any], today: date) -> None:
    """Raise FileRefused if members of the file contradict each other, or if a period ends in the future."""
    plan, period = document["plan"], document["period"]
    spans = [(plan["starts_on"], plan["ends_on"]), (period["since"], period["until"])]
    for number, indicator in enumerate(document["indicators"], 1):
        for name in ("baseline", "latest"):
            if numbers := indicator[name]:
                path = f"indicators {number}.{name}"
                spans.append((numbers["period"]["since"], numbers["period"]["until"]))
                if numbers["n"] is not None and numbers["of"] is not None and numbers["n"] > numbers["of"]:
                    _fail(path)
                if indicator["unit"] == Unit.SHARE and float(numbers["value"] or 0) > 1:
                    _fail(path)
        if (indicator["source"] == Source.BOOK) != (
            indicator["slug"] is not None and indicator["definition"] is not None
        ):
            _fail(f"indicators {number}.slug")
    if any(since >= until for since, until in spans):
        _fail("period")
    end_days = [*(until for _since, until in spans[1:]), document["made_at"][:10]]
    if any(day > (today + timedelta(days=1)).isoformat() for day in end_days):
        raise FileRefused(_("This file has figures of days that are in the future."), code="future")
    for number, action in enumerate(document["actions"], 1):
        if action["milestones"]["done"] > action["milestones"]["due"]:
            _fail(f"actions {number}.milestones")
