"""Hints for notes that contain personal details the work rarely needs.

Users can keep the words with a reason.
"""

from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from audit.codes import ReasonCode
from lib.phone_numbers import phone_numbers
from lib.sensitive import find_sensitive

KEEP: Final = "keep_reason"  # one for the page, without form prefix
REASONS: Final = {
    "asked": ReasonCode.KEEP_ASKED,
    "safety": ReasonCode.KEEP_SAFETY,
    "reached": ReasonCode.KEEP_REACHED,
    "group": ReasonCode.KEEP_GROUP,
    "organisation": ReasonCode.KEEP_ORGANISATION,
}
TOPICS: Final = {
    "origin": gettext_lazy("origin"),
    "belief": gettext_lazy("belief"),
    "orientation": gettext_lazy("orientation"),
    "health": gettext_lazy("health"),
}


class HintedForm(forms.Form):
    """A form that checks the fields `hinted`, and the fields `numbered` for phone numbers.

    Unchanged text gives no hint.
    """

    hinted: ClassVar[tuple[str, ...]] = ()
    numbered: ClassVar[tuple[str, ...]] = ()
    has_hint = False  # whether the page offers the reasons
    kept: tuple[str, ...] = ()  # fields kept for the given reason

    @property
    def keep_reason(self) -> str:
        """The selected reason, or an empty text."""
        chosen = REASONS.get(str(self.data.get(KEEP, "")))
        return chosen.sent if chosen else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        hints = {name: hint for name in self.hinted if (hint := self._hint(name, cleaned.get(name)))}
        for name in self.numbered:
            if hint := self._number_hint(name, cleaned.get(name)):
                hints[name] = f"{hints[name]} {hint}" if name in hints else hint
        if self.keep_reason:
            self.kept = tuple(hints)
        else:
            self.has_hint = bool(hints)
            for name, hint in hints.items():
                self.add_error(name, ValidationError(hint, code="sensitive"))
        return cleaned

    def _hint(self, name: str, value: Any) -> str:
        if not value or not self._is_new(name):
            return ""
        hits = find_sensitive(str(value), get_language() or "")
        if not hits:
            return ""
        words = ", ".join(dict.fromkeys(f"“{hit.word}”" for hit in hits))
        topics = " · ".join(dict.fromkeys(str(TOPICS[hit.topic]) for hit in hits))
        return _(
            "This may reveal personal details about someone: %(words)s (%(topics)s). "
            "Remove it unless you need it for your work."
        ) % {"words": words, "topics": topics}

    def _number_hint(self, name: str, value: Any) -> str:
        numbers = phone_numbers(str(value or "")) if self._is_new(name) else []
        if not numbers:
            return ""
        return _(
            "This reads as a phone number: %(numbers)s. Remove it: it belongs in the case system. "
            "Keep it if it is an organisation’s."
        ) % {"numbers": ", ".join(numbers)}

    def _is_new(self, name: str) -> bool:
        field = self.fields[name]
        return field.has_changed(self.get_initial_for_field(field, name), self[name].data)
