"""User texts use one term per concept, whole sentences, and correct plurals.

The terms are those of CONTRIBUTING.md, “Terms”.
"""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.texts import CALLS, ROOMS, ROOT, in_python, in_template, texts

# Confusing synonyms and the terms to use. Verbs stay: “What did you promise?”, “tell an administrator”.
BANNED: Final = {
    r"(?<!did you )(?<!you )(?<!keep )promises?\b(?! something)": "follow-up",
    r"e-mail": "email",
    r"the book\b": "on record, in the system",
    r"trail": "activity log",
    r"assembl(y|ies)": "group meeting",
    r"speaks? for": "represents",
    r"at home": "based in, home district",
    r"first to call": "main contact",
    r"temporary access|relief": "duty shift",
    # An incident is withdrawn; a person opts out.
    r"(agree\w*|consent|permission)\b[^.]*withdr|withdr[^.]*\b(agree|consent|permission)": "opted out",
    r"second factor": "two-factor authentication",
    r"switch(ed)? (off|on)": "deactivate, turn off",
    r"tak(e|en) back|took back": "undo",
    r"tick(ed)?\b": "select",
    r"long work": "background task",
    r"loop closed|being told|(?<!who )(?<!organisation )told (them|you)": "reported back, notified",
    r"somebody|nobody|everybody|anybody|whom|whoever|anew|any more": "someone, no one, everyone, who, again",
    r"(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (minute|hour|day)s?": "digits",
    r"this field is required": "what to enter or choose",
    r"lies in": "part of",
    r"came of it": "outcome",
}
# Texts that may use such a word, with the reason.
ALLOWED: Final = {
    "promises tasks late due to do": "words that readers type for Follow-ups",
    "new promise task": "words that readers type for Add follow-up",
    "assembly large gathering event": "words that readers type for Log a group meeting",
    "audit trail events who did what": "words that readers type for Activity log",
    "2FA passkey code app second factor": "words that readers type for Two-factor authentication",
}
# A number and a noun: the noun needs a plural form (ngettext, `{% plural %}`).
COUNTED: Final = re.compile(
    r"(?:%\((?:n|count|total|days|shown|most|made|created|met)\)[sd]"
    r"|{{ (?:n|count|total|shown|days|most) }}) (?!(?:of|to|and|in|by|for|is|at|more|most)\b)[^\W\d_]{3,}"
)
# A text that is joined with another text.
PIECE: Final = re.compile(r"^[\s,;.]|\s$|\b(?:the|an|and)$")


def problems(text: str) -> list[str]:
    """Return the terms that `text` uses instead of those of the glossary, as `found → term`."""
    if text in ALLOWED:
        return []
    found = [(re.search(rf"\b(?:{banned})", text, re.IGNORECASE), term) for banned, term in BANNED.items()]
    return [f"{match.group()} → {term}" for match, term in found if match]


def test_texts_use_the_terms_of_the_glossary() -> None:
    assert [(str(one), problems(one.text)) for one in texts() if problems(one.text)] == []


def test_a_number_before_a_noun_has_a_plural() -> None:
    assert [str(one) for one in texts() if not one.is_plural and COUNTED.search(one.text)] == []


def test_no_text_is_a_piece_of_a_sentence() -> None:
    said = [one for one in texts() if not one.context and any(map(str.isalpha, one.text))]
    assert [str(one) for one in said if PIECE.search(one.text)] == [], "a comma alone separates a list"


def test_no_sentence_is_assembled_in_python() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                where = path.relative_to(ROOT)
                found += [f"{where}:{line}" for line in assembled(path.read_text())]
    assert found == []


def test_no_sentence_is_assembled_in_a_template() -> None:
    found = []
    for path in (one for room in ROOMS for one in (ROOT / room).rglob("templates/**/*")):
        if path.suffix in {".html", ".txt"}:
            source = path.read_text()
            found += [f"{path.relative_to(ROOT)}: {one.group()}" for one in JOINED.finditer(source)]
    assert found == []


# A translated word beside a value, such as `{% translate "by" %} {{ name }}`.
JOINED: Final = re.compile(
    r"""{%\s*translate\s+"[^"]*[^".:?!…(]"[^%]*%}\s*{{[^}]*}}"""
    r"""|[^:(·>"=\s]\s*{{[^}]*}}\s*{%\s*translate\s+"[a-z][^"]*"\s*%}"""
)


def assembled(source: str) -> list[int]:
    """Return lines in which a text is concatenated or put into an f-string."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            lines += [node.lineno for side in (node.left, node.right) if _is_text(side)]
        if isinstance(node, ast.JoinedStr):
            values = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
            lines += [node.lineno for one in values if _is_text(one)]
    return lines


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        node = node.left
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in CALLS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("New promise", "promise → follow-up"),
        ("Send an e-mail", "e-mail → email"),
        ("Nobody is here", "Nobody → someone, no one, everyone, who, again"),
    ],
)
def test_a_banned_word_is_named_with_its_term(text: str, said: str) -> None:
    assert problems(text) == [said]


def test_verbs_of_the_same_root_are_allowed() -> None:
    assert problems("What did you promise?") == problems("promised for 21 Nov") == []


def test_a_missing_plural_and_a_piece_are_found() -> None:
    assert COUNTED.search("%(n)d rows are wrong") and COUNTED.search("{{ n }} overdue")
    assert not COUNTED.search("%(n)d of 3") and not COUNTED.search("%(n)s%% of rows")
    assert PIECE.search(" and more") and PIECE.search("Met the") and not PIECE.search("Assigned to")
    assert assembled('_("a") + name') == assembled('f"{_("a")} {name}"'.replace('"a"', "'a'")) == [1]
    assert assembled('_("a %(b)s") % {"b": 1}') == []
    assert JOINED.search('{% translate "last met" %} {{ row.when }}')
    assert not JOINED.search('{% translate "Due:" %} {{ when }}')


def test_the_texts_are_found_where_they_are_written() -> None:
    template = (
        "{% blocktranslate count n=n trimmed %}\n{{ n }} row\n{% plural %}{{ n }} rows{% endblocktranslate %}"
    )
    assert [(text, counts) for _line, text, counts, _context in in_template(template)] == [
        ("{{ n }} row", True),
        ("{{ n }} rows", True),
    ]
    assert [text for _line, text, *_ in in_template('{% include "x" with title=_("None yet") %}')] == [
        "None yet"
    ]
    assert list(in_python('pgettext("verb", "Log")')) == [(1, "Log", False, "verb")]
    assert Path(ROOT, "manage.py").exists()
