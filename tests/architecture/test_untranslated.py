"""The check for untranslated text: its findings and exceptions."""

import pytest

from tests.architecture import untranslated


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% translate "Saved" %} {{ name }}</p>',
        "{% blocktranslate %}Hello, <b>you</b>{% endblocktranslate %}",
        "{% comment %}Why it is so{% endcomment %}{# and this #}<style>a b</style>",
        '<a title="{% translate "Help" %}" href="/help/" class="button quiet">?</a>',
        "<{% if url %}a{% else %}button{% endif %} class='x'>&nbsp;·&nbsp;</a>",
    ],
)
def test_translated_templates(template: str) -> None:
    assert list(untranslated.words_of_template(template)) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>\nSaved\n</p>", [(2, "Saved")]),
        ('<a title="Help">?</a>', [(1, "Help")]),
        ('<img alt="A map">', [(1, "A map")]),
        ('{% translate "A" %} people', [(1, "people")]),
    ],
)
def test_words_in_templates(template: str, found: list[tuple[int, str]]) -> None:
    assert list(untranslated.words_of_template(template)) == found


@pytest.mark.parametrize(
    "code",
    [
        'ValidationError("No.")',
        'messages.success(request, f"Saved {name}")',
        'CharField(label="Name")',
        'class Kind(TextChoices):\n    NGO = "ngo"',
        'class Kind(TextChoices):\n    NGO = "ngo", "NGO"',
    ],
)
def test_words_in_python(code: str) -> None:
    assert len(list(untranslated.words_of_python(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'ValidationError(_("No."), code="no")',
        'messages.success(request, _("Saved"))',
        'logger.info("imported")',
        'class Kind(TextChoices):\n    NGO = "ngo", _("NGO")',
    ],
)
def test_translated_python(code: str) -> None:
    assert list(untranslated.words_of_python(code)) == []
