"""Search for a person in every text of every table.

The models say which columns hold text. The inventory says which of them have no typed text. The search reads
each table in parts, by key, and compares in Python, because texts are in any script and some are encrypted.
Only a privacy officer decides whether a match is about the person.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final
from urllib.parse import unquote_plus

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from jobs.models import Job, JobStatus
from jobs.services.kinds import JobRefused
from privacy import inventory
from privacy.codes import Matched, RequestStatus, Verdict
from privacy.models import DataRequest, Finding, HiddenText
from privacy.rules.finding import PersonSearch, person_search

BATCH: Final = 2_000  # rows read at once
MOST_FOUND: Final = 2_000  # matches above which a name is too common
COPY: Final = "copy"  # the kind of fields that repeat other texts
NAME: Final = "person_name"  # the kind of fields that make one name together
RANKS: Final = {Matched.EXACT: 0, Matched.PHONE: 1, Matched.EMAIL: 2, Matched.SIMILAR: 3, Matched.LINKED: 4}
_CONTACT: Final = "contacts.Contact"
#: Tables with a text of their own that refer to a contact: the reference, and the field to read.
LINKED: Final = {"meetings.FollowUp": ("contact", "title")}


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A text that may be about the person, with the matching stretches."""

    model: str
    object_id: str
    field: str
    matched: str
    passages: tuple[tuple[int, int], ...]
    text: str


def stopped_search(row: DataRequest) -> str | None:
    """Return why the search of a request stopped without a result; None if it is running or done."""
    if row.status != RequestStatus.SEARCHING or row.search_job is None:
        return None
    ended = Job.objects.filter(pk=row.search_job, status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
    return ended.values_list("message", flat=True).first()


def find_everywhere(
    row: DataRequest, progress: Callable[[int, int | None], None] = lambda _done, _total: None
) -> list[TextMatch]:
    """Return matches in all tables. `progress` gets the number of finished tables. Raises JobRefused."""
    terms = row.terms()
    search = person_search(terms["names"], terms["phones"], terms["emails"])
    tables = inventory.searched_tables()
    matches: list[TextMatch] = []
    for done, (label, names) in enumerate(tables.items()):
        tick = partial(progress, done, len(tables))
        for match in find_in(label, names, search, tick):
            matches.append(match)
            if len(matches) > MOST_FOUND:
                raise JobRefused(_("Too many findings. Enter a full name, and search again."))
    return [*matches, *_linked_rows(row, matches)]


def _linked_rows(row: DataRequest, matches: Sequence[TextMatch]) -> Iterator[TextMatch]:
    """Yield rows that refer to a found contact by ID alone: none of their texts names the person."""
    contacts = {match.object_id for match in matches if match.model == _CONTACT}
    contacts |= {str(row.contact_id)} if row.contact_id else set()
    known_rows = {(match.model, match.object_id) for match in matches}
    for label, (reference, field) in LINKED.items():
        rows = apps.get_model(label)._base_manager.filter(**{f"{reference}__in": contacts}).order_by("pk")
        for pk, text in rows.values_list("pk", field):
            if (label, str(pk)) not in known_rows:
                yield TextMatch(label, str(pk), field, Matched.LINKED, (), text)


def find_in(
    label: str, names: list[str], search: PersonSearch, tick: Callable[[], object] = lambda: None
) -> Iterator[TextMatch]:
    """Yield matches in these fields of a table."""
    name_columns = [name for name in names if inventory.field_of(label, name).kind == NAME]
    hidden = HiddenText.objects.texts([label])
    for part in _parts(apps.get_model(label), names, tick):
        if search.may_hit(chain(_texts_of_rows(label, names, part, name_columns), hidden.values())):
            rows = ((str(pk), dict(zip(names, values, strict=True))) for pk, *values in part)
            yield from _search_rows(label, rows, search, name_columns, hidden)


def _texts_of_rows(
    label: str, names: Sequence[str], part: Sequence[tuple[Any, ...]], together: Sequence[str]
) -> Iterator[str]:
    """Yield every text of these rows by column, and each name of several columns as one text."""
    columns = dict(zip(("pk", *names), zip(*part, strict=True), strict=True))
    for name in names:
        if inventory.field_of(label, name).kind == COPY:
            yield from (searched_text(label, name, value) for value in columns[name] if value)
        else:
            yield from (value if type(value) is str else text_of(value) for value in columns[name] if value)
    for parts in zip(*(columns[name] for name in together), strict=True):
        yield " ".join(filter(None, map(text_of, parts)))


def _search_rows(
    label: str,
    rows: Iterable[tuple[str, dict[str, Any]]],
    search: PersonSearch,
    together: Sequence[str],
    hidden: Mapping[tuple[str, str, str], str],
) -> Iterator[TextMatch]:
    """Yield matches in these rows, reading them one by one."""
    for pk, row in rows:
        if hidden:
            row |= {name: text for name in row if (text := hidden.get((label, pk, name)))}
        texts = {name: searched_text(label, name, value) for name, value in row.items() if value}
        if together:  # a given and a family name are one name
            texts = {together[0]: " ".join(filter(None, map(texts.get, together)))} | {
                name: text for name, text in texts.items() if name not in together
            }
        for name, text in texts.items():
            if hits := list(search.hits(text)):
                best = min((Matched(hit.matched) for hit in hits), key=lambda one: RANKS[one])
                passages = tuple((hit.start, hit.end) for hit in hits)
                yield TextMatch(label, pk, name, best, passages, text)


def searched_text(label: str, name: str, value: Any) -> str:
    """Return the text of a field to search. Web addresses in copies are also decoded."""
    text = text_of(value)
    if ("%" in text or "+" in text) and inventory.field_of(label, name).kind == COPY:
        return f"{text}\n{unquote_plus(text)}"
    return text


def text_of(value: Any) -> str:
    """Return the text of a field of any type. Texts in a list or in JSON are joined by lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(filter(None, map(text_of, [*value, *value.values()])))
    if isinstance(value, list | tuple | set):
        return "\n".join(filter(None, map(text_of, value)))
    return "" if value is None or isinstance(value, bool) else str(value)


def _parts(
    model: type[models.Model], names: list[str], tick: Callable[[], object]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table with values in these fields, in batches: the key, then the fields."""
    rows = model._base_manager.order_by("pk")
    if len(names) == 1 and isinstance(model._meta.get_field(names[0]), models.CharField | models.TextField):
        rows = rows.exclude(**{names[0]: ""})
    last_key = None
    while part := list(
        (rows if last_key is None else rows.filter(pk__gt=last_key)).values_list("pk", *names)[:BATCH]
    ):
        yield part
        last_key = part[-1][0]
        tick()


def is_edited(finding: Finding, match: TextMatch) -> bool:
    """Whether a text was edited that was not about the person, so that it needs a new verdict."""
    is_left = finding.verdict in (Verdict.SOMEBODY_ELSE, Verdict.UNSURE)
    return is_left and finding.text is not None and finding.text != match.text
