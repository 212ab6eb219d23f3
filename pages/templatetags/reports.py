"""How the figures of a report are counted."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from reports.catalogue import REPORTS
from reports.reading import Report

register = template.Library()


@register.simple_tag
def method(report: Report) -> SafeString:
    """How the figures of a report are counted, in the reader's language."""
    return _method(report.slug, get_language())


@cache  # the scorecard shows it twice for each report; it holds no figure and no name
def _method(slug: str, _language: str | None) -> SafeString:
    return render_to_string("pages/reports/method.html", {"report": REPORTS[slug]})
