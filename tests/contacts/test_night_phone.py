"""The night phone and hidden address of an organisation: shown for a reason, and in nothing that leaves."""

import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.actors import SYSTEM
from audit.models import Action, Event
from contacts.models import Organisation, OrganisationPrivateChannel
from contacts.services.organisations import create_organisation, edit_organisation
from contacts.services.private_channels import (
    reveal_organisation_private_channel,
    set_organisation_private_channel,
)
from exchange.archive.writing import write_archive
from tests.api.clients import Tool
from tests.exchange.test_export_lists import export
from tests.factories import make_actor, make_district, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db
CANARY, DIGITS = "Zanquivo lane 9", "612345678"


def hidden(**fields: Any) -> Organisation:
    organisation = make_organisation(kind="shelter", name="Casa", **fields)
    return set_organisation_private_channel(
        actor=SYSTEM, organisation_id=organisation.pk, night_phone="612 345 678", address=CANARY
    )


def test_kept_replaced_and_taken_away_in_the_next_version() -> None:
    organisation = hidden()
    actor = make_actor(organisation.home_district)
    assert OrganisationPrivateChannel.objects.get().night_phone.as_e164 == f"+34{DIGITS}"
    assert Event.objects.latest("pk").field_names == ["private_channel"]
    for refused in (make_actor(make_district()), make_actor(make_district(), role="privacy_officer")):
        with pytest.raises((Organisation.DoesNotExist, PermissionDenied)):
            set_organisation_private_channel(actor=refused, organisation_id=organisation.pk)
    with pytest.raises(ValidationError) as error:
        set_organisation_private_channel(actor=actor, organisation_id=organisation.pk, night_phone="12")
    assert "night_phone" in error.value.message_dict
    saved = set_organisation_private_channel(
        actor=actor, organisation_id=organisation.pk, version=organisation.version
    )
    assert saved.version == organisation.version + 1 and not OrganisationPrivateChannel.objects.exists()


def test_revealed_once_for_a_reason_that_is_kept(client: Client) -> None:
    organisation = hidden()
    page = f"/organisations/{organisation.pk}/"
    officer = make_officer(organisation.home_district)
    client.force_login(officer)
    assert DIGITS not in (plain := client.get(page).text).replace(" ", "") and CANARY not in plain
    refused = client.post(f"{page}private/reveal/", {"reason": "…"})
    assert refused.status_code == 422 and CANARY not in refused.text
    told = client.post(f"{page}private/reveal/", {"reason": "They called or wrote"})
    assert CANARY in told.text and DIGITS in told.text.replace(" ", "")
    event = Event.objects.get(action=Action.REVEAL)
    assert (event.actor_id, event.object_ids) == (officer.pk, [organisation.pk])
    assert (event.purpose, event.field_names) == ("They called or wrote", ["private_channel"])
    client.force_login(make_officer(make_district()))
    assert client.post(f"{page}private/reveal/", {"reason": "They called or wrote"}).status_code == 404
    with pytest.raises(Organisation.DoesNotExist):
        reveal_organisation_private_channel(
            actor=make_actor(make_district()), organisation_id=organisation.pk, reason="They called"
        )


def test_it_is_replaced_unseen_on_a_page_of_its_own(client: Client) -> None:
    organisation = hidden()
    client.force_login(make_officer(organisation.home_district))
    page = f"/organisations/{organisation.pk}/private/"
    assert CANARY not in client.get(page).text
    typed = {"version": organisation.version, "night_phone": "12", "address": "Elsewhere 1"}
    assert client.post(page, typed).status_code == 422
    assert client.post(page, typed | {"version": 1, "night_phone": ""}).status_code == 409
    assert client.post(page, typed | {"night_phone": ""}).status_code == 302
    assert OrganisationPrivateChannel.objects.get().address == "Elsewhere 1"


def test_no_word_of_it_leaves_by_api_feed_export_brief_or_search(client: Client) -> None:
    organisation = hidden()
    tool = Tool(organisation.home_district, scopes=("organisations:read", "changes:read", "contacts:private"))
    left = [tool.get(path) for path in (f"/organisations/{organisation.pk}/", "/organisations/", "/changes/")]
    client.force_login(make_officer(organisation.home_district))
    left += [client.get(f"/organisations/{organisation.pk}/{path}") for path in ("brief/", "edit/", "")]
    left += [client.get("/search/?q=zanquivo"), client.get("/organisations/?q=zanquivo")]
    assert [one.status_code for one in left] == [200] * len(left)
    for one in left:
        assert DIGITS not in (text := one.content.decode().replace(" ", "")) and CANARY[:8] not in text
    _, exported = export(make_supervisor(organisation.home_district), "/organisations/export/")
    write_archive(file := io.BytesIO(), actor=SYSTEM, scope=SYSTEM, district=None, purpose="moving")
    with ZipFile(file) as archive:
        files = [exported, *(archive.read(name) for name in archive.namelist())]
    assert b"Casa" in exported
    assert [one for one in files if CANARY.encode() in one or DIGITS.encode() in one] == []
    assert "Casa" in left[0].content.decode() and "Casa" not in left[-1].content.decode()


def test_the_address_of_a_shelter_is_kept_nowhere_else() -> None:
    given: dict[str, Any] = {"name": "Casa", "home_district": make_district(), "address": CANARY}
    for kind in ("shelter", "reception_centre"):
        with pytest.raises(ValidationError, match="is private"):
            create_organisation(actor=SYSTEM, kind=kind, **given)
    ngo = create_organisation(actor=SYSTEM, kind="ngo", **given)
    with pytest.raises(ValidationError, match="is private"):
        edit_organisation(actor=SYSTEM, organisation_id=ngo.pk, kind="shelter")
