"""Forms for the steps of an import. They parse, and services save."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from audit.codes import ReasonCode
from exchange.imports.drafts import Values
from exchange.imports.encodings import KNOWN
from exchange.imports.fields import Target
from exchange.imports.planning import NEW
from exchange.imports.tables import MOST_BYTES
from exchange.imports.targets import TARGETS
from exchange.imports.typed_names import LEAVE_OUT, SEVERAL, choices_of
from exchange.imports.typed_names import NEW as NEW_ORGANISATION
from exchange.models import ImportDraft, WatchedRegister
from exchange.policies import can_import
from exchange.rules.names import Sureness
from pages.exports.forms import ReasonForm
from pages.forms.fields import fields_of, form_field

Text = str | Promise
CASES = (
    ("", _("As written in the file")),
    ("es", _("Convert CAPITALS to Spanish name case")),
    ("pt", _("Convert CAPITALS to Portuguese name case")),
    ("it", _("Convert CAPITALS to Italian name case")),
    ("en", _("Convert CAPITALS to English name case")),
)


class UploadForm(ReasonForm):
    """A file, its type of rows, and its source."""

    field_order = ("what", "file", "source", "reason", "other")
    usual = (ReasonCode.REGISTER, ReasonCode.OWN_LIST, ReasonCode.UPDATING)

    what = forms.ChoiceField(label=_("What is in the file?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX with column headings, up to 50 MB, or a directory of organisations in HSDS 3 "
            "(JSON or ZIP), up to 20 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json,.ndjson,.jsonl,.zip"}),
    )
    source = form_field(
        ImportDraft,
        "source",
        label=_("Where does the file come from?"),
        help_text=_("For example, “city register”. Use the same name next time to import only what changed."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why are you importing this file?")
        target_field: Any = self.fields["what"]
        offered = [target for target in TARGETS.values() if can_import(actor, target.name)]
        target_field.choices = [(target.name, target.title) for target in offered]
        target_field.initial = offered[0].name if offered else ""

    def ask_for_file_again(self) -> None:
        """Ask for the file again: browsers never resend a chosen file."""
        if "file" in self.cleaned_data:  # the file is valid
            self["file"].help_text = str(_("Choose the file again. It was not saved."))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB. Split it and import the parts."))
        return file


class HeadingsForm(forms.Form):
    """The row that contains the headings, among the first rows of the file."""

    heading_row = forms.TypedChoiceField(
        label=_("Which row has the headings?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, draft: ImportDraft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Any = self.fields["heading_row"]
        row.choices = [
            (n, f"{n}: {' · '.join(filter(None, cells)) or _('(empty)')}")
            for n, cells in enumerate(draft.first_rows, 1)
        ]
        row.initial = draft.heading_row


class EncodingForm(forms.Form):
    """The file's encoding, chosen by how sample rows read in each encoding."""

    encoding = forms.ChoiceField(
        label=_("Which encoding shows these rows correctly?"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, draft: ImportDraft, rows: Mapping[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["encoding"]
        chosen.choices = [
            (
                name,
                f"{KNOWN.get(name, name)}: {' | '.join(rows[name])}"
                if rows.get(name)
                else KNOWN.get(name, name),
            )
            for name in draft.encodings
        ]
        chosen.initial = draft.encoding


class NamesForm(forms.Form):
    """The organisation of each name (`name_<n>`), a search for others, and names that are not to be kept."""

    def __init__(self, *args: Any, names: Mapping[str, Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        texts = [text for text, entry in names.items() if entry["sureness"] != Sureness.SURE]
        texts.sort(key=lambda text: -names[text]["rows"])
        self.asked = sorted(texts, key=lambda text: names[text]["sureness"] == Sureness.LIKELY)
        undecided = ("", _("Not decided: the rows are rejected"))
        for n, text in enumerate(self.asked):
            entry = names[text]
            labels = dict(entry["options"])
            labels |= {
                NEW_ORGANISATION: _("A new organisation in %(district)s") % {"district": entry["district"]},
                SEVERAL: _("Several: %(names)s") % {"names": " · ".join(entry["pieces"])},
                LEAVE_OUT: _("Leave out"),
            }
            self.fields[f"name_{n}"] = forms.ChoiceField(
                label=text,
                choices=[undecided, *((key, labels[key]) for key in choices_of(entry))],
                required=False,
                initial=entry["choice"],
            )
            self.fields[f"search_{n}"] = forms.CharField(
                label=_("Search another organisation for “%(name)s”") % {"name": text},
                required=False,
                max_length=200,
            )
            self.fields[f"keep_{n}"] = forms.BooleanField(
                label=_("Remember “%(name)s”") % {"name": text}, required=False, initial=entry["keep"]
            )

    @property
    def groups(self) -> list[tuple[Text, list[tuple[str, int, Any, Any, Any]]]]:
        """Open names, then likely ones: each with its number of rows and its fields."""
        rows = [
            (text, self.names[text]["rows"], self[f"name_{n}"], self[f"search_{n}"], self[f"keep_{n}"])
            for n, text in enumerate(self.asked)
        ]
        headings = {Sureness.OPEN: _("Choose the organisation"), Sureness.LIKELY: _("Look these over")}
        groups = [
            (heading, [row for row in rows if self.names[row[0]]["sureness"] == sureness])
            for sureness, heading in headings.items()
        ]
        return [group for group in groups if group[1]]

    @property
    def sure(self) -> list[tuple[str, int, str]]:
        """Names that nothing is open about, with their rows and their organisation."""
        return [
            (
                text,
                entry["rows"],
                ", ".join(label for _key, label in entry["options"]) or " · ".join(entry["pieces"]),
            )
            for text, entry in self.names.items()
            if entry["sureness"] == Sureness.SURE
        ]

    def values(self) -> dict[str, Any]:
        """`choices`, `dropped` and `searches` as arguments for the service."""
        data, texts = self.cleaned_data, dict(enumerate(self.asked))
        return {
            "choices": {text: data[f"name_{n}"] for n, text in texts.items()},
            "dropped": {text for n, text in texts.items() if not data[f"keep_{n}"]},
            "searches": {text: q for n, text in texts.items() if (q := data[f"search_{n}"])},
        }


class JoinsForm(forms.Form):
    """Decide for each row that resembles a record whether they are one: `line_<n>` per row on the page."""

    def __init__(self, *args: Any, offers: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        for offer in offers:
            line = offer["line"]
            options = [(key, f"{name} ({reason})") for key, name, reason in offer["options"]]
            nothing = [] if offer["counts_as"] else [("", _("Not decided: rejected"))]
            self.fields[f"line_{line}"] = forms.ChoiceField(
                label=_("Line %(line)d: %(name)s") % {"line": line, "name": offer["name"]},
                choices=[*nothing, (NEW, _("A new organisation")), *options],
                required=False,
                initial=offer["counts_as"],
            )

    @property
    def rows(self) -> list[tuple[int, str, Any]]:
        return [(offer["line"], offer["name"], self[f"line_{offer['line']}"]) for offer in self.offers]

    def joins(self) -> dict[int, str]:
        """Chosen records by line, without undecided lines."""
        chosen = {offer["line"]: self.cleaned_data[f"line_{offer['line']}"] for offer in self.offers}
        return {line: key for line, key in chosen.items() if key}


class ColumnsForm(forms.Form):
    """The meaning of each column (`column_<n>`), the second of some (`also_<n>`), and fixed values for all
    rows (`fixed_<field>`).
    """

    def __init__(self, *args: Any, draft: ImportDraft, target: Target, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft, self.target = draft, target
        meanings = [
            ("", _("Skip")),
            *((target_field.name, target_field.label) for target_field in target.fields),
        ]
        for number, heading in enumerate(draft.headings):
            for name, chosen in (("column", draft.columns), ("also", draft.also)):
                self.fields[f"{name}_{number}"] = forms.ChoiceField(
                    label=heading or _("(no heading)"),
                    choices=meanings if name == "column" else [("", _("Nothing else")), *meanings[1:]],
                    required=False,
                    initial=chosen.get(heading, ""),
                    disabled=not heading,
                )
        for target_field in target.fields:
            if target_field.is_fixable:
                same = self._fixed(
                    target_field.label, target_field.codes(actor) if target_field.codes else None
                )
                same.initial = draft.fixed.get(target_field.name, target_field.default_code)
                self.fields[f"fixed_{target_field.name}"] = same
        if "name" in {target_field.name for target_field in target.fields}:
            self.fields["fixed_case"] = forms.ChoiceField(
                label=_("Name capitalisation"), choices=CASES, required=False
            )
            self.fields["fixed_case"].initial = draft.fixed.get("case", "")

    @staticmethod
    def _fixed(label: Text, codes: Mapping[str, Text] | None) -> forms.Field:
        if codes is None:
            return forms.CharField(label=str(label), max_length=200, required=False)
        return forms.ChoiceField(
            label=str(label), choices=[("", _("Not the same for every row")), *codes.items()], required=False
        )

    @property
    def columns(self) -> list[tuple[Any, Any, list[str]]]:
        """Each column's two fields with sample values. A column without a heading has no second one."""
        sample = self.draft.sample
        return [
            (self[f"column_{n}"], self[f"also_{n}"] if heading else None, sample.get(heading, []))
            for n, heading in enumerate(self.draft.headings)
        ]

    @property
    def same(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("fixed_")]

    def values(self) -> dict[str, Any]:
        """`columns`, `also` and `fixed` as arguments for the service."""
        data = self.cleaned_data
        chosen = {
            name: {
                heading: data[f"{field}_{n}"]
                for n, heading in enumerate(self.draft.headings)
                if data.get(f"{field}_{n}")
            }
            for name, field in (("columns", "column"), ("also", "also"))
        }
        return {
            **chosen,
            "fixed": {
                name.removeprefix("fixed_"): value
                for name, value in data.items()
                if name.startswith("fixed_") and value
            },
        }


class ValuesForm(forms.Form):
    """The code for each value in the file. `keep` remembers them for the next file from the source."""

    keep = forms.BooleanField(
        label=_("Use these settings for the next file from this source"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        columns: Mapping[str, Values],
        target: Target,
        actor: Actor,
        has_default: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.named = {name: list(values.meant) for name, values in columns.items()}
        self.cut = {name for name, values in columns.items() if values.has_more}
        self.target = target
        for name, values in columns.items():
            codes = target.field(name).codes
            offered = codes(actor) if codes else {}
            otherwise = offered.get(has_default.get(name, ""))
            nothing = otherwise or _("Unknown")
            for number, (value, code) in enumerate(values.meant.items()):
                self.fields[f"{name}_{number}"] = forms.ChoiceField(
                    label=value,
                    choices=[("", nothing), *offered.items()],
                    required=False,
                    initial=code,
                    help_text=_("Several have this name or code. Choose one.")
                    if value in values.unclear
                    else "",
                )

    @property
    def groups(self) -> list[tuple[Text, list[Any], bool]]:
        """For each field its label, its values, and whether the file has more values."""
        return [
            (
                self.target.field(name).label,
                [self[f"{name}_{n}"] for n in range(len(values))],
                name in self.cut,
            )
            for name, values in self.named.items()
        ]

    def values(self) -> dict[str, dict[str, str]]:
        return {
            name: {value: self.cleaned_data[f"{name}_{n}"] for n, value in enumerate(values)}
            for name, values in self.named.items()
        }


@fields_of(
    WatchedRegister,
    *("url", "every_days"),
    url={
        "widget": forms.URLInput(attrs={"placeholder": "https://"}),
        "help_text": _("It must start with https, be public, need no sign-in and lead to the file itself."),
    },
    every_days={"widget": forms.RadioSelect},
)
class WatchForm(forms.Form):
    """The address of a register's file, and how often to read it."""
