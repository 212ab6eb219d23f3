"""Format and checks of the exchange file `proximity-practices`, version 1 (docs/practices.md)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import city_files
from lib.canonical import canonical
from practices.codes import Translated
from practices.models import Adoption, EditorialReview, Practice
from practices.rules import QUESTIONS, REQUIRED

FORMAT: Final = "proximity-practices"
VERSION: Final = 1
MOST_BYTES: Final = 5_000_000
MOST_PRACTICES: Final = 200
MOST_NUMBER: Final = 100_000

PRACTICE: Final = (
    *("code", "edition", "phases", "strands", "kinds", "grounds", "level", "level_note", "size"),
    *("people_needed", "cost_note", "since", "contact", "licence", "confirmed_on", "confirm_by"),
)
TEXT: Final = ("language", "translated", *REQUIRED, "sources")
REVIEW: Final = ("id", "edition", *QUESTIONS, "level", "note", "signed_at")
ADOPTION: Final = (
    *("id", "city", "started_on", "what_we_changed", "came_of_it", "asked_communities", "asked_how"),
    *("would_again", "written_on"),
)
ATTACHMENTS: Final = "files"  # a member that a later version may have
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {"texts": TEXT, "reviews": REVIEW, "adoptions": ADOPTION}


class FileRefused(ValidationError):
    """A file that is rejected, with the reason."""


def build(*, city: str, made_at: datetime, rows: Iterable[Practice]) -> dict[str, Any]:
    """Return the document of practices of this city, without names of reviewers and districts."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "city": city,
        "made_at": f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
        "practices": [_practice_member(row) for row in rows],
    }


def read(content: bytes) -> dict[str, Any]:
    """Return the document of a file. Raises FileRefused for invalid contents or a wrong signature."""
    if len(content) > MOST_BYTES:
        raise FileRefused(_("The file is larger than 5 MB."), code="size")
    try:
        document = city_files.parse(content)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise FileRefused(
            _("This file cannot be read. Ask the city to send it again."), code="json"
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileRefused(_("This is not a file of practices."), code="format")
    if document.get("version") != VERSION:
        raise FileRefused(_("This file has another version. This system reads version 1."), code="version")
    _check_shape(document)
    try:
        is_canonical = canonical(document) == content
    except (TypeError, ValueError):
        is_canonical = False
    if not is_canonical:
        raise FileRefused(
            _("This file is not canonical JSON. It was changed after it was made."), code="canonical"
        )
    if city_files.SIGNATURE in document and not city_files.is_signed(document):
        raise FileRefused(
            _("The signature is wrong. The file was changed after it was signed."), code="signature"
        )
    return document


def title_of(practice: Mapping[str, Any]) -> str:
    """Return the original title of a file's practice."""
    titles = [text["title"] for text in practice["texts"] if text["translated"] == Translated.ORIGINAL]
    return str(titles[0]) if titles else str(practice["code"])


def _check_shape(document: Mapping[str, Any]) -> None:
    member_names = {"format", "version", "city", "made_at", "practices"}
    if document.keys() - {city_files.SIGNATURE} != member_names or not _is_text(document["city"]):
        raise _shape_error("")
    signature = document.get(city_files.SIGNATURE, {"alg": city_files.ALGORITHM, "key": "", "value": ""})
    if not _has_members(signature, ("alg", "key", "value")) or signature["alg"] != city_files.ALGORITHM:
        raise _shape_error(city_files.SIGNATURE)
    if not all(map(_is_text, (*signature.values(), document["made_at"]))):
        raise _shape_error(city_files.SIGNATURE)
    rows = document["practices"]
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_PRACTICES:
        raise _shape_error("practices")
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and ATTACHMENTS in row:
            raise FileRefused(
                _(
                    "Practice %(number)d has attachments, which this system does not read. "
                    "Ask the city to send the file without them."
                )
                % {"number": number},
                code="attachments",
            )
        if not _is_complete(row, (*PRACTICE, *_PARTS)):
            raise _shape_error(f"practices {number}")
        for part, names in _PARTS.items():
            if not all(_is_complete(member, names) for member in row[part]):
                raise _shape_error(f"practices {number}.{part}")
    codes = [row["code"] for row in rows]
    if len(codes) != len(set(codes)):
        raise _shape_error("practices")


def _has_members(value: Any, names: Iterable[str]) -> bool:
    return isinstance(value, dict) and value.keys() == set(names)


def _is_complete(value: Any, names: Iterable[str]) -> bool:
    """Whether a value has exactly these members, each of its type in `_TYPES` (by default a text)."""
    return _has_members(value, names) and all(
        _TYPES.get(name, _is_text)(member) for name, member in value.items()
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_day(value: Any) -> bool:
    return value is None or _is_text(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_NUMBER


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_sources(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(source, dict) and all(map(_is_text, source.values())) for source in value
    )


_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(_PARTS, _is_list),
    **dict.fromkeys(("phases", "strands", "kinds", "grounds"), _is_list_of_texts),
    **dict.fromkeys(("confirmed_on", "confirm_by"), _is_day),
    "sources": _is_sources,
    "edition": _is_number,
    "since": lambda value: value is None or _is_number(value),
    "asked_communities": lambda value: isinstance(value, bool),
}


def _shape_error(at: str) -> FileRefused:
    return FileRefused(
        _("This is not a file of practices of version 1: “%(at)s” is missing or wrong.") % {"at": at},
        code="shape",
    )


def _practice_member(row: Practice) -> dict[str, Any]:
    texts = row.texts.order_by("language")
    reviews = EditorialReview.objects.filter(practice=row, edition=row.edition).order_by("signed_at", "pk")
    adoptions = Adoption.objects.filter(practice=row).order_by("started_on", "pk")
    return {
        **_values(row, PRACTICE),
        "texts": [_values(text, TEXT) for text in texts],
        "reviews": [_values(review, REVIEW) for review in reviews],
        "adoptions": [_values(adoption, ADOPTION) for adoption in adoptions],
    }


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: _as_json_value(getattr(row, name)) for name in names}


def _as_json_value(value: Any) -> Any:
    """Return a value for JSON, with days, moments and IDs as texts."""
    if value is None or isinstance(value, str | bool | int | list):
        return str(value) if isinstance(value, str) else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
