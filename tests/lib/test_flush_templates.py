"""Pages are sent without the indentation of their templates."""

from django.template.loader import get_template

from lib.flush_templates import flush


def test_only_the_start_of_lines_is_left_out_and_preformatted_text_stays() -> None:
    source = '<p>\n  a  b\n\n\t<pre id="x">c\n  d</pre>\n  <i>\n    e</i>'
    assert flush(source) == '<p>\na  b\n\n<pre id="x">c\n  d</pre>\n<i>\ne</i>'


def test_our_pages_are_loaded_so_and_emails_and_pages_of_others_are_not() -> None:
    assert "\n " not in get_template("pages/today/today.html").template.source  # type: ignore[attr-defined]  # Django's
    assert "\n  " in get_template("account/email_confirm.html").template.source  # type: ignore[attr-defined]
