"""Duplicates on pages: reviewing, marking as different, merging with a preview, and undo."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from contacts.merging import relations
from contacts.merging.choices import TOGETHER
from contacts.models import Contact, Merge, NotADuplicate, Organisation
from contacts.services.organisations import edit_organisation
from pages.duplicates.merging import REFERRING
from tests.contacts.pages import browse, undo
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db

REASON = {"why": "1", "reason": "They called or wrote"}
LIST = "/duplicates/organisations/"


def merge_address(*rows: Any, noun: str = "organisations") -> str:
    return reverse("merge", args=[noun]) + "?" + "&".join(f"row={row.pk}" for row in rows)


def versions(*rows: Any) -> dict[str, Any]:
    """Return the form data of the page, with its first row to keep."""
    return {"keep": rows[0].pk} | {f"version_{row.pk}": row.version for row in rows}


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


def test_numbers_are_written_as_people_of_the_city_write_them() -> None:
    officer, kept, gone = a_pair()
    client = browse(officer)
    Organisation.objects.filter(pk=gone.pk).update(phone="+442079460903")
    kept.refresh_from_db()
    for page in (LIST, merge_address(kept, gone)):
        html = client.get(page).content.decode()
        for said in ("600 00 00 01", "+44 20 7946 0903"):
            assert said in html, (page, said)
        assert "+34600000001" not in html


def test_nothing_alike_is_said_kindly() -> None:
    assert b"No duplicates found" in browse(make_officer(make_district())).get(LIST).content


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
    assert b"No duplicates found" in client.get(LIST).content


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


@pytest.mark.parametrize("noun", ["organisations", "contacts"])
def test_which_may_only_be_looked_at_is_said_and_the_others_stay_ticked(noun: str) -> None:
    officer, *ours = a_pair()
    visiting = make_organisation(name="Casa Lejana", also_in=[ours[0].home_district])
    rows: list[Any] = [*ours, visiting]
    if noun == "contacts":
        homes = [row.home_district for row in rows]
        rows = [make_contact(home, row, given_name="Ana") for home, row in zip(homes, rows, strict=True)]
    client = browse(officer)
    answer = client.get(merge_address(*rows, noun=noun))
    html = joined(answer.content.decode())
    assert answer.status_code == 403
    assert "Some are based in another district." in html
    assert "view only" in html.partition(f"/{rows[2].pk}/")[2]
    ticked = [f'name="row" value="{row.pk}" form="chosen" checked' in html for row in rows]
    assert ticked == [True, True, False]
    assert f'action="{reverse("merge", args=[noun])}"' in html
    shown = Event.objects.get(actor_id=officer.pk, action=Action.VIEW)
    assert set(shown.object_ids) == {row.pk for row in rows}
    assert client.post(merge_address(*rows, noun=noun), versions(*rows)).status_code == 403
    assert client.get(merge_address(*rows[:2], noun=noun)).status_code == 200


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_writes_nothing_merges_nothing(role: str) -> None:
    assert browse(make_user(role)).get(LIST).status_code == 403


def test_two_or_more_are_chosen_in_every_list_there_is() -> None:
    officer, kept, gone = a_pair()
    third = make_organisation(kept.home_district, name="Casa Rom", phone="+34600000001")
    make_organisation(name="Casa Roma", also_in=[kept.home_district])  # read-only, so not selectable
    people = [make_contact(kept.home_district, given_name="Ana", family_name="Gil") for _n in range(3)]
    client = browse(officer)
    for address, rows, merges in (
        (LIST, (kept, gone, third), "/duplicates/organisations/merge/"),
        ("/organisations/", (kept, gone, third), "/organisations/selected/"),
        ("/duplicates/contacts/", people, "/duplicates/contacts/merge/"),
        ("/contacts/", people, "/duplicates/contacts/merge/"),
    ):
        html = joined(client.get(address).content.decode())
        assert f'action="{merges}"' in html
        ticked = {f'name="row" value="{row.pk}"' for row in rows}
        assert all(tick in html for tick in ticked), address
    assert (
        merge_address(kept, gone, third).replace("&", "&amp;")
        in (
            client.get("/organisations/selected/", {"row": [row.pk for row in (kept, gone, third)]})
        ).content.decode()
    )


def test_three_become_the_one_that_was_chosen_to_stay() -> None:
    officer, kept, gone = a_pair()
    third = make_organisation(kept.home_district, name="Casa Rom", phone="+34600000001")
    make_meeting(None, kept)
    rows = (kept, gone, third)
    client = browse(officer)
    typed = versions(*rows) | {"keep": third.pk, "take_name": kept.pk, "take_summary": gone.pk}
    answer = client.post(merge_address(*rows), typed)
    assert (answer.status_code, answer["location"]) == (302, reverse("organisation", args=[third.pk]))
    stays = Organisation.objects.get()
    assert (stays.pk, stays.name, stays.summary) == (third.pk, "Casa Roma", "Mondays")
    assert stays.meeting_links.count() == 1
    undo(client, answer["location"])
    assert Organisation.objects.count() == 3


def test_one_that_is_not_on_the_page_cannot_be_chosen_to_stay() -> None:
    officer, kept, gone = a_pair()
    typed = versions(kept, gone) | {"take_name": kept.pk, "take_summary": kept.pk}
    other = make_organisation(kept.home_district)
    client = browse(officer)
    assert client.post(merge_address(kept, gone), typed | {"keep": other.pk}).status_code == 422
    assert client.post(merge_address(kept, gone), typed | {"keep": gone.pk}).status_code == 302


@pytest.mark.parametrize("n", [0, 1, 11])
def test_too_few_or_too_many_are_asked_for_again(n: int) -> None:
    officer, kept, _gone = a_pair()
    rows = [kept, *(make_organisation(kept.home_district) for _n in range(10))][:n]
    answer = browse(officer).get(merge_address(*rows) + "&chosen=", follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert b"Select at least two duplicates. The limit is 10." in answer.content


def test_the_preview_shows_every_field_and_every_relation_of_each_row() -> None:
    north = make_district("North")
    kept = make_organisation(north, name="Casa Roma", languages=["es", "rom"], website="https://casa.example")
    gone = make_organisation(north, name="Casa Rom", languages=["es", "rom"])
    third = make_organisation(north, name="Casa Rom")
    make_meeting(None, kept, third)
    make_meeting(None, third)
    make_contact(north, gone)
    answer = browse(make_officer(north)).get(merge_address(kept, gone, third))
    html = answer.content.decode()
    for names in TOGETHER[Organisation]:
        field: Any = Organisation._meta.get_field(names[0])
        label = str(field.verbose_name).capitalize()
        assert html.count(label) >= 1, label
    assert "Casa Rom (2, 3)" in html
    assert "https://casa.example (1)" in html
    assert "Romani" in html
    referring = dict(answer.context["referring"])
    assert referring["meetings"] == [1, 0, 2]
    assert referring["people"] == [0, 1, 0]
    assert len(referring) == len(relations.relations(Organisation))


def test_every_relation_has_a_name_that_people_know() -> None:
    known = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for model in (Organisation, Contact)
        for relation in relations.relations(model)
    }
    assert set(REFERRING) == known


def test_namesakes_are_told_apart_without_saying_for_whom_they_speak() -> None:
    north, south = make_district("North"), make_district("South")
    ours, hidden = make_organisation(north, name="Lilac"), make_organisation(south, name="Teal")
    rows = [make_contact(north, ours, given_name="Ana", family_name="Gil"), make_contact(north, hidden)]
    rows += [make_contact(north, given_name="Ana", family_name="Gil", email=f"{n}@x.example") for n in "ab"]
    rows[0].affiliations.update(role_title="the chair")
    rows[1].affiliations.update(role_title="the treasurer")
    client = browse(make_officer(north))
    client.post(merge_address(*rows, noun="contacts"), REASON)
    chosen = client.get(merge_address(*rows, noun="contacts")).content.decode()
    listed = client.get("/duplicates/contacts/").content.decode()
    for html in (chosen, listed):
        assert "Ana Gil" in html
        assert all(text in html for text in ("the chair", "a@x.example", "b@x.example", "North"))
        assert not any(text in html for text in ("the treasurer", "Lilac", "Teal"))


def test_people_are_merged_in_the_same_way() -> None:
    north = make_district()
    kept = make_contact(north, given_name="Ana", family_name="García")
    gone = make_contact(north, given_name="Ana", family_name="Garcia")
    client = browse(make_officer(north))
    assert b"Same name" in client.get("/duplicates/contacts/").content
    typed = versions(kept, gone) | {"take_given_name": kept.pk} | REASON
    assert client.post(merge_address(kept, gone, noun="contacts"), typed).status_code == 302
    assert Contact.objects.get().pk == kept.pk


def test_people_outside_the_portfolio_are_merged_for_a_reason_that_each_event_carries() -> None:
    north = make_district()
    officer = make_officer(north)
    known = make_contact(north, make_organisation(north, lead_officer=officer))
    kept = make_contact(north, given_name="Ana", family_name="Gil", email="gil@x.example")
    gone = make_contact(north, given_name="Ana", family_name="Gil", email="ana@x.example")
    client, address = browse(officer), merge_address(known, kept, gone, noun="contacts")
    typed = versions(known, kept, gone) | {
        f"take_{name}": known.pk for name in ("given_name", "family_name", "email", "phone")
    }
    for answer, status in (
        (client.get(address), 200),
        (client.post(address, typed), 422),
        (client.post(address, typed | {"why": "1", "reason": "..."}), 422),
    ):
        assert answer.status_code == status
        assert b"Why do you need this contact?" in answer.content
        assert b"@x.example" not in answer.content
        assert not Event.objects.filter(actor_id=officer.pk, object_ids__contains=[kept.pk]).exists()
    assert client.post(address, REASON)["Location"] == address
    assert b"gil@x.example" in client.get(address).content
    assert client.post(address, typed).status_code == 302
    events = Event.objects.filter(actor_id=officer.pk, object_ids__contains=[kept.pk])
    assert {(event.action, event.purpose) for event in events} >= {
        (Action.VIEW, REASON["reason"]),
        (Action.MERGE, REASON["reason"]),
    }
    assert {event.purpose for event in events} == {REASON["reason"]}


def test_there_are_no_duplicates_of_anything_else() -> None:
    assert browse(make_officer(make_district())).get("/duplicates/meetings/").status_code == 404


def merged(client: Any, kept: Any, gone: Any, noun: str = "organisations", **typed: Any) -> str:
    """Merge and return the URL of the remaining row, after its message was read."""
    address: str = client.post(merge_address(kept, gone, noun=noun), versions(kept, gone) | typed)["location"]
    client.get(address)
    return address


def merged_pair() -> tuple[Any, str, Organisation]:
    officer, kept, gone = a_pair()
    client = browse(officer)
    address = merged(client, kept, gone, take_name=kept.pk, take_summary=gone.pk)
    return client, address, kept


OFFERED = b"1 duplicate was merged into this record"


def test_a_merge_is_taken_back_from_the_page_of_what_is_left() -> None:
    client, address, kept = merged_pair()
    client.get("/")
    assert OFFERED in client.get(address).content
    undo(client, address)
    assert Organisation.objects.count() == 2
    assert client.get(address).status_code == 200
    assert OFFERED not in client.get(address).content
    assert Organisation.objects.get(pk=kept.pk).summary == ""


def test_a_merge_of_people_is_taken_back_from_their_page() -> None:
    north = make_district()
    officer = make_officer(north)
    kept, gone = (make_contact(north, make_organisation(north, lead_officer=officer)) for _n in range(2))
    client = browse(officer)
    address = merged(client, kept, gone, noun="contacts", take_given_name=kept.pk)
    undo(client, address)
    assert Contact.objects.count() == 2


def test_a_merge_is_taken_back_from_the_list_of_duplicates_too() -> None:
    client, _address, _kept = merged_pair()
    assert b"1 duplicate merged." in client.get(LIST).content
    assert b"1 duplicate merged." not in client.get("/duplicates/contacts/").content
    undo(client, LIST)
    assert Organisation.objects.count() == 2
    client.get(LIST)
    assert b"1 duplicate merged." not in client.get(LIST).content


def test_only_who_may_change_what_is_left_is_offered_the_way_back() -> None:
    _client, address, kept = merged_pair()
    east = make_district()
    kept.also_in.add(east)
    visitor, colleague = browse(make_officer(east)), browse(make_officer(kept.home_district))
    answer = visitor.get(address)
    assert (answer.status_code, OFFERED in answer.content) == (200, False)
    undo(colleague, address)
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("what", ["thirty days", "a change"])
def test_the_way_back_closes_with(what: str) -> None:
    client, address, kept = merged_pair()
    assert OFFERED in client.get(address).content
    if what == "a change":
        edit_organisation(actor=SYSTEM, organisation_id=kept.pk, name="Another")
    else:
        Merge.objects.update(merged_at=timezone.now() - timedelta(days=31))
    assert OFFERED not in client.get(address).content


def test_a_page_that_was_open_too_long_says_that_it_is_too_late() -> None:
    client, address, _kept = merged_pair()
    token = client.get(address).content.decode().split('action="/undo/')[1].split('"')[0]
    Merge.objects.update(merged_at=timezone.now() - timedelta(days=31))
    assert b"It is too late to undo this" in client.post(f"/undo/{token}", follow=True).content
    assert Organisation.objects.count() == 1


def test_of_two_merges_the_page_offers_the_later_and_then_the_earlier() -> None:
    client, address, kept = merged_pair()
    kept.refresh_from_db()
    third = make_organisation(kept.home_district, name=kept.name, summary=kept.summary, phone=str(kept.phone))
    merged(client, kept, third)
    page = client.get(address).content
    assert page.count(OFFERED) == 1
    assert b"You can then undo the earlier merge of 1 duplicate (" in page
    undo(client, address)
    assert Organisation.objects.filter(pk=third.pk).exists()
    client.get(address)  # shows that it is undone
    page = client.get(address).content
    assert (page.count(OFFERED), b"undo the earlier merge" in page) == (1, False)
    undo(client, address)
    assert Organisation.objects.count() == 3
    client.get(address)
    assert OFFERED not in client.get(address).content


def test_an_undo_that_waits_for_a_later_one_offers_that_first() -> None:
    client, address, kept = merged_pair()
    earlier = client.get(address).content.decode().split('action="/undo/')[1].split('"')[0]
    kept.refresh_from_db()
    heir = make_organisation(kept.home_district, name=kept.name, summary=kept.summary, phone=str(kept.phone))
    merged(client, heir, kept)
    answer = client.post(f"/undo/{earlier}", headers={"referer": f"http://testserver{address}"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("organisation", args=[heir.pk])
    assert b"Undo the later merge first." in answer.content
    later = answer.content.decode().split('action="/undo/')[1].split('"')[0]
    assert Organisation.objects.count() == 1
    client.post(f"/undo/{later}")
    assert Organisation.objects.count() == 2
    client.post(f"/undo/{earlier}")
    assert Organisation.objects.count() == 3
