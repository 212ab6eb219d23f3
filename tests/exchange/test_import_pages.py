"""Messages on import pages if something prevents the next step."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM, actor_for
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from exchange.imports.drafts import work_on_draft
from exchange.models import ImportDraft
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import imported, mapped, send, supervisor_of_n1, upload

pytestmark = pytest.mark.django_db

OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def test_an_upload_with_a_mistake_asks_for_the_file_again() -> None:
    user = supervisor_of_n1()
    answer = upload(user, reason="")
    assert "Choose the file again. It was not saved." in answer.content.decode()
    assert list(answer.context["form"].errors) == ["reason"]
    assert ImportDraft.objects.count() == 0
    unreadable = upload(user, b"\n;;\n")
    assert unreadable.context["form"].errors["file"] == ["There are no headings in row 1."]
    assert "Choose the file again" not in unreadable.content.decode()
    assert upload(user).status_code == 302


def test_an_old_workbook_is_refused_with_what_to_do() -> None:
    user = supervisor_of_n1()
    answer = upload(user, OLD_WORKBOOK, name="register.xls")
    assert answer.status_code == 422
    assert "Save it as .xlsx or CSV without a password." in answer.content.decode()


def test_an_undo_that_was_refused_is_not_shown_as_an_import_that_can_be_undone() -> None:
    user = supervisor_of_n1()
    draft = imported(user)
    page = f"/import/{draft.pk}/"
    assert "You can undo it until" in browse(user).get(page).content.decode()
    row = Organisation.objects.get(name="Peña Zorro")
    changed = edit_organisation(actor=SYSTEM, organisation_id=row.pk, name="Peña Zorro II")
    send(user, draft, "undo")
    said = browse(user).get(page).content.decode()
    assert (
        said.count("The import was not undone.")
        == said.count("1 row (Peña Zorro II) has been changed or used since the import.")
        == 1
    )
    assert "You can undo it until" not in said
    assert "Try undo again" in said
    Organisation.objects.filter(pk=row.pk).update(version=changed.version - 1)
    assert send(user, draft, "undo").state == "undone"
    assert "The import was not undone." not in browse(user).get(page).content.decode()


def test_its_pages_do_not_read_the_file() -> None:
    user = supervisor_of_n1()
    draft = imported(user)
    for page in ("/import/", f"/import/{draft.pk}/"):
        with CaptureQueriesContext(connection) as captured:
            assert browse(user).get(page).status_code == 200
        said = [query["sql"] for query in captured.captured_queries if "importdraft" in query["sql"]]
        assert said, page
        assert not [statement for statement in said if '"content"' in statement.partition(" WHERE ")[0]]


def test_how_many_rows_there_are_is_said_once_they_are_written() -> None:
    user = supervisor_of_n1()
    told = []
    work: Any = SimpleNamespace(
        actor=actor_for(user),
        parameters={"draft": str(mapped(user).pk), "step": "try"},
        progress=lambda done, total=None: told.append((done, total)),
    )
    work_on_draft(work)
    assert told == [(3, None), (3, 3)]


@pytest.mark.parametrize("step", ["run", "undo"])
def test_a_step_that_was_stopped_can_be_done_again(step: str) -> None:
    user = supervisor_of_n1()
    draft = mapped(user) if step == "run" else imported(user)
    page = f"/import/{draft.pk}/"
    browse(user).post(f"{page}{step}/")
    assert f"{page}{step}/" not in browse(user).get(page).content.decode()
    draft.refresh_from_db()
    browse(user).post(f"/jobs/{draft.job_id}/cancel/")
    said = browse(user).get(page).content.decode()
    assert f"{page}{step}/" in said
    assert ("The import stopped part-way." in said) == (step == "run")
    assert "nothing has been imported yet" not in said
    assert send(user, draft, step).state == {"run": "imported", "undo": "undone"}[step]
    assert Organisation.objects.count() == {"run": 2, "undo": 0}[step]
