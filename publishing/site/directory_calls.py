"""Calls of HSDS with parameters, from the published files: the same rows, chosen and paged."""

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

Thing = dict[str, Any]


def directory_call(path: str, given: Mapping[str, str]) -> bytes | None:
    """What a client of HSDS asks for under its folder. Unknown and wrong parameters are ignored.

    HSDS clients send parameters of their own, unlike those of our API.
    """
    name = path.strip("/").removesuffix(".json")
    if name == FOLDER:
        name = f"{FOLDER}/index"
    kind = name.removeprefix(f"{FOLDER}/")
    if kind not in LISTS or not given:
        found = published_file(f"{name}.json")
        return found[0] if found else None
    rows = [row for row in _all(kind) if _is_asked_for(row, given)]
    size = min(_number(given.get("per_page"), PAGE), PAGE)
    page = page_of([_as_asked(row, given) for row in rows], _number(given.get("page"), 1), size)
    return write_json(page)


def _all(kind: str) -> Iterator[Thing]:
    number, last = 1, False
    while not last:
        found = published_file(f"{FOLDER}/{kind}/page-{number}.json")
        page: Thing = json.loads(found[0]) if found else {"last_page": True, "contents": []}
        yield from page["contents"]
        number, last = number + 1, page["last_page"]


def _is_asked_for(row: Thing, given: Mapping[str, str]) -> bool:
    of: Thing = row.get("organization") or row
    if (wanted := given.get("organization_id")) and of["id"] != wanted:
        return False
    if wanted := given.get("taxonomy_term_id"):
        attributes = [*row.get("attributes", ()), *of.get("attributes", ())]
        if wanted not in {one["taxonomy_term_id"] for one in attributes}:
            return False
    since, changed = _moment(given.get("modified_after", "")), row.get("last_modified")
    if since and changed and datetime.fromisoformat(changed) <= since:
        return False
    words = fold(given.get("search", "")[:_LONGEST])
    texts = (row["name"], row.get("description", ""), of["name"], of.get("description", ""))
    return not words or any(words in fold(text) for text in texts)


def _as_asked(row: Thing, given: Mapping[str, str]) -> Thing:
    """The whole row; with `full=false` without the rows inside it; with `minimal=true` what identifies it."""
    if given.get("minimal") == "true":
        return {name: row[name] for name in _CORE if name in row}
    if given.get("full") == "false":
        return {name: value for name, value in row.items() if not isinstance(value, list | dict)}
    return row


def _number(text: str | None, usual: int) -> int:
    """A whole number from 1, or the usual one."""
    digits = (text or "")[:9]
    return max(1, int(digits)) if digits.isascii() and digits.isdigit() else usual


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
