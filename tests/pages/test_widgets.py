"""Inputs and options render like Django's own templates, without a template render for each option."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from pages.forms.renderer import PageFormRenderer

NASTY = "<b>\"O'Brien\" & 'co'</b>"
CHOICES = [
    ("", "—"),
    (NASTY, NASTY),
    (1, gettext_lazy("Name")),
    (None, 1234.5),
    ("safe", mark_safe("<i>safe</i>")),
    (f"Group {NASTY}", [("inside", "Inside"), (2, NASTY)]),
]
ATTRS: dict[str, Any] = {
    "id": "id_it",
    "required": True,
    "disabled": False,
    "data-nasty": NASTY,
    "data-safe": mark_safe("&amp;"),
    "data-lazy": gettext_lazy("Name"),
    "maxlength": 12000,
    NASTY: 1.5,
}
INPUTS = (
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.DateInput, forms.HiddenInput),
    *(forms.PasswordInput, forms.CheckboxInput, forms.ClearableFileInput, forms.Textarea),
)


class Own(DjangoTemplates):
    """Django's own renderer, with templates from its own folder only."""


@pytest.mark.parametrize("make", INPUTS)
@pytest.mark.parametrize(
    "value", [None, "", NASTY, 0, 1234.5, True, date(2026, 3, 1), mark_safe("<i>&amp;</i>")]
)
def test_an_input_is_djangos(make: Callable[..., forms.Widget], value: Any) -> None:
    widget = make(ATTRS)
    assert widget.render(NASTY, value, renderer=PageFormRenderer()) == widget.render(
        NASTY, value, renderer=Own()
    )


@pytest.mark.parametrize("make", [forms.Select, forms.SelectMultiple])
@pytest.mark.parametrize("value", [None, [], [NASTY, "2"], ["1", "inside"]])
def test_a_list_of_options_is_djangos(make: Callable[..., forms.Select], value: Any) -> None:
    widget = make(ATTRS, choices=CHOICES)
    ours, own = (widget.render("it", value, renderer=one).splitlines() for one in (PageFormRenderer(), Own()))
    lines = [[line for line in lines if line.strip()] for lines in (ours, own)]  # Django’s has empty lines
    assert lines[0] == lines[1]


@pytest.mark.parametrize("make", [forms.CheckboxSelectMultiple, forms.RadioSelect])
def test_a_pill_holds_djangos_input_and_its_label(make: Callable[..., forms.RadioSelect]) -> None:
    widget = make(ATTRS, choices=[(NASTY, NASTY), ("two", gettext_lazy("Name"))])
    shown = widget.render("it", [NASTY], renderer=PageFormRenderer())
    options = widget.get_context("it", [NASTY], ATTRS)["widget"]["optgroups"]
    for _group, (option,), _index in options:
        own = Own().render("django/forms/widgets/input.html", {"widget": option}).strip()
        assert f'<label class="pill">{own}<span>' in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


@pytest.mark.parametrize("make", [forms.CheckboxSelectMultiple, forms.RadioSelect])
def test_an_option_that_a_template_draws_alone_is_a_pill_too(make: type[forms.RadioSelect]) -> None:
    class Form(forms.Form):
        default_renderer = PageFormRenderer()
        it = forms.ChoiceField(widget=make, choices=[("one", NASTY)])

    (option,) = Form()["it"]
    assert str(option).startswith('<label class="pill"><input type="')
    assert str(option).endswith("</span></label>")
    assert "<b>" not in str(option)
