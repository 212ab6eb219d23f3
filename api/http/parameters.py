"""Strict parameters: reject unknown or repeated parameters and suggest the nearest known name."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from api.http.problems import Problem, bad_fields
from api.rules import nearest
from lib.days import is_plausible_day
from lib.filters import MAX_CODES, CodesField, FilterSet

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
PAGING = ("cursor", "limit", "count", "ordering", "fields", "expand")
MOST_ERRORS: Final = 20  # per response
MOST_SHOWN: Final = 100  # characters of a name from the caller
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def check_parameters(request: Request, known_names: Collection[str]) -> None:
    """Raise 400 for a parameter that is unknown, repeated, empty or not valid text."""
    errors = []
    for name, values in request.query_params.lists():
        if name not in known_names:
            meant = nearest(name, known_names)
            errors.append(_error(name, "unknown", _hint(_("Unknown parameter."), meant)))
        elif len(values) > 1:
            errors.append(
                _error(name, "repeated", _("Use this parameter only once. Separate codes with commas."))
            )
        elif "\0" in values[0]:
            errors.append(_error(name, "invalid", _("Must be text.")))
        elif not values[0].strip():
            errors.append(_empty(name))
        if len(errors) == MOST_ERRORS:
            break
    if errors:
        raise _refused(errors)


def check_body(data: Any, known_names: Collection[str], prefix: str = "") -> dict[str, Any]:
    """Return the body. Raises 400 if it is not an object or has unknown fields."""
    body = check_object(data, prefix)
    unknown = [name for name in body if name not in known_names]
    if unknown:
        raise bad_fields(
            [
                {
                    "pointer": f"{prefix}/{name[:MOST_SHOWN]}",
                    "code": "unknown",
                    "detail": _hint(_("Unknown field."), nearest(name, known_names)),
                }
                for name in unknown[:MOST_ERRORS]
            ]
        )
    return body


def check_members(
    data: Any, reader: serializers.BaseSerializer[Any], read_only: Collection[str] = (), prefix: str = ""
) -> None:
    """Raise 400 for fields, at any depth, that `reader` would silently ignore."""
    strangers = _strangers(check_object(data, prefix), reader, read_only, prefix)
    if errors := list(islice(strangers, MOST_ERRORS)):  # skip the costly hints for the rest
        raise bad_fields(errors)


def _strangers(
    data: dict[str, Any], reader: Any, read_only: Collection[str], prefix: str
) -> Iterator[dict[str, str]]:
    for name, value in data.items():
        field, pointer = reader.fields.get(name), f"{prefix}/{name[:MOST_SHOWN]}"
        if field is None and name in read_only:
            yield {"pointer": pointer, "code": "read_only", "detail": _("This field is read-only.")}
        elif field is None:
            detail = _hint(_("Unknown field."), nearest(name, reader.fields))
            yield {"pointer": pointer, "code": "unknown", "detail": detail}
        elif isinstance(field, serializers.ListSerializer) and isinstance(value, list):
            for number, child in enumerate(value):
                if isinstance(child, dict):
                    yield from _strangers(child, field.child, (), f"{pointer}/{number}")
        elif isinstance(field, serializers.Serializer) and isinstance(value, dict):
            yield from _strangers(value, field, (), pointer)


def check_object(data: Any, prefix: str = "") -> dict[str, Any]:
    """Return the body. Raises 400 if it is not an object."""
    if not isinstance(data, dict):
        raise bad_fields([{"pointer": prefix, "code": "invalid", "detail": _("Send a JSON object.")}])
    return data


def read_limit(request: Request, maximum: int | None = None) -> int:
    """Read `limit`: 1 to 200, default 50; or 1 to `most`, default `most`."""
    text = request.query_params.get("limit", str(maximum or DEFAULT_LIMIT))
    maximum = maximum or MAX_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= maximum):
        raise _bad("limit", _("Must be a number from 1 to %(n)d.") % {"n": maximum})
    return int(text)


def read_flag(request: Request, name: str, default: bool = False) -> bool:
    text = request.query_params.get(name)
    if text is None:
        return default
    if text not in ("true", "false"):
        raise _bad(name, _("Must be true or false."))
    return text == "true"


def read_choice(request: Request, name: str, known_words: Collection[str]) -> list[str]:
    """Read the comma-separated words of a parameter, without duplicates. Raises 400 for unknown words."""
    words = _read_list(request, name)
    for word in words:
        if word not in known_words:
            raise _bad(
                name,
                _hint(
                    _("“%(word)s” is not a valid value.") % {"word": word[:60]}, nearest(word, known_words)
                ),
            )
    return words


def read_word(request: Request, name: str, known_words: Collection[str], default: str) -> str:
    """Read one word from a list of known words."""
    words = read_choice(request, name, known_words) or [default]
    if len(words) > 1:
        raise _bad(name, _("Send only one value."))
    return words[0]


def read_texts(request: Request, name: str) -> list[str]:
    """Read at most 200 comma-separated codes. The query decides which of them exist."""
    texts = _read_list(request, name)
    if len(texts) > MAX_CODES:
        raise _bad(name, _("Send fewer values. The limit is %(n)d.") % {"n": MAX_CODES})
    return texts


def _read_list(request: Request, name: str) -> list[str]:
    """Split a parameter at its commas and drop duplicates. Raises 400 for empty values."""
    if name not in request.query_params:
        return []
    texts = request.query_params[name].split(",")
    if not all(text.strip() for text in texts):
        raise _refused([_empty(name)])
    return list(dict.fromkeys(texts))


def read_period(request: Request, since: str, until: str) -> tuple[date, date]:
    """Read two city dates, `YYYY-MM-DD`, the second after the first. Both are required."""
    first_day, end_day = _read_day(request, since), _read_day(request, until)
    if end_day <= first_day:
        raise _bad(until, _("“to” must be later than “from”. The period does not include the “to” date."))
    return first_day, end_day


def _read_day(request: Request, name: str) -> date:
    text = request.query_params.get(name, "")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not is_plausible_day(day):
        raise _bad(name, _("Enter a date, such as 2026-07-01."))
    return day


def bad_comparison(name: str) -> Problem:
    return _bad(name, _("Some of these dates do not exist in the period compared with."))


def period_in_future(name: str, detail: Any) -> Problem:
    errors = [_error(name, "period_in_future", str(detail))]
    return Problem(400, "period_in_future", _("This period has not started yet."), errors=errors)


def bad_rest(name: str) -> Problem:
    return _bad(name, _("Use the district parameter with one district to include its parts."))


def read_ordering(request: Request, orderings: Collection[str]) -> str:
    """Read `ordering`: `id` by default, or one of `orderings`, with `-` for descending order."""
    order = request.query_params.get("ordering", "id")
    if order.removeprefix("-") not in {"id", *orderings}:
        meant = nearest(order.removeprefix("-"), ["id", *orderings])
        raise _bad("ordering", _hint(_("You cannot sort by this field."), meant))
    return order


def check_filters(filters: FilterSet) -> None:
    """Raise 400 for an invalid filter value, or an empty value in a list."""
    lists = [name for name, filter_ in filters.filters.items() if issubclass(filter_.field_class, CodesField)]
    if empty := [name for name in lists if not all(text.strip() for text in filters.data[name].split(","))]:
        raise _refused([_empty(name) for name in empty])
    if filters.form.is_valid():
        return
    errors = [
        _error(name, error["code"] or "invalid", error["message"])
        for name, field_errors in filters.form.errors.get_json_data().items()
        for error in field_errors
    ]
    raise _refused(errors)


def bad_cursor() -> Problem:
    return _bad("cursor", _("This cursor is invalid or belongs to a list with a different order."))


def _bad(name: str, detail: str) -> Problem:
    return _refused([_error(name, "invalid", detail)])


def _refused(errors: list[dict[str, str]]) -> Problem:
    return Problem(400, "bad_parameter", _("Some parameters are invalid."), errors=errors)


def _empty(name: str) -> dict[str, str]:
    return _error(name, "empty", _("Enter a value or omit this parameter."))


def _error(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:MOST_SHOWN], "code": code, "detail": detail}


def _hint(text: str, meant: str | None) -> str:
    """Join two whole sentences: the error, and the nearest valid name."""
    return " ".join([text, _("Did you mean “%(word)s”?") % {"word": meant}]) if meant else text
