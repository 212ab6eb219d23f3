"""Formset rows that can be added and removed without scripts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RowFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # rows of any form
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
