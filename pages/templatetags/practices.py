"""Practices in words: their text in a language, their evidence, and what came of each."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.language_choices import language_name
from practices.codes import BRIEFLY, CameOfIt, Evidence
from practices.models import Practice, PracticeText
from practices.reading import Results, results_of

register = template.Library()


@register.filter
def text_in(practice: Practice, languages: tuple[str, ...]) -> PracticeText | None:
    return practice.text_for(*languages)


@register.filter
def briefly(level: str) -> str:
    return str(BRIEFLY[Evidence(level)])


@register.filter
def language(code: str) -> str:
    return language_name(code)


@register.filter
def results(practice: Any) -> Results:
    """The results of a practice that was read for a list."""
    return results_of(practice.tried)


@register.filter
def counted(pair: tuple[str, int]) -> str:
    """`2 helped`, one for each thing that came of it."""
    code, n = pair
    match code:
        case CameOfIt.HELPED:
            text = ngettext("%(n)d helped", "%(n)d helped", n)
        case CameOfIt.NO_DIFFERENCE:
            text = ngettext("%(n)d made no difference", "%(n)d made no difference", n)
        case CameOfIt.MADE_WORSE:
            text = ngettext("%(n)d made things worse", "%(n)d made things worse", n)
        case _too_early:
            text = ngettext("%(n)d too early to say", "%(n)d too early to say", n)
    return text % {"n": n}


@register.filter
def tried_in(practice_results: Results) -> str:
    if not practice_results.cities:
        return _("Not tried yet")
    return ngettext("Tried in %(n)d city", "Tried in %(n)d cities", practice_results.cities) % {
        "n": practice_results.cities
    }
