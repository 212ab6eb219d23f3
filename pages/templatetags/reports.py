"""Template filter for the method of a report."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from reports.figures.report import Report
from reports.indicators.catalogue import REPORTS

register = template.Library()


@register.simple_tag
def method(report: Report) -> SafeString:
    """The counting method of a report, in the reader's language."""
    return _method(report.slug, get_language())


@cache  # used twice per report on the scorecard; contains no data
def _method(slug: str, _language: str | None) -> SafeString:
    return render_to_string("pages/reports/method.html", {"report": REPORTS[slug]})
