"""Further phones, emails, web and social addresses of organisations and people."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import SYSTEM
from audit.models import Event
from contacts.merging.services import merge_contacts, merge_organisations, undo_merge
from contacts.models import Contact, Organisation
from contacts.queries.duplicates import similar_organisations
from contacts.queries.pairs import similar_contacts
from contacts.queries.search import searched_words
from contacts.rules.phones import find_phones
from contacts.services.contacts import create_contact, edit_contact, withdraw_contact
from contacts.services.details import clean_detail
from contacts.services.organisations import edit_organisation
from exchange.exports.contacts import COLUMNS
from exchange.exports.vcard import vcard
from meetings.services.folding import refold, wrongly_folded
from privacy.queries.inquiries import searches_for
from tests.api.clients import Tool
from tests.contacts.pages import browse, typed
from tests.factories import make_actor, make_contact, make_district, make_officer, make_organisation

FIRST, SECOND, THIRD = "+34949010380", "+34617862338", "+34655123456"


def phone(value: str, use: str = "") -> dict[str, str]:
    return {"channel": "phone", "value": value, "use": use}


def email(value: str) -> dict[str, str]:
    return {"channel": "email", "value": value}


def values(row: Any) -> list[str]:
    return list(row.other_details.order_by("pk").values_list("value", flat=True))


@pytest.mark.parametrize(
    ("channel", "typed", "kept"),
    [
        ("phone", "617 86 23 38", SECOND),
        ("phone", "949 010 380 ext. 12", f"{FIRST};ext=12"),
        ("phone", f"{FIRST};ext=12", f"{FIRST};ext=12"),
        ("email", " <mailto:Info@Múnich.Example> ", "Info@xn--mnich-7ua.example"),
        ("website", "www.roble.example", "https://www.roble.example"),
        ("social", "https://facebook.com/Roble", "https://facebook.com/Roble"),
    ],
)
def test_each_is_kept_in_one_form(channel: str, typed: str, kept: str) -> None:
    assert clean_detail({"channel": channel, "value": typed})["value"] == kept


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("value", phone("617 ABC DEF")),
        ("value", phone("617 86 23 38 / 949 010 380")),
        ("value", phone("fax 949 010 380")),
        ("value", email("nobody@")),
        ("value", email(f"{'a' * 250}@b.example")),
        ("value", {"channel": "social", "value": "javascript://x.example/%0aalert(1)"}),
        ("value", {"channel": "social", "value": "@roble"}),
        ("value", {"channel": "website", "value": "https://bank.example@elsewhere.example"}),
        ("value", {"channel": "website", "value": f"https://a.example/{'a' * 300}"}),
        ("channel", {"channel": "pigeon", "value": "coo"}),
        ("use", phone(SECOND, "the treasurer’s wife")),
    ],
)
def test_what_is_none_is_refused(field: str, given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        clean_detail(given)
    assert list(refused.value.error_dict) == [field]


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_organisation, make_contact])
def test_they_are_kept_once_in_order_and_recorded(make: Any) -> None:
    north = make_district()
    row, actor = make(north, phone=FIRST), make_actor(north)
    edit: Any = edit_organisation if isinstance(row, Organisation) else edit_contact
    key = {"organisation_id" if isinstance(row, Organisation) else "contact_id": row.pk}
    given = [phone(THIRD), phone("617 86 23 38", "mobile"), phone(FIRST), phone(THIRD, "fax")]
    row = edit(actor=actor, version=1, other_details=given, **key)
    assert (values(row), row.version) == ([THIRD, SECOND], 2)
    assert Event.objects.get(actor_id=actor.id).field_names == ["other_details"]
    row = edit(actor=actor, version=2, other_details=[phone(THIRD), phone(SECOND, "mobile")], **key)
    assert (row.version, Event.objects.filter(actor_id=actor.id).count()) == (2, 1)
    row = (
        edit(actor=actor, summary="x", **key)
        if isinstance(row, Organisation)
        else edit(actor=actor, given_name="x", **key)
    )
    assert values(row) == [THIRD, SECOND] and f"phone:{SECOND}" in row.clues
    with pytest.raises(ValidationError) as refused:
        edit(actor=actor, other_details=[phone("12")], **key)
    assert list(refused.value.error_dict) == ["other_details"]
    with pytest.raises(type(row).DoesNotExist):
        edit(actor=make_actor(make_district()), other_details=[], **key)
    assert values(row) == [THIRD, SECOND]


@pytest.mark.django_db
def test_who_has_a_number_has_a_first_one() -> None:
    north = make_district()
    actor, row = make_actor(north), make_organisation(north)
    others = [phone(THIRD, "fax"), phone(f"{FIRST};ext=1"), phone(SECOND, "mobile"), phone(FIRST)]
    row = edit_organisation(actor=actor, organisation_id=row.pk, other_details=others)
    assert (str(row.phone), values(row)) == (SECOND, [THIRD, f"{FIRST};ext=1", FIRST])
    row = edit_organisation(actor=actor, organisation_id=row.pk, phone="")
    assert (str(row.phone), values(row)) == (FIRST, [THIRD, f"{FIRST};ext=1"])
    assert {"phone", "other_details"} == set(Event.objects.filter(actor_id=actor.id).latest("at").field_names)


@pytest.mark.django_db
def test_each_finds_and_warns() -> None:
    north = make_district()
    actor = make_actor(north)
    group = make_organisation(north, phone=FIRST, other_details=[phone(SECOND), email("hello@roble.example")])
    person = create_contact(
        actor=actor,
        given_name="Ana",
        family_name="Roble",
        home_district=north,
        other_details=[phone(FIRST), phone(SECOND), email("a.b@roble.example"), email("c@roble.example")],
    )
    for rows, row in ((Organisation.objects.all(), group), (Contact.objects.all(), person)):
        for q in ("617 86 23 38", "862338"):
            assert list(rows.matching(q)) == [row], q
    assert list(Organisation.objects.matching("hello@roble.example")) == [group]
    assert list(Organisation.objects.matching("@roble")) == [group]
    assert (
        list(Contact.objects.matching("c@roble.example")) == list(Contact.objects.matching("c@")) == [person]
    )
    assert not Contact.objects.matching("@roble.example") and not Contact.objects.matching("b@")
    [likely] = similar_organisations(actor, name="Otra", phone="617862338")
    assert likely.organisation == group
    assert similar_organisations(actor, name="Otra", other_details=[("email", "Hello@roble.example")])
    assert similar_contacts(actor, given_name="X", family_name="Y", other_details=[("phone", SECOND)])
    assert {searched_words(q) for q in (SECOND, "c@roble.example")} <= searches_for(person)
    withdraw_contact(actor=actor, contact_id=person.pk)
    assert not Contact.objects.matching("862338")


@pytest.mark.django_db
def test_clues_are_put_right_with_them() -> None:
    row = make_organisation(phone=FIRST, other_details=[phone(SECOND)])
    assert list(wrongly_folded(Organisation)) == []
    clues = list(row.clues)
    Organisation.objects.update(clues=[])
    assert list(wrongly_folded(Organisation)) == [row.pk]
    refold(Organisation, [row.pk])
    row.refresh_from_db()
    assert row.clues == clues and f"phone:{SECOND}" in clues


@pytest.mark.django_db
@pytest.mark.parametrize("merge", [merge_organisations, merge_contacts])
def test_a_merge_keeps_each_number_and_its_undo_gives_them_back(merge: Any) -> None:
    north = make_district()
    make: Any = make_organisation if merge is merge_organisations else make_contact
    kept, gone = make(north, phone=FIRST, email="a@b.example"), make(north, phone=SECOND, email="A@b.example")
    model = type(kept)
    actor = make_actor(north)
    kept.other_details.create(channel="phone", value=THIRD)
    gone.other_details.create(channel="phone", value=THIRD)
    gone.other_details.create(channel="phone", value=FIRST)
    gone.other_details.create(channel="email", value="c@d.example")
    refold(model, [kept.pk, gone.pk])
    for choice, first, other in ((kept, FIRST, SECOND), (gone, SECOND, FIRST)):
        versions = {row.pk: model.objects.get(pk=row.pk).version for row in (kept, gone)}
        made = merge(actor=actor, kept_id=kept.pk, versions=versions, choices={"phone": choice.pk})
        row = model.objects.get(pk=kept.pk)
        assert str(row.phone) == first
        assert set(values(row)) == {THIRD, other, "c@d.example"}
        assert {f"phone:{number}" for number in (FIRST, SECOND, THIRD)} <= set(row.clues)
        assert Event.objects.filter(object_ids__contains=[kept.pk]).latest("at").field_names
        undo_merge(actor=actor, merge_id=made.pk)
        assert values(model.objects.get(pk=kept.pk)) == [THIRD]
        assert set(values(model.objects.get(pk=gone.pk))) == {THIRD, FIRST, "c@d.example"}
        assert list(wrongly_folded(model)) == []


@pytest.mark.django_db
def test_a_card_has_all_the_first_before_the_others() -> None:
    person = make_contact(phone=FIRST, email="a@b.example")
    for detail in (phone(SECOND, "mobile"), phone(f"{FIRST};ext=12"), email("c@d.example")):
        person.other_details.create(**detail)
    person.other_details.create(channel="social", value="https://facebook.com/a,b")
    lines = vcard(person, ()).decode().replace("\r\n ", "").splitlines()
    assert [line for line in lines if line.startswith(("TEL", "EMAIL", "URL"))] == [
        "EMAIL;PREF=1;TYPE=work:a@b.example",
        "EMAIL;TYPE=work:c@d.example",
        f"TEL;PREF=1;TYPE=work;VALUE=uri:tel:{FIRST}",
        f'TEL;TYPE="work,cell";VALUE=uri:tel:{SECOND}',
        f"TEL;TYPE=work;VALUE=uri:tel:{FIRST};ext=12",
        "URL:https://facebook.com/a,b",
    ]
    person.withdrawn_on = person.review_on
    assert not any(
        line.startswith(("TEL", "EMAIL", "URL")) for line in vcard(person, ()).decode().splitlines()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("noun", ["organisations", "contacts"])
def test_a_tool_reads_and_writes_them(noun: str) -> None:
    north = make_district()
    tool = Tool(north)
    make: Any = make_organisation if noun == "organisations" else make_contact
    row = make(north, phone=FIRST)
    path = f"/{noun}/{row.pk}/"
    tag = tool.get(path)["ETag"]
    wrong = tool.patch(path, {"other_details": [phone("12")]}, if_match=tag)
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["pointer"].startswith("/other_details")
    sent = [phone("617 86 23 38", "mobile"), {"channel": "social", "value": "https://social.example/a"}]
    changed = tool.patch(path, {"other_details": sent}, if_match=tag)
    assert changed.status_code == 200, changed.json()
    kept = [phone(SECOND, "mobile"), {"channel": "social", "value": "https://social.example/a", "use": ""}]
    assert (changed.json()["phone"], changed.json()["other_details"]) == (FIRST, kept)
    assert tool.get(path).json() == changed.json()
    assert tool.get(f"/{noun}/?fields=other_details").json()["results"][0]["other_details"] == kept
    if noun == "contacts":
        withdraw_contact(actor=make_actor(north), contact_id=row.pk)
        assert tool.get(path).json()["other_details"] == []
    assert Tool(make_district()).get(path).status_code == 404


def sent(*rows: dict[str, str], before: int = 0) -> dict[str, str]:
    """The rows of a form, as a browser sends them."""
    counts = {"details-TOTAL_FORMS": str(len(rows)), "details-INITIAL_FORMS": str(before)}
    return counts | {
        f"details-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("noun", ["organisations", "contacts"])
def test_a_form_adds_promotes_and_removes_them(noun: str) -> None:
    north = make_district()
    browser = browse(make_officer(north))
    model: Any = Organisation if noun == "organisations" else Contact
    fields = {"name": "Casa Roble", "kind": "ngo", "home_district": north.pk, "phone": "949 010 380"}
    if noun == "contacts":
        fields = {"family_name": "Roble", "home_district": north.pk, "phone": "949 010 380"}
        fields |= {"lawful_basis": "public_task", "purpose": "community_liaison", "review_on": "2027-01-01"}
    blank, mobile = phone(""), phone("617 86 23 38", "mobile")
    wrong = browser.post(f"/{noun}/new/", typed(**fields, **sent(phone("617 ABC"), blank)))
    assert wrong.status_code == 422 and "617 ABC" in wrong.content.decode()
    made = browser.post(f"/{noun}/new/", typed(**fields, **sent(mobile, email("a@b.example"), blank)))
    assert made.status_code == 302, made.context["form"].errors
    row = model.objects.get()
    assert (str(row.phone), row.email, values(row)) == (FIRST, "a@b.example", [SECOND])
    page = browser.get(f"/{noun}/{row.pk}/").content.decode()
    assert f'href="tel:{SECOND}"' in page and "mobile" in page
    form = browser.get(f"/{noun}/{row.pk}/edit/").content.decode()
    assert "+34 617 86 23 38" in form and "Add another phone or address" in form
    first = mobile | {"is_first": "on"}
    rows = sent(first, {"channel": "social", "value": "social.example/roble"}, before=1)
    edited = browser.post(
        f"/{noun}/{row.pk}/edit/", typed(**fields, **rows, email="a@b.example", version="1")
    )
    assert edited.status_code == 302, edited.context["form"].errors
    row.refresh_from_db()
    assert (str(row.phone), values(row)) == (SECOND, [FIRST, "https://social.example/roble"])
    assert "social.example/roble</a>" in browser.get(f"/{noun}/{row.pk}/").content.decode()
    social = {"channel": "social", "value": "social.example/roble", "DELETE": "on"}
    rows = sent(phone(FIRST) | {"DELETE": "on"}, social, before=2)
    fields |= {"phone": SECOND, "email": "a@b.example"}
    assert browser.post(f"/{noun}/{row.pk}/edit/", typed(**fields, version="2")).status_code == 302
    row.refresh_from_db()
    assert (row.version, len(values(row))) == (2, 2)  # a page from before an upgrade has no such rows
    browser.post(f"/{noun}/{row.pk}/edit/", typed(**fields, **rows, version="2"))
    assert values(row) == []


@pytest.mark.django_db
def test_a_file_has_them_but_not_of_who_opted_out() -> None:
    person = make_contact(phone=FIRST)
    other = make_contact(phone=FIRST, withdrawn_on=person.review_on)
    for row in (person, other):
        row.other_details.create(channel="phone", value=SECOND, use="mobile")
        row.other_details.create(channel="phone", value=THIRD)
    [column] = [one for one in COLUMNS if one.name == "other_phone"]
    found = Contact.objects.annotate(others=column.expression(SYSTEM)).values_list("pk", "others")
    shown = {pk: column.cell_value(value) for pk, value in found}
    assert shown == {person.pk: f"{SECOND} (mobile); {THIRD}", other.pk: ""}
    assert find_phones(shown[person.pk], "ES").numbers == [SECOND, THIRD]  # as an import reads it
