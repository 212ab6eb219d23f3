"""Odd characters in cells are cleaned by one rule for all files and rows."""

import pytest

from exchange.imports.targets import TARGETS
from exchange.models import ImportDraft
from tests.exchange.test_import_wizard import REGISTER, imported, sums, supervisor_of_n1, upload

pytestmark = pytest.mark.django_db

ODD = "Na\0me;Kind\nx\0\x01;y\x7f\n\0;\x1b\n" + 9 * "x;y\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("what", list(TARGETS))
def test_a_cell_loses_what_no_book_keeps_whatever_the_rows_are(what: str, encoding: str) -> None:
    assert upload(supervisor_of_n1(), ODD.encode(encoding), what=what).status_code == 302
    draft = ImportDraft.objects.get()
    assert (draft.headings, draft.sample) == (["Name", "Kind"], {"Name": ["x"], "Kind": ["y"]})


def test_what_was_cleaned_is_what_comes_in_and_the_clean_file_changes_nothing() -> None:
    user = supervisor_of_n1()
    odd = REGISTER.replace("vecinos", "ve\0cinos").replace("Peña", "Pe\x02ña").replace(";N1", ";N\x0e1")
    assert sums(imported(user, odd)) == {"created": 2, "refused": 1}
    assert sums(imported(user)) == {"unchanged": 2, "refused": 1}
