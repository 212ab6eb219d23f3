"""Rows for further phones, emails, web and social addresses. They parse, and services save."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contacts.codes import Channel
from contacts.models import OrganisationDetail
from contacts.rules.phones import phone_text
from contacts.services.details import FIRST, NAMES, clean_detail, detail_values
from lib.limits import MOST_BESIDE
from pages.forms.base import add_service_errors
from pages.forms.fields import UNREMEMBERED, fields_of
from pages.forms.rows import RowFormSet

_BLANK: Final = 3  # rows that can be filled before saving


@fields_of(
    OrganisationDetail,
    *NAMES,
    channel={"initial": Channel.PHONE},
    value={"widget": forms.TextInput(attrs=UNREMEMBERED), "help_text": ""},
    use={"empty": _("Not stated")},
)
class DetailForm(forms.Form):
    """A further phone or address. `is_first` makes it the main one of its type."""

    is_first = forms.BooleanField(label=_("Use as the main one"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"channel", "value"} <= cleaned.keys() and not cleaned.get("DELETE"):
            try:
                cleaned |= clean_detail(cleaned)
            except ValidationError as error:
                add_service_errors(self, error)
        return cleaned


class BaseDetails(RowFormSet):
    """Unbound if the form was sent without such rows, as by a page from before an upgrade: all stay."""

    def is_valid(self) -> bool:
        return not self.is_bound or super().is_valid()

    def add_fields(self, form: Any, index: int | None) -> None:
        is_first = form.fields.pop("is_first")
        super().add_fields(form, index)
        if form.initial.get("can_be_first"):
            form.fields["is_first"] = is_first

    def values(self, main: dict[str, Any]) -> dict[str, Any]:
        """`main`, the fields of the owner's form, with `other_details`: the filled rows not removed.

        A row that is to be the first of its type changes places with the field in `main`.
        """
        if not self.is_bound:
            return dict(main)
        main, rows = dict(main), []
        for form in self.forms:
            cleaned = form.cleaned_data
            if not cleaned or cleaned.get("DELETE"):
                continue
            row = {name: cleaned[name] for name in NAMES}
            name = FIRST.get(row["channel"])
            if cleaned.get("is_first") and name in main:
                main[name], row = row["value"], row | {"value": str(main[name] or ""), "use": ""}
            rows += [row] if row["value"] else []
        return main | {"other_details": rows}


DetailFormSet = forms.formset_factory(
    DetailForm,
    formset=BaseDetails,
    extra=_BLANK,
    can_delete=True,
    can_delete_extra=False,
    max_num=MOST_BESIDE,
    absolute_max=2 * MOST_BESIDE,
)


def details_of(request: HttpRequest, row: Any = None) -> Any:
    """The rows of a form that is shown or sent: those of `row`, and some to fill."""
    initial = [] if row is None else [_initial_detail(detail) for detail in row.other_details.all()]
    is_sent = "details-TOTAL_FORMS" in request.POST
    return DetailFormSet(request.POST if is_sent else None, initial=initial, prefix="details")


def _initial_detail(detail: Any) -> dict[str, Any]:
    """A detail in a form that can be typed again."""
    values: dict[str, Any] = detail_values(detail)
    values["can_be_first"] = hasattr(detail.owner, FIRST.get(detail.channel, ""))
    if detail.channel == Channel.PHONE:
        values["value"] = phone_text(detail.value)
    return values
