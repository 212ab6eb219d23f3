"""Forms for duplicates. They parse, and services save."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from contacts.merging.choices import Option, differing_choices
from pages.duplicates.merging import label_of, text_of
from pages.forms.base import ROWS


class PairForm(forms.Form):
    """Two rows that are not duplicates."""

    one = forms.UUIDField()
    other = forms.UUIDField()


class MergeForm(forms.Form):
    """Shown versions, the row to keep, and for each differing field the row to take the value from.

    `told` has the details that distinguish rows with the same name.
    """

    def __init__(
        self, *args: Any, rows: Sequence[Any], distinctions: Mapping[UUID, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows, model = rows, type(rows[0])
        for row in rows:
            self.fields[f"version_{row.pk}"] = forms.IntegerField(
                initial=row.version, widget=forms.HiddenInput, min_value=1
            )
        self.fields["keep"] = forms.TypedChoiceField(
            label=_("Record to keep"),
            help_text=_("This record keeps its web address and history. Links to the others will lead here."),
            choices=[
                (str(row.pk), f"{n} · {row} · {distinctions[row.pk]}") for n, row in enumerate(rows, start=1)
            ],
            coerce=UUID,
            initial=str(rows[0].pk),
            widget=forms.RadioSelect(attrs=ROWS),
        )
        for choice in differing_choices(rows):
            default = next(option.row_id for option in choice.options if option.is_default)
            self.fields[f"take_{choice.field}"] = forms.TypedChoiceField(
                label=label_of(model, choice),
                choices=[
                    (str(option.row_id), f"{text_of(model, choice, option)} ({_numbers(rows, option)})")
                    for option in choice.options
                ],
                coerce=UUID,
                initial=str(default),
                widget=forms.RadioSelect(attrs=ROWS),
            )

    @property
    def kept_id(self) -> UUID:
        row_to_keep: UUID = self.cleaned_data["keep"]
        return row_to_keep

    def differing(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("take_")]

    def versions(self) -> dict[UUID, int]:
        return {row.pk: self.cleaned_data[f"version_{row.pk}"] for row in self.rows}

    def choices(self) -> dict[str, UUID]:
        return {
            name.removeprefix("take_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("take_")
        }


def _numbers(rows: Sequence[Any], option: Option) -> str:
    """The numbers of the rows with this value, as on the page."""
    return ", ".join(str(n) for n, row in enumerate(rows, start=1) if row.pk in option.row_ids)
