"""A language is offered only if its catalogue covers the texts. At present that is only English."""

import gettext
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.actors import actor_for
from accounts.models import User
from accounts.services.users import edit_preferences
from tests.factories import make_officer
from tests.languages import pseudo, pseudo_language

ENGLISH = "en-gb"
COVERED = 0.95


def texts_of_the_project() -> set[str]:
    """Return all texts passed to gettext in templates and Python, as named in a catalogue."""
    from tests.architecture.texts import texts

    return {one.text for one in texts()}


def translated(language: str) -> set[str]:
    found: set[str] = set()
    for folder in settings.LOCALE_PATHS:
        path = gettext.find("django", folder, [language.replace("-", "_")])
        if path:
            with Path(path).open("rb") as file:
                found |= {str(key) for key in gettext.GNUTranslations(file)._catalog}  # type: ignore[attr-defined]  # no public list of them
    return found


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_language_that_is_offered_has_a_catalogue(language: str) -> None:
    wanted = texts_of_the_project()
    assert len(wanted) > 2_000
    if language != ENGLISH:
        assert len(wanted & translated(language)) >= COVERED * len(wanted)


def test_the_reader_cannot_choose_a_language_without_a_catalogue(db: None, client: Client) -> None:
    officer = make_officer()
    with pytest.raises(ValidationError) as refused:
        edit_preferences(actor=actor_for(officer), language="fi")
    assert "language" in refused.value.message_dict
    client.force_login(officer)
    assert 'name="language"' not in client.get("/settings/").text


def test_pages_and_the_choice_of_a_second_language_appear(db: None, client: Client) -> None:
    officer = make_officer()
    client.force_login(officer)
    with pseudo_language() as language:
        User.objects.update(language=language)
        page = client.get("/settings/")
    assert f'<html lang="{language}"' in page.text
    assert pseudo("Save settings") in page.text
    assert 'name="language"' in page.text
