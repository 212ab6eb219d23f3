"""The file of rejected rows is safe to open and gives the same result once corrected."""

import csv
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from contacts.models import Organisation
from exchange.models import ImportDraft
from jobs.models import JobFile
from lib.sheets import harmless, unescaped
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import imported, sums, supervisor_of_n1

pytestmark = pytest.mark.django_db

SIGNS = ["=", "+", "-", "@", "\t", "\r", "＝"]


def refused_rows(user: User, draft: ImportDraft) -> str:
    file = JobFile.objects.downloadable().get(job=draft.job_id, name="rejected.csv")
    answer: Any = browse(user).get(reverse("job_file", args=[draft.job_id, file.pk]))
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_refused_rows_that_were_corrected_say_what_they_said_at_first() -> None:
    user = supervisor_of_n1()
    draft = imported(user, "Nombre;=Tipo;Distrito;Nota\n@Arroba Colectivo;ngo;Z9;=A1\nCasa;ngo;Z9;'tis\n")
    text = refused_rows(user, draft)
    assert list(csv.reader(text.splitlines(), delimiter=";"))[:2] == [
        ["Nombre", "'=Tipo", "Distrito", "Nota", "Reason rejected"],
        ["'@Arroba Colectivo", "ngo", "Z9", "'=A1", text.splitlines()[1].split(";")[-1]],
    ]
    again = imported(user, text.replace("Z9;", "N1;"))
    assert (again.headings[1], sums(again)) == ("=Tipo", {"created": 2})
    assert set(Organisation.objects.values_list("name", flat=True)) == {"@Arroba Colectivo", "Casa"}


def test_what_the_file_says_is_all_there_whatever_its_columns_are_called() -> None:
    user = supervisor_of_n1()
    first = refused_rows(user, imported(user, "Nombre;Tipo;Distrito;Reason\nCasa;ngo;Z9;because\n"))
    again = refused_rows(user, imported(user, first))
    for text in (first, again):  # our own column of the previous file is replaced
        heading, row = csv.reader(text.splitlines(), delimiter=";")
        assert heading == ["Nombre", "Tipo", "Distrito", "Reason", "Reason rejected"]
        assert row[:4] == ["Casa", "ngo", "Z9", "because"]
        assert "Z9" in row[4]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "text", ["{}Casa", "Casa;{}1", "{}1;{}2\t{}3", "Casa {}1", "{}{}", "'{}", "''{};'{}"]
)
def test_what_is_written_and_read_again_stays_the_same_however_often(text: str, sign: str) -> None:
    read = unescaped(text.format(sign, sign, sign))
    assert unescaped(harmless(read)) == read
    assert harmless(unescaped(harmless(read))) == harmless(read)


@pytest.mark.parametrize("text", ["'t Huis", "O'Neill", "Peña 'Los Amigos'", "'", "Casa;'x", "' =x"])
def test_an_apostrophe_that_somebody_wrote_stays(text: str) -> None:
    assert unescaped(text) == text
    assert unescaped(harmless(text)) == text
