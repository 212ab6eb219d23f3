"""Draw common form parts without templates: options, inputs and their attributes.

A page with selections has a thousand of them, which took most of its time. The output is identical to
Django's templates: `tests/pages/test_widgets.py` compares them.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.template.base import render_value_in_context
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData, SafeString

register = template.Library()


def _value(value: Any) -> str:
    """Same as `{{ value|stringformat:'s' }}`."""
    return value if isinstance(value, SafeData) and isinstance(value, str) else escape(str(value))


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Attributes, each with a leading space. True has no value, and False is omitted."""
    written = (
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_value(value)}"'
        for name, value in attrs.items()
        if value is not False
    )
    return SafeString("".join(written))


@register.simple_tag
def input_of(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{_value(widget["value"])}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return SafeString(f'<input type="{kind}" name="{name}"{value}{attributes(widget["attrs"])}>')


@register.simple_tag(takes_context=True)
def options_of(context: Context, widget: Mapping[str, Any]) -> SafeString:
    drawn: list[str] = []
    for group, options, _index in widget["optgroups"]:
        if group:
            drawn.append(f'\n  <optgroup label="{render_value_in_context(group, context)}">')
        for option in options:
            label = render_value_in_context(option["label"], context)
            chosen = attributes(option["attrs"])
            drawn.append(f'\n  <option value="{_value(option["value"])}"{chosen}>{label}</option>')
        if group:
            drawn.append("\n  </optgroup>")
    return SafeString("".join(drawn))
