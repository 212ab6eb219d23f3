"""Forms say what to enter, not that something is required."""

import importlib
import pkgutil

from django import forms

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
