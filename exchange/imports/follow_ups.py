"""Follow-ups as a target of imports, including those done long ago."""

from collections.abc import Callable
from datetime import time
from functools import cache
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from exchange.imports import cells as read
from exchange.imports.fields import NUMBER, Field, field, fields
from exchange.imports.given import is_whole, read_fields
from exchange.imports.meeting_words import FOLLOW_UP_HEADINGS, FOLLOW_UP_KINDS, FOLLOW_UP_STATUSES
from exchange.imports.moments import ORDER, moment_reader
from exchange.imports.rowwise import NOTES, ParsedRow, RowImporter, row_target
from exchange.imports.typed_names import create_new, erase_new, organisations_reader
from exchange.models import ImportDraft
from lib.cleaning import clean_text
from lib.days import city_today, city_zone, moment_at
from meetings.codes import FollowUpKind, FollowUpStatus
from meetings.models import (
    FollowUp,
    FollowUpExternalId,
    FollowUpOrganisation,
    FollowUpPeriod,
    FormerFollowUpOrganisation,
)
from meetings.policies import can_edit_follow_up
from meetings.services.follow_ups import erase_follow_ups, write_follow_ups

_STATES: Final = (FollowUpStatus.OPEN, FollowUpStatus.IN_PROGRESS, FollowUpStatus.DONE)
_NOON: Final = time(12)
_NEEDED: Final = ("title", "due_on", "organisations")  # of a new follow-up


def _importer(actor: Actor, draft: ImportDraft) -> RowImporter:
    read_moment = moment_reader(draft, "due_on", _("Due"))
    find_organisations = cache(organisations_reader(actor, draft))

    def read_row(cells: Any) -> ParsedRow:
        is_whole_row, done = is_whole(cells, _NEEDED), cells.get("done_on", "")
        done_on = read.day(done, _("Done on")).isoformat() if done else ""
        if done_on > city_today().isoformat():
            raise ValidationError(_("Done on: %(day)s is in the future.") % {"day": done_on})
        promised_to = find_organisations(cells.get("organisations", ""))
        readers: dict[str, Callable[[], Any]] = {
            "title": lambda: read.required_text(cells.get("title", ""), _("Follow-up")),
            "kind": lambda: read.code(
                cells.get("kind", "") or FollowUpKind.OTHER, FollowUpKind.values, _("Kind")
            ),
            "due_on": lambda: read_moment(cells)[0].astimezone(city_zone()).date().isoformat(),
            "organisations": lambda: read.required_text(
                " ".join(read.organisation_keys(promised_to)), _("Promised to")
            ).split(),
            "owner": lambda: str(_owner(actor, cells.get("owner", "")).pk),
            "result": lambda: clean_text(cells.get("result", "")),
            "done_on": lambda: done_on,
        }
        parsed = read_fields(cells, is_whole_row, readers)
        if is_whole_row or done or cells.get("status"):
            status = cells.get("status", "") or (FollowUpStatus.DONE if done else FollowUpStatus.OPEN)
            parsed["status"] = read.code(status, [state.value for state in _STATES], _("Status"))
        notes = [
            *(read.time_left_out(done, _("Done on")) if done else []),
        ]
        return parsed | {
            NOTES: notes,
            "key": f"{parsed.get('due_on', '')} {' '.join(read.organisation_keys(promised_to))}",
        }

    return RowImporter(
        object_type="follow_up",
        model=FollowUp,
        own_models=frozenset(
            {FollowUpOrganisation, FormerFollowUpOrganisation, FollowUpExternalId, FollowUpPeriod}
        ),
        read=read_row,
        arguments=_arguments,
        current=_current,
        new=lambda _values: FollowUp(),
        write=lambda changes: write_follow_ups(actor, changes),
        erase=lambda rows: erase_follow_ups(actor, rows),
        may_edit=lambda row: can_edit_follow_up(actor, row),
        reads=("organisation_links__organisation",),
        label=lambda plain: str(plain.get("title", "")),
        needed=_NEEDED,
        named_by=("title",),
        shown_fields=("title", "kind", "due_on", "status", "done_on"),
        prepare=lambda: create_new(actor, draft),
        clear=lambda: erase_new(actor, draft),
        joined="organisations",
    )


def _owner(actor: Actor, text: str) -> User:
    """Return the owner by email or name, or the importer if the cell is empty."""
    return read.colleague(actor, text) if text else User.objects.get(pk=actor.id)


def _arguments(parsed: ParsedRow) -> dict[str, Any]:
    values = dict(parsed)
    if done_on := values.pop("done_on", ""):  # done on the day in the file, not today
        values["done_at"] = moment_at(read.day(done_on, ""), _NOON)
    if "due_on" in parsed:
        values["due_on"] = read.day(parsed["due_on"], "")
    if "owner" in parsed:
        values["owner"] = User.objects.get(pk=parsed["owner"])
    if "organisations" in parsed:
        values["organisations"] = read.organisations_by_keys(parsed["organisations"])
    return values


def _current(row: FollowUp) -> ParsedRow:
    ids = sorted(map(str, row.organisation_links.values_list("organisation", flat=True)))
    done = row.completed_at
    return {name: getattr(row, name) for name in ("title", "kind", "status", "result")} | {
        "due_on": row.due_on.isoformat(),
        "organisations": ids,
        "owner": str(row.owner_id),
        "done_on": read.day(done.isoformat(), "").isoformat() if done else "",
    }


TARGET: Final = row_target(
    name="follow_ups",
    title=gettext_lazy("Follow-ups"),
    fields=fields(
        FollowUp,
        *("title", "due_on"),
        Field("organisations", gettext_lazy("Promised to (organisations)"), is_needed=True),
        field(FollowUp, "kind", is_fixable=True, stems=FOLLOW_UP_KINDS),
        NUMBER,
        ORDER,
        field(
            FollowUp,
            "owner",
            label=gettext_lazy("Assigned to (email or name)"),
            is_needed=False,
            is_fixable=True,
        ),
        field(
            FollowUp,
            "status",
            is_fixable=True,
            codes=lambda _actor: {state.value: state.label for state in _STATES},
            stems=FOLLOW_UP_STATUSES,
        ),
        Field("done_on", gettext_lazy("Done on")),
        "result",
    ),
    headings=FOLLOW_UP_HEADINGS,
    importer=_importer,
    instead={name: [frozenset({NUMBER.name})] for name in _NEEDED},
    names_in="organisations",
)
