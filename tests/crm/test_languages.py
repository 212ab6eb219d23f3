"""Texts are not looked up in empty catalogs, and translations stay the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override, trans_real

from crm.languages import forget_empty_fallbacks

CODES = (settings.LANGUAGE_CODE, "es", "fi")
TEXTS = ("Who is reached", "Enter a valid date.", "This field is required.", "Monday", "Sign In")


def _fallbacks_of(language: str) -> Iterator[Any]:
    catalog: Any = trans_real.translation(language)
    while (catalog := catalog._fallback) is not None:
        yield catalog


def _as_django_reads_it(language: str) -> Any:
    return trans_real.DjangoTranslation(language)


def test_the_language_that_texts_are_written_in_has_no_empty_fallback() -> None:
    assert all(any(catalog._catalog.keys()) for catalog in _fallbacks_of(settings.LANGUAGE_CODE))


@pytest.mark.parametrize("language", CODES)
def test_each_text_is_translated_as_before(language: str) -> None:
    before = _as_django_reads_it(language)

    with override(language):
        assert [gettext(text) for text in TEXTS] == [before.gettext(text) for text in TEXTS]
        for n in (1, 2):
            assert ngettext("%(n)s day", "%(n)s days", n) == before.ngettext("%(n)s day", "%(n)s days", n)


def test_a_fallback_with_texts_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    language = settings.LANGUAGE_CODE
    read, other = _as_django_reads_it(language), _as_django_reads_it("es")
    other._catalog._catalogs[0]["Who is reached"] = "A quién se llega"
    read.add_fallback(other)
    monkeypatch.setattr(trans_real, "translation", lambda _language: read)

    forget_empty_fallbacks(language)

    assert other in _fallbacks_of(language)
    with override(language):
        assert gettext("Monday") == "Monday"
        assert gettext("Who is reached") == "A quién se llega"
