"""HSDS calls with parameters: rows of the published files, filtered and paged."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lib.fold import fold
from publishing.queries.published_files import published_file
from publishing.site import write_json
from publishing.site.directory import FOLDER, PAGE, page_of

LISTS: Final = ("services", "organizations")
_CORE: Final = ("id", "name", "description", "status", "organization_id")
_LONGEST: Final = 200  # characters of a search

Record = dict[str, Any]


def directory_call(path: str, parameters: Mapping[str, str]) -> bytes | None:
    """Return the answer to an HSDS call, or None for an unknown path.

    Unknown and wrong parameters are ignored, because HSDS clients send parameters of their own.
    """
    name = path.strip("/").removesuffix(".json")
    if name == FOLDER:
        name = f"{FOLDER}/index"
    kind = name.removeprefix(f"{FOLDER}/")
    if kind not in LISTS or not parameters:
        published = published_file(f"{name}.json")
        return published[0] if published else None
    rows = [row for row in _all_rows(kind) if _matches(row, parameters)]
    size = min(_number(parameters.get("per_page"), PAGE), PAGE)
    page = page_of([_row_view(row, parameters) for row in rows], _number(parameters.get("page"), 1), size)
    return write_json(page)


def _all_rows(kind: str) -> Iterator[Record]:
    number, is_last = 1, False
    while not is_last:
        published = published_file(f"{FOLDER}/{kind}/page-{number}.json")
        page: Record = json.loads(published[0]) if published else {"last_page": True, "contents": []}
        yield from page["contents"]
        number, is_last = number + 1, page["last_page"]


def _matches(row: Record, parameters: Mapping[str, str]) -> bool:
    organisation: Record = row.get("organization") or row
    if (term_id := parameters.get("organization_id")) and organisation["id"] != term_id:
        return False
    if term_id := parameters.get("taxonomy_term_id"):
        attributes = [*row.get("attributes", ()), *organisation.get("attributes", ())]
        if term_id not in {attribute["taxonomy_term_id"] for attribute in attributes}:
            return False
    since, changed = _moment(parameters.get("modified_after", "")), row.get("last_modified")
    if since and changed and datetime.fromisoformat(changed) <= since:
        return False
    words = fold(parameters.get("search", "")[:_LONGEST])
    texts = (
        row["name"],
        row.get("description", ""),
        organisation["name"],
        organisation.get("description", ""),
    )
    return not words or any(words in fold(text) for text in texts)


def _row_view(row: Record, parameters: Mapping[str, str]) -> Record:
    """Return a row: whole, without nested rows (`full=false`), or its core fields (`minimal=true`)."""
    if parameters.get("minimal") == "true":
        return {name: row[name] for name in _CORE if name in row}
    if parameters.get("full") == "false":
        return {name: value for name, value in row.items() if not isinstance(value, list | dict)}
    return row


def _number(text: str | None, default: int) -> int:
    """Return a whole number from 1, or the default."""
    digits = (text or "")[:9]
    return max(1, int(digits)) if digits.isascii() and digits.isdigit() else default


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
