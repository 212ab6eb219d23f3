"""Looking through duplicates, saying that two are different, merging with a preview, and taking it back."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from contacts.models import Contact, NotADuplicate, Organisation
from contacts.services.organisations import edit_organisation
from tests.contacts.pages import browse, undo
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/duplicates/organisations/"


def merge_address(*rows: Any, noun: str = "organisations") -> str:
    return reverse("merge", args=[noun]) + "?" + "&".join(f"row={row.pk}" for row in rows)


def versions(*rows: Any) -> dict[str, Any]:
    return {f"version_{row.pk}": row.version for row in rows}


def a_pair() -> tuple[Any, Organisation, Organisation]:
    north = make_district()
    kept = make_organisation(north, name="Casa Roma", phone="+34600000001")
    gone = make_organisation(north, name="Asociación Casa Roma", phone="+34600000001", summary="Mondays")
    return make_officer(north), kept, gone


def test_pairs_are_listed_with_the_reason_and_recorded() -> None:
    officer, kept, gone = a_pair()
    make_organisation(name="Casa Roma")  # of another district
    answer = browse(officer).get(LIST)
    assert answer.status_code == 200
    assert "Same name, same phone" in answer.content.decode()
    event = Event.objects.get(actor_id=officer.pk, action=Action.LIST)
    assert set(event.object_ids) == {kept.pk, gone.pk}


def test_nothing_alike_is_said_kindly() -> None:
    assert b"Nothing looks like a duplicate" in browse(make_officer(make_district())).get(LIST).content


def test_two_that_are_different_are_not_shown_again_unless_undone() -> None:
    officer, kept, gone = a_pair()
    client = browse(officer)
    answer = client.post(
        reverse("not_a_duplicate", args=["organisations"]), {"one": gone.pk, "other": kept.pk}
    )
    assert answer.status_code == 302
    assert NotADuplicate.objects.count() == 1
    undo(client, LIST)
    assert NotADuplicate.objects.count() == 0
    client.post(reverse("not_a_duplicate", args=["organisations"]), {"one": gone.pk, "other": kept.pk})
    assert b"Nothing looks like a duplicate" in client.get(LIST).content


def test_the_preview_shows_every_difference_and_what_comes_along() -> None:
    officer, kept, gone = a_pair()
    make_meeting(None, gone)
    answer = browse(officer).get(merge_address(kept, gone))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert all(name in answer.context["form"].fields for name in ("take_name", "take_summary"))
    assert "take_phone" not in answer.context["form"].fields
    assert "Casa Roma" in text
    assert answer.context["form"]["take_summary"].initial == str(gone.pk)


def test_merging_leaves_one_and_undo_brings_both_back() -> None:
    officer, kept, gone = a_pair()
    client = browse(officer)
    typed = versions(kept, gone) | {"take_name": gone.pk, "take_summary": gone.pk}
    answer = client.post(merge_address(kept, gone), typed)
    assert answer.status_code == 302
    assert Organisation.objects.get().name == "Asociación Casa Roma"
    undo(client, answer["location"])
    assert Organisation.objects.count() == 2


def test_the_address_of_a_merged_one_leads_to_the_one_that_is_left() -> None:
    officer, kept, gone = a_pair()
    client = browse(officer)
    address = reverse("organisation", args=[gone.pk])
    client.post(
        merge_address(kept, gone), versions(kept, gone) | {"take_name": kept.pk, "take_summary": kept.pk}
    )
    answer = client.get(address)
    assert (answer.status_code, answer["location"]) == (302, reverse("organisation", args=[kept.pk]))
    assert browse(make_officer(make_district())).get(address).status_code == 404


def test_a_row_that_changed_meanwhile_is_looked_at_again() -> None:
    officer, kept, gone = a_pair()
    typed = versions(kept, gone) | {"take_name": kept.pk, "take_summary": kept.pk}
    edit_organisation(actor=SYSTEM, organisation_id=gone.pk, name="Another")
    answer = browse(officer).post(merge_address(kept, gone), typed)
    assert answer.status_code == 422
    assert b"has changed since" in answer.content
    assert Organisation.objects.count() == 2


def test_what_is_not_chosen_is_asked_for() -> None:
    officer, kept, gone = a_pair()
    answer = browse(officer).post(merge_address(kept, gone), versions(kept, gone))
    assert answer.status_code == 422
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("query", ["", "?row=x", "?row=01a2107a-0000-7000-8000-000000000000"])
def test_rows_that_are_not_there_are_not_found(query: str) -> None:
    officer, _kept, _gone = a_pair()
    assert browse(officer).get(reverse("merge", args=["organisations"]) + query).status_code == 404


def test_rows_of_another_district_are_not_found_and_read_only_ones_refused() -> None:
    officer, kept, gone = a_pair()
    theirs = make_organisation(name="Casa Roma")
    visiting = make_organisation(name="Casa Roma", also_in=[kept.home_district])
    client = browse(officer)
    assert client.get(merge_address(kept, gone)).status_code == 200
    assert client.get(merge_address(kept, theirs)).status_code == 404
    assert client.get(merge_address(kept, visiting)).status_code == 403


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_writes_nothing_merges_nothing(role: str) -> None:
    assert browse(make_user(role)).get(LIST).status_code == 403


def test_people_are_merged_in_the_same_way() -> None:
    north = make_district()
    kept = make_contact(north, given_name="Ana", family_name="García")
    gone = make_contact(north, given_name="Ana", family_name="Garcia")
    client = browse(make_officer(north))
    assert b"Same name" in client.get("/duplicates/contacts/").content
    typed = versions(kept, gone) | {"take_given_name": kept.pk}
    assert client.post(merge_address(kept, gone, noun="contacts"), typed).status_code == 302
    assert Contact.objects.get().pk == kept.pk


def test_there_are_no_duplicates_of_anything_else() -> None:
    assert browse(make_officer(make_district())).get("/duplicates/meetings/").status_code == 404
