"""A reason chosen with one tap is a code, which each reader sees in their own language."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from accounts.actors import SYSTEM
from accounts.models import DutyReason, Role, User
from accounts.rules import duty_purpose
from audit.codes import ReasonCode, split_codes
from audit.models import Action, Event, Reason
from audit.services import record, remove_reasons
from contacts.services.private_channels import set_private_channel
from pages.privacy.views import NOUNS
from tests.factories import make_actor, make_contact, make_district, make_officer, make_user
from tests.languages import CODE, pseudo, pseudo_language

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
BUTTON = re.compile(r'name="reason" value="([^"]+)"')
ROOMS = (
    "accounts api contacts disclosure exchange incidents meetings oversight pages privacy publishing reports "
    "reviews"
)


def test_each_button_stores_its_code_and_no_text() -> None:
    north = make_district()
    contact = make_contact(north)
    client = Client()
    client.force_login(make_officer(north))
    path = f"/contacts/{contact.pk}/"
    sent = BUTTON.findall(client.get(path).text)
    assert sent == ["code:called", "code:covering", "code:incident", "code:correcting"]
    client.post(f"{path}reason/", {"reason": sent[0]})
    set_private_channel(actor=SYSTEM, contact_id=contact.pk, phone="699 999 999")
    page = client.get(path).text
    assert "code:asked_for" in BUTTON.findall(page)
    assert client.post(f"{path}private/reveal/", {"reason": "code:asked_for"}).status_code == 200
    viewed = Event.objects.filter(action=Action.VIEW, object_ids__contains=[contact.pk]).earliest("at")
    revealed = Event.objects.get(action=Action.REVEAL)
    assert (viewed.reason_code, revealed.reason_code) == ("called", "asked_for")
    assert [viewed.purpose, revealed.purpose] == [
        str(ReasonCode.CALLED.label),
        str(ReasonCode.ASKED_FOR.label),
    ]
    assert not Reason.objects.exists()


def test_each_reader_sees_it_in_their_own_language() -> None:
    record(make_actor(make_district()), Action.VIEW, "contact", purpose="code:called; twice")
    for language, words in (("", ReasonCode.CALLED.label), (CODE, pseudo("They called or wrote"))):
        with pseudo_language():
            reader = make_user(Role.PRIVACY_OFFICER)
            if language:
                User.objects.filter(pk=reader.pk).update(language=language)
            client = Client()
            client.force_login(reader)
            assert f"{words}; twice" in client.get("/privacy/trail/").text


def test_what_was_typed_beside_it_can_be_removed_and_the_code_stays() -> None:
    event = record(SYSTEM, Action.EXPORT, "contact", purpose="code:council; code:made_up; for the mayor")
    kept = Event.objects.get(pk=event.pk)
    assert (kept.reason_code, kept.reason.text) == ("council", "code:made_up; for the mayor")
    remove_reasons(actor=SYSTEM, events=[event.pk], purpose="")
    kept = Event.objects.get(pk=event.pk)
    assert kept.purpose.startswith("To report to the city council; The reason was removed on ")


def test_temporary_access_is_a_code_beside_the_reason() -> None:
    for reason in DutyReason.values:
        codes, text = split_codes(f"{duty_purpose(reason)}; she called")
        assert (codes, text) == (f"duty_{reason}", "she called")


def test_all_codes_of_one_kind_fit_into_an_event() -> None:
    longest = sorted(map(len, ReasonCode.values))[-8:]
    most = Event._meta.get_field("reason_code").max_length
    assert most and sum(longest) + len(longest) < most


def test_every_type_of_record_has_a_name_in_the_activity_log() -> None:
    """Of events whose type is written in the code. Others take theirs from the same words."""
    places = {"record": 2, "disclose": 1, "Changed": 0, "Notice": 0}
    found = set()
    for path in (path for room in ROOMS.split() for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            given = node.args[places.get(node.func.id, 99) :][:1]
            found |= {one.value for one in given if isinstance(one, ast.Constant) and one.value}
    assert len(found) > 20
    assert found - NOUNS.keys() == set()
    with translation.override(None):
        assert str(NOUNS["reason"]) == "reasons in the activity log"
