"""Forms say what to do, not which rule was broken."""

import importlib
import pkgutil
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

import pages.forms


def all_forms(kind: type[forms.BaseForm]) -> set[type[forms.BaseForm]]:
    return {kind} | {below for one in kind.__subclasses__() for below in all_forms(one)}


def test_no_form_says_only_that_a_field_is_required() -> None:
    for module in pkgutil.iter_modules(pages.forms.__path__, "pages.forms."):
        importlib.import_module(module.name)
    said = {
        f"{form.__qualname__}.{name}": str(field.error_messages["required"])
        for form in all_forms(forms.BaseForm)
        if not form.__module__.startswith("django.")  # hidden fields
        for name, field in getattr(form, "base_fields", {}).items()
    }
    assert len(said) > 100
    assert {name: text for name, text in said.items() if "required" in text} == {}


def test_the_text_follows_the_type_of_the_field() -> None:
    fields = forms.TypedChoiceField, forms.CharField, forms.DateField, forms.FileField, forms.EmailField
    assert [str(field().error_messages["required"]) for field in fields] == [
        "Choose an option.",
        "Enter a value.",
        "Choose a date.",
        "Choose a file.",
        "Enter an email address.",
    ]


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        (forms.CharField(max_length=3), "four", "This is too long. Limit in characters: 3; yours: 4."),
        (forms.CharField(min_length=3), "no", "This is too short. Least number of characters: 3."),
        (forms.ChoiceField(choices=[("a", "A")]), "<b>", "Choose an option from the list."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), ["<b>"], "Choose options from the list."),
        (forms.IntegerField(max_value=9), "10", "Enter a number of 9 or less."),
    ],
)
def test_a_wrong_value_is_answered_with_what_to_do_and_not_repeated(
    field: forms.Field, given: Any, said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean(given)
    assert refused.value.messages == [said]
