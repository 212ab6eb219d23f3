"""What is odd about a row, by kind: so that the rare is seen before what a thousand rows have."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Note = tuple[str, str]  # its kind, and what it says


class NoteKind(StrEnum):
    REFUSED = "refused"
    LEFT_OUT = "left_out"
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
    NoteKind.LEFT_OUT: _("Left out: not understood, or there is no field for it"),
    NoteKind.UNREADABLE: _("Characters that cannot be read"),
    NoteKind.PAST_HEADINGS: _("Left out: a cell under no heading"),
    NoteKind.SHORT: _("Shorter than the header"),
    NoteKind.DIFFERS: _("Rows of one organisation say different things"),
    NoteKind.KEPT: _("What a person wrote is kept"),
    NoteKind.ALIKE: _("Looks like another"),
    NoteKind.MORE: _("Several numbers or addresses in one row"),
    NoteKind.NOT_COUNTED: _("A value that does not count"),
    NoteKind.SAME: _("One with another row or record"),
}
