"""The pages of organisations in a browser without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Action, Event
from contacts.models import FocusDeclaration, Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from tests.contacts.pages import browse, typed, undo
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db

LIST = "/organisations/"
NEW = "/organisations/new/"


def page(organisation: Organisation, name: str = "organisation") -> str:
    return reverse(name, args=[organisation.pk])


def test_a_search_shows_more_than_a_page_for_it_has_no_next_one() -> None:
    north = make_district()
    for number in range(51):
        make_organisation(north, name=f"Alike {number}")
    answer = browse(make_officer(north)).get(LIST, {"q": "alike"})
    assert len(answer.context["page"].rows) == 51


def test_the_list_shows_what_is_seen_and_records_it() -> None:
    north = make_district()
    officer = make_officer(north)
    ours, theirs = make_organisation(north, name="Ours"), make_organisation(name="Theirs")
    answer = browse(officer).get(LIST)
    assert answer.status_code == 200
    assert b"Ours" in answer.content
    assert b"Theirs" not in answer.content
    event = Event.objects.get(actor_id=officer.pk, action=Action.LIST)
    assert event.object_ids == [ours.pk]
    assert theirs.pk not in event.object_ids


def test_who_adds_an_organisation_leads_it_unless_they_choose_otherwise() -> None:
    north = make_district()
    for user, lead in ((make_officer(north), True), (make_supervisor(north), False)):
        form = browse(user).get(NEW).context["form"]
        assert form["home_district"].value() == north.pk
        assert form["lead_officer"].value() == (user.pk if lead else None)


def test_a_search_is_recorded_as_one() -> None:
    north = make_district()
    officer = make_officer(north)
    make_organisation(north, name="Asociación Álava")
    answer = browse(officer).get(LIST, {"q": "alava"})
    assert "Álava" in answer.content.decode()
    assert Event.objects.filter(actor_id=officer.pk, action=Action.SEARCH).exists()


def test_closed_ones_are_listed_when_asked_for() -> None:
    north = make_district()
    make_organisation(north, name="Gone", status="closed")
    client = browse(make_officer(north))
    assert b"Gone" not in client.get(LIST).content
    assert b"Gone" in client.get(LIST, {"status": "closed"}).content
    assert b"Gone" in client.get(LIST, {"q": "gone"}).content


def test_repeated_values_get_their_canonical_address() -> None:
    answer = browse(make_officer(make_district())).get(f"{LIST}?kind=ngo&kind=school&q=")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LIST}?kind=ngo%2Cschool"


def test_filtered_values_stay_chosen_and_can_be_removed() -> None:
    north = make_district()
    make_organisation(north, kind="ngo")
    html = browse(make_officer(north)).get(f"{LIST}?kind=ngo,school").content.decode()
    assert re.search(r'value="ngo"[^>]* checked', html)
    assert 'href="?kind=school"' in html


@pytest.mark.parametrize("query", ["kind=pigeon", "met_from=soon", "overdue=perhaps"])
def test_a_filter_that_is_not_understood_is_said(query: str) -> None:
    answer = browse(make_officer(make_district())).get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert b'id="mistakes"' in answer.content


@pytest.mark.parametrize("query", ["cursor=x", "ordering=folded%00", "ordering=-lead_officer", "q=%00"])
def test_nonsense_in_the_address_is_no_fault(query: str) -> None:
    assert browse(make_officer(make_district())).get(f"{LIST}?{query}").status_code in {200, 422}


@pytest.mark.parametrize("path", [LIST, NEW])
def test_an_administrator_sees_no_organisation(path: str) -> None:
    assert browse(make_user(Role.ADMINISTRATOR)).get(path).status_code == 403


@pytest.mark.parametrize("name", ["organisation", "organisation_edit"])
def test_what_is_not_seen_is_not_there(name: str) -> None:
    client = browse(make_officer(make_district()))
    assert client.get(page(make_organisation(), name)).status_code == 404


@pytest.mark.parametrize("name", ["organisation_edit", "organisation_verify", "organisation_status"])
def test_seen_through_a_visit_is_read_only(name: str) -> None:
    north = make_district()
    visiting = make_organisation(also_in=[north])
    client = browse(make_officer(north))
    shown = client.get(page(visiting))
    assert shown.status_code == 200
    assert page(visiting, "organisation_edit").encode() not in shown.content
    assert client.post(page(visiting, name), {"status": "closed"}).status_code == 403


def test_a_privacy_officer_reads_everything_and_changes_nothing() -> None:
    organisation = make_organisation(name="Kaleidos")
    client = browse(make_user(Role.PRIVACY_OFFICER))
    assert b"Kaleidos" in client.get(LIST).content
    shown = client.get(page(organisation))
    assert b"Kaleidos" in shown.content
    assert b"/edit/" not in shown.content
    for path in (NEW, page(organisation, "organisation_edit")):
        assert client.get(path).status_code == 403


def test_the_page_shows_whom_to_call_and_records_everyone_on_it() -> None:
    north = make_district()
    officer = make_officer(north)
    organisation = make_organisation(north, phone="+34918812345")
    contact = make_contact(north, organisation, family_name="Saar", phone="+34612345678")
    meeting = make_meeting(north, organisation, subject="Parking")
    html = browse(officer).get(page(organisation)).content.decode()
    assert 'href="tel:+34918812345"' in html
    assert 'href="tel:+34612345678"' in html
    assert "Parking" in html
    event = Event.objects.get(actor_id=officer.pk, action=Action.VIEW)
    assert set(event.object_ids) >= {organisation.pk, contact.pk, meeting.pk}


def test_a_meeting_that_is_called_what_it_was_says_so_once() -> None:
    north = make_district()
    organisation = make_organisation(north)
    make_meeting(north, organisation, kind="phone", subject="Phone call")
    make_meeting(north, organisation, kind="phone", subject="The square")
    html = browse(make_officer(north)).get(page(organisation)).content.decode()
    assert ">Phone call ·" in joined(html)
    assert ">Phone call: The square ·" in joined(html)


def test_a_page_costs_the_same_however_much_is_on_it(django_assert_max_num_queries: Any) -> None:
    north = make_district()
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": city_today()}
    organisation = make_organisation(north, focuses=[row], also_in=[make_district()])
    for _ in range(4):
        make_contact(north, organisation)
        make_meeting(north, organisation, officers=[make_officer(north)])
        make_organisation(north, lead_officer=make_officer(north))
    client = browse(make_officer(north))
    with django_assert_max_num_queries(16):
        client.get(page(organisation))
    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_added_with_its_short_form() -> None:
    north = make_district()
    officer = make_officer(north)
    fields = typed(
        name="Mezquita  Central", kind="religious_community", home_district=north.pk, phone="918812345"
    )
    answer = browse(officer).post(NEW, fields)
    organisation = Organisation.objects.get()
    assert answer.headers["Location"] == page(organisation)
    assert organisation.name == "Mezquita Central"
    assert Event.objects.filter(actor_id=officer.pk, action=Action.CREATE).exists()


def test_a_duplicate_is_shown_and_only_saved_on_purpose() -> None:
    north = make_district()
    known = make_organisation(north, name="Asociación Kaleidos", phone="+34918812345")
    client = browse(make_officer(north))
    fields = typed(name="Kaleidos", kind="ngo", home_district=north.pk, phone="918 812 345")
    answer = client.post(NEW, fields)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert page(known) in html
    assert "same name, same phone" in html
    assert "Save anyway" in html
    assert Organisation.objects.count() == 1
    assert client.post(NEW, fields | {"anyway": "1"}).status_code == 302
    assert Organisation.objects.count() == 2


def test_a_duplicate_is_told_while_typing() -> None:
    north = make_district()
    officer = make_officer(north)
    known = make_organisation(north, name="Kaleidos")
    answer = browse(officer).post("/organisations/new/similar/", {"name": "kaleido"})
    assert page(known) in answer.content.decode()
    assert b"<html" not in answer.content
    assert Event.objects.filter(actor_id=officer.pk, object_ids=[known.pk]).exists()


@pytest.mark.parametrize(
    "text", ["\0abc", "\u202e\u200b", "x" * 100_000, "%_\\", "http://[", "ffff://\0.example"]
)
def test_whatever_is_typed_is_compared_without_a_fault(text: str) -> None:
    client = browse(make_officer(make_district()))
    fields = dict.fromkeys(("name", "phone", "email", "website"), text)
    assert client.post("/organisations/new/similar/", fields).status_code == 200


@pytest.mark.parametrize("formset", [{}, {"focuses-TOTAL_FORMS": "9" * 9, "focuses-INITIAL_FORMS": "-1"}])
def test_a_form_that_was_bent_is_refused(formset: dict[str, str]) -> None:
    north = make_district()
    fields = {"name": "Kaleidos", "kind": "ngo", "home_district": north.pk} | formset
    assert browse(make_officer(north)).post(NEW, fields).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b\u2060"),
        ("name", "x" * 201),
        ("phone", "612 ABC DEF"),
        ("phone", "1"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("website", "javascript:alert(1)"),
        ("kind", "pigeon"),
        ("home_district", "not-a-district"),
        ("cadence_days", "-1"),
        ("languages", "xx-none"),
        ("review_on", "29.02.2027"),
        ("name", "nul\0"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_typed_is_lost(field: str, value: str) -> None:
    north = make_district()
    fields = typed(name="Kaleidos", kind="ngo", home_district=str(north.pk), summary="Typed long")
    answer = browse(make_officer(north)).post(NEW, fields | {field: value})
    assert answer.status_code == 422
    assert b'id="mistakes"' in answer.content
    assert b"Typed long" in answer.content
    assert not Organisation.objects.exists()


def test_a_shelter_is_never_listed_publicly() -> None:
    north = make_district()
    with pytest.raises(ValidationError, match="A shelter cannot be listed publicly"):
        make_organisation(north, name="Casa", kind="shelter", is_listed_publicly=True)
    # The form cannot list anybody: that is recorded with who agreed (tests/publishing/test_listings.py).
    fields = typed(name="Casa", kind="ngo", home_district=north.pk, is_listed_publicly="on")
    browse(make_officer(north)).post(NEW, fields)
    assert not Organisation.objects.get().is_listed_publicly


def test_line_breaks_and_invisible_characters_leave_a_name() -> None:
    north = make_district()
    fields = typed(name="Ma\u202elaga\r\nBcc: x", kind="ngo", home_district=north.pk, phone="٩١٨ ٨١٢ ٣٤٥")
    browse(make_officer(north)).post(NEW, fields)
    organisation = Organisation.objects.get()
    assert organisation.name == "Malaga Bcc: x"
    assert organisation.phone == "+34918812345"


def edit_fields(organisation: Organisation, **fields: Any) -> dict[str, Any]:
    unchanged = {
        "version": organisation.version,
        "name": organisation.name,
        "kind": organisation.kind,
        "home_district": organisation.home_district_id,
    }
    return typed(**(unchanged | fields))


def declared(**fields: str) -> dict[str, str]:
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": "2026-05-02", "evidence_url": ""}
    formset = {"focuses-TOTAL_FORMS": "1", "focuses-INITIAL_FORMS": "0"}
    return formset | {f"focuses-0-{name}": value for name, value in (row | fields).items()}


def test_edited_with_what_they_say_of_themselves() -> None:
    north = make_district()
    organisation = make_organisation(north)
    client = browse(make_officer(north))
    answer = client.post(
        page(organisation, "organisation_edit"),
        edit_fields(organisation, name="New name", cadence_days="30") | declared(),
    )
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.cadence_days, organisation.version) == ("New name", 30, 2)
    html = client.get(page(organisation)).content.decode()
    assert "declared by the chair" in html
    assert "Every month" in html


def test_a_declaration_needs_who_said_so() -> None:
    north = make_district()
    organisation = make_organisation(north)
    answer = browse(make_officer(north)).post(
        page(organisation, "organisation_edit"), edit_fields(organisation) | declared(declared_by="")
    )
    assert answer.status_code == 422
    assert not organisation.focus_declarations.exists()


def test_a_declaration_is_taken_out() -> None:
    north = make_district()
    row = {"focus": "roma", "declared_by": "the chair", "declared_on": city_today()}
    organisation = make_organisation(north, focuses=[row])
    browse(make_officer(north)).post(
        page(organisation, "organisation_edit"),
        edit_fields(organisation) | declared(DELETE="on") | {"focuses-INITIAL_FORMS": "1"},
    )
    assert not FocusDeclaration.objects.current().exists()


def test_a_conflict_shows_both_texts_and_the_second_save_decides() -> None:
    north = make_district()
    organisation = make_organisation(north, name="Old name")
    edit_organisation(actor=SYSTEM, organisation_id=organisation.pk, name="Their name")
    client = browse(make_officer(north))
    fields = edit_fields(organisation, name="My name")
    answer = client.post(page(organisation, "organisation_edit"), fields)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Their name" in html
    assert "My name" in html
    assert 'name="version" value="2"' in html
    assert html.count('role="rowheader"') == 1  # the version is not a field
    assert client.post(page(organisation, "organisation_edit"), fields | {"version": 2}).status_code == 302
    organisation.refresh_from_db()
    assert organisation.name == "My name"


def test_checked_with_one_tap_and_undone() -> None:
    north = make_district()
    organisation = make_organisation(north, verified_on=city_today() - timedelta(days=400))
    client = browse(make_officer(north))
    client.post(page(organisation, "organisation_verify"))
    organisation.refresh_from_db()
    assert organisation.verified_on == city_today()
    undo(client, page(organisation))
    organisation.refresh_from_db()
    assert organisation.verified_on == city_today() - timedelta(days=400)


def test_closed_undone_and_opened_again() -> None:
    north = make_district()
    organisation = make_organisation(north)
    client = browse(make_officer(north))
    client.post(page(organisation, "organisation_status"), {"status": "closed"})
    organisation.refresh_from_db()
    assert organisation.status == "closed"
    undo(client, page(organisation))
    organisation.refresh_from_db()
    assert organisation.status == "active"
    answer = client.post(page(organisation, "organisation_status"), {"status": "exploded"})
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert organisation.status == "active"
