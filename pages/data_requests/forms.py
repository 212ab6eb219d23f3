"""Forms of the privacy desk: a new request, its identity, an extension, cuts and the answer."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lib.days import city_today
from pages.exports.forms import ReadableForm
from pages.forms.base import VersionedForm
from pages.forms.fields import CHECKS, UNREMEMBERED, choices, fields_of
from privacy.codes import Decision, Identity, RequestKind, grounds_of
from privacy.models import DataRequest, Finding, Package, Restriction
from privacy.models.request import STATED

_LINES: Final = forms.Textarea(attrs={"rows": 3} | UNREMEMBERED)


def _lines(label: Any, help_text: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=2000, widget=_LINES
    )


@fields_of(
    DataRequest,
    *("kind", "channel", "received_on"),
    regimes={"widget": CHECKS, "help_text": _("If you are not sure, keep both. The earlier date counts.")},
)
class DataRequestForm(forms.Form):
    """A request as it arrived, with one name or number on each line."""

    names = _lines(
        _("Names"),
        _(
            "One on each line, with former names and other spellings. Add the name in the person’s own "
            "script. Add the family name alone to find notes that use only it."
        ),
        required=True,
    )
    phones = _lines(_("Phone numbers"), _("One on each line."))
    emails = _lines(_("Email addresses"), _("One on each line."))
    organisations = _lines(_("Organisations that they named"), _("One on each line."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"received_on": city_today(), "regimes": list(settings.REGIMES)})
        super().__init__(*args, **kwargs)
        regimes: Any = self.fields["regimes"]
        regimes.choices = [choice for choice in regimes.choices if choice[0] in settings.REGIMES]
        self.order_fields(("kind", "channel", "received_on", "regimes", *STATED))

    def values(self) -> dict[str, Any]:
        """The arguments of `receive_request`."""
        cleaned = dict(self.cleaned_data)
        return {"terms": {name: cleaned.pop(name).splitlines() for name in STATED}, **cleaned}


@fields_of(
    DataRequest,
    identity={
        "label": _("How did you confirm the identity?"),
        "choices": choices((code, label) for code, label in Identity.choices if code != Identity.NOT_YET),
        "initial": None,
        "widget": forms.RadioSelect,
        "help_text": _(
            "Call only a personal number, never an organisation’s. Never keep a copy or the number of a "
            "document."
        ),
    },
)
class IdentityForm(VersionedForm):
    """The way in which the identity was confirmed."""


@fields_of(
    DataRequest,
    extended_to={"label": _("New last day"), "required": True},
    extension_reason={"label": _("Reason that you give to the person"), "required": True},
)
class ExtensionForm(VersionedForm):
    """The new last day, and why."""


@fields_of(
    Restriction,
    ground={"widget": forms.RadioSelect},
    until={"help_text": _("The restriction does not end on this date. You decide again.")},
)
class RestrictionForm(forms.Form):
    """Why a contact is restricted, and when to decide again."""


@fields_of(
    DataRequest,
    "late_reason",
    decision={"widget": forms.RadioSelect, "required": True},
    grounds={"widget": CHECKS, "help_text": _("If you refuse the request or part of it.")},
    neither_confirm={
        "help_text": _(
            "For police records only. The letter then says: “There is nothing that we can disclose. The "
            "authority can check for you.”"
        )
    },
)
class AnswerForm(VersionedForm):
    """The decision. `neither_confirm` is for police law only, `marks_read` for a draft with marks."""

    marks_read = forms.BooleanField(
        label=_("I have read the marked passages in the draft"),
        required=False,
        help_text=_("After you close the request, cuts can no longer change."),
    )

    def __init__(
        self, *args: Any, kind: str, police_law: bool, is_late: bool, marks: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        grounds: Any = self.fields["grounds"]
        grounds.choices = [(ground.value, ground.label) for ground in grounds_of(kind)]
        self.order_fields(("version", "decision", "grounds", "neither_confirm", "late_reason", "marks_read"))
        if not marks:
            del self.fields["marks_read"]
        if not police_law:
            del self.fields["neither_confirm"]
        if is_late:
            self.fields["late_reason"].required = True
        else:
            del self.fields["late_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        gives = cleaned.get("decision") in (Decision.GRANTED, Decision.PARTLY)
        if gives and not cleaned.pop("marks_read", True):
            self.add_error("marks_read", _("Read the draft, and cut what is about other people."))
        return cleaned


@fields_of(
    Finding,
    grounds={
        "widget": CHECKS,
        "choices": [(ground.value, ground.label) for ground in grounds_of(RequestKind.ACCESS)],
    },
)
class CutsForm(forms.Form):
    """The text with [[ and ]] around each stretch that is left out of the copy."""

    marked = forms.CharField(
        label=_("Text"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10} | UNREMEMBERED),
        help_text=_("Write [[ before and ]] after the words to leave out. Change nothing else."),
    )

    def __init__(self, *args: Any, text: str, **kwargs: Any) -> None:
        self.text = text
        super().__init__(*args, **kwargs)

    def clean_marked(self) -> str:
        marked: str = self.cleaned_data["marked"].replace("\r\n", "\n").strip()
        if _without_marks(marked) != self.text.strip():
            raise forms.ValidationError(_("Change nothing but [[ and ]]. Each [[ needs a ]]."))
        return marked

    @property
    def cuts(self) -> list[tuple[int, int]]:
        """Places of the marked stretches in the text."""
        marked, blank = self.cleaned_data["marked"], len(self.text) - len(self.text.lstrip())
        return [
            (blank + start - 4 * before, blank + end - 4 * before - 4)
            for before, (start, end) in enumerate(_marked_stretches(marked))
        ]


def _marked_stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of [[ and the next ]] after each. A text of [[ alone is read once."""
    end = 0
    while (start := text.find("[[", end)) >= 0 and (closing := text.find("]]", start + 2)) >= 0:
        end = closing + 2
        yield start, end


def _without_marks(text: str) -> str:
    parts, position = [], 0
    for start, end in _marked_stretches(text):
        parts += [text[position:start], text[start + 2 : end - 2]]
        position = end
    return "".join([*parts, text[position:]])


def marked(text: str, cuts: Sequence[Sequence[int]]) -> str:
    """The text with its cuts, as `CutsForm` shows it."""
    for start, end in sorted(map(tuple, cuts), reverse=True):
        text = f"{text[:start]}[[{text[start:end]}]]{text[end:]}"
    return text


@fields_of(
    Package,
    *("identity_essential", "officer_heard"),
    naming_reason={"help_text": _("At least 50 characters, if you name officers.")},
)
class PackageForm(ReadableForm):
    """The language of the letter, whether officers are named, and the passphrase of the file."""

    language = forms.ChoiceField(label=_("Language of the letter"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = settings.LANGUAGES
        language.initial = settings.LANGUAGE_CODE
        self.order_fields(
            (
                *("language", "identity_essential", "naming_reason", "officer_heard"),
                *("passphrase", "again", "readable"),
            )
        )

    def values(self) -> dict[str, Any]:
        """The arguments of `ask_package`."""
        names = ("language", "identity_essential", "naming_reason", "officer_heard")
        arguments = {name: self.cleaned_data[name] for name in names}
        return arguments | {"passphrase": self.passphrase_given}


@fields_of(
    Package,
    delivery={"widget": forms.RadioSelect, "required": True},
    delivered_on={"required": True},
)
class DeliveryForm(forms.Form):
    """The day and the way in which the person received the answer."""
