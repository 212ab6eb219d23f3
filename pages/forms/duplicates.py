"""Forms of duplicates. They parse, they never save."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from contacts.merging.choices import to_choose


class PairForm(forms.Form):
    """Two rows that are not the same."""

    one = forms.UUIDField()
    other = forms.UUIDField()


class MergeForm(forms.Form):
    """The version of each row as it was shown, and for each thing that differs the row it is taken from."""

    def __init__(self, *args: Any, rows: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"version_{row.pk}"] = forms.IntegerField(
                initial=row.version, widget=forms.HiddenInput, min_value=1
            )
        for choice in to_choose(rows):
            default = next(one.row_id for one in choice.options if one.is_default)
            self.fields[f"take_{choice.field}"] = forms.TypedChoiceField(
                label=choice.label.capitalize(),
                choices=[
                    (str(one.row_id), " · ".join(filter(None, one.values)) or "—") for one in choice.options
                ],
                coerce=UUID,
                initial=str(default),
                widget=forms.RadioSelect,
            )

    def versions(self) -> dict[UUID, int]:
        return {row.pk: self.cleaned_data[f"version_{row.pk}"] for row in self.rows}

    def choices(self) -> dict[str, UUID]:
        return {
            name.removeprefix("take_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("take_")
        }
