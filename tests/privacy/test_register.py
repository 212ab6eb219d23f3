"""The register of processing is made from the inventory, and its committed form shows each change."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pypdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from lib.days import city_today
from privacy import inventory
from privacy.exports import register
from privacy.inventory import labels
from privacy.models import RegisterState, RegisterText
from privacy.services.register import set_register_texts
from tests.factories import make_user
from tests.privacy.requesting import sure

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer_of_privacy() -> User:
    return make_user(Role.PRIVACY_OFFICER)


def test_the_committed_register_is_that_of_the_inventory() -> None:
    call_command("privacy_register", check=True)


def test_a_changed_inventory_differs_from_the_committed_register(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    copy = tmp_path / "register.json"
    copy.write_text(register.committed().replace("plans.Plan", "plans.Draft"))
    monkeypatch.setattr("privacy.management.commands.privacy_register.COMMITTED", copy)
    with pytest.raises(CommandError, match="differs"):
        call_command("privacy_register", check=True)
    call_command("privacy_register")
    call_command("privacy_register", check=True)


def test_every_table_about_people_is_in_an_activity_with_words() -> None:
    said = {table for one in register.entries() for table in one.tables}
    assert said == {one.model for one in inventory.fields().values() if one.is_personal}
    assert set(labels.PEOPLE) == set(inventory.PEOPLE)
    assert set(labels.CATEGORIES) == set(inventory.CATEGORIES)
    assert set(labels.RECIPIENTS) == set(inventory.RECIPIENTS)
    for one in register.entries():
        assert one.people
        assert one.periods
        assert one.recipients


def test_the_page_and_its_files_have_the_texts_of_the_city(officer_of_privacy: User) -> None:
    client = sure(officer_of_privacy)
    assert client.post("/privacy/register/texts/", {"authority": "x" * 1001}).status_code == 422
    sent = {"authority": "Data Authority, 1 Main Street", "court": "Administrative court"}
    assert client.post("/privacy/register/texts/", sent).status_code == 302
    for shown in ("Data Authority", "Not entered yet", "contacts and people named in notes"):
        assert shown.lower() in client.get("/privacy/register/").content.decode().lower()
    found = json.loads(client.get("/privacy/register/file/json/").content)
    assert {"title": "Court: name and address", "text": "Administrative court"} in found["texts"]
    lines = list(
        csv.reader(io.StringIO(client.get("/privacy/register/file/csv/").content.decode("utf-8-sig")))
    )
    assert len(lines) == len(found["entries"]) + 1
    pages = pypdf.PdfReader(io.BytesIO(client.get("/privacy/register/file/pdf/").content)).pages
    assert "Data Authority" in "".join(page.extract_text() for page in pages)
    assert client.get("/privacy/register/file/exe/").status_code == 404
    event = Event.objects.filter(action=Action.UPDATE, object_type="register").latest("at")
    assert event.field_names == ["authority", "court"]
    client.post("/privacy/register/texts/", {"authority": "", "court": "Administrative court"})
    assert RegisterText.objects.visible_to(actor_for(officer_of_privacy)).by_part() == {
        "court": "Administrative court"
    }


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_only_privacy_officers_see_and_change_the_register(role: str) -> None:
    user = make_user(role)
    for path in ("", "texts/", "file/json/"):
        assert sure(user).get(f"/privacy/register/{path}").status_code == 403
    with pytest.raises(PermissionDenied):
        set_register_texts(actor=actor_for(user), texts={"court": "Mine"})
    assert not RegisterText.objects.visible_to(actor_for(user)).exists()


def test_changes_since_a_day_are_shown_and_a_state_is_kept_only_when_it_changed(
    officer_of_privacy: User,
) -> None:
    assert register.keep_state() and not register.keep_state()
    RegisterState.objects.update(day=date(2026, 1, 5))
    client = sure(officer_of_privacy)
    assert "Nothing has changed" in client.get("/privacy/register/?since=2026-02-01").text
    set_register_texts(actor=actor_for(officer_of_privacy), texts={"dpo": "Office of Ana Example"})
    assert register.keep_state()
    for day in ("2026-02-01", "2025-12-01"):  # before the first state, it is compared with that
        html = client.get(f"/privacy/register/?since={day}").text
        assert "<ins>Office of Ana Example</ins>" in html and "Nothing has changed" not in html
    tomorrow = city_today() + timedelta(days=1)
    assert "Nothing has changed" in client.get(f"/privacy/register/?since={tomorrow}").text
    assert client.get("/privacy/register/?since=never").status_code == 422
    assert register.changes_since(actor_for(make_user(Role.ADMINISTRATOR)), tomorrow)[0].before == ""
