"""Notes about rows, by kind, so that the report can show rare kinds before frequent ones."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Note = tuple[str, str]  # kind and text


class NoteKind(StrEnum):
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    DESTROYED = "destroyed"
    UNREADABLE = "unreadable"
    PAST_HEADINGS = "past_headings"
    SHORT = "short"
    DIFFERS = "differs"
    KEPT = "kept"
    ALIKE = "alike"
    MORE = "more"
    NOT_COUNTED = "not_counted"
    SAME = "same"


KINDS: Final[dict[NoteKind, Promise]] = {
    NoteKind.REFUSED: _("Rejected"),
    NoteKind.LEFT_OUT: _("Skipped: not recognised, or no matching field"),
    NoteKind.DESTROYED: _(
        "Phone destroyed by the spreadsheet. In the source, format the column as text, enter or export the "
        "numbers again, and import the file again"
    ),
    NoteKind.UNREADABLE: _("Unreadable characters"),
    NoteKind.PAST_HEADINGS: _("Skipped: a cell without a heading"),
    NoteKind.SHORT: _("Row shorter than the header"),
    NoteKind.DIFFERS: _("Rows for one organisation differ"),
    NoteKind.KEPT: _("Text written by a person was kept"),
    NoteKind.ALIKE: _("Looks like another"),
    NoteKind.MORE: _("Several phone numbers or addresses in one row"),
    NoteKind.NOT_COUNTED: _("Ignored value"),
    NoteKind.SAME: _("Joined with another row or record"),
}
