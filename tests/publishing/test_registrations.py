"""An organisation that registers is confirmed by itself and decided by a supervisor."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import User
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import Contact, Merge, Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from lib.days import city_today
from publishing.models import PublicListing, Registration
from publishing.services.listings import list_organisation
from publishing.services.registrations import (
    accept_registration,
    confirm_registration,
    join_registration,
    record_word,
    refuse_registration,
    register,
    tidy_registrations,
)
from publishing.site.registration_mails import mail_registrations
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.markup import joined
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


def registered(district: District, *, confirmed: bool = True, **more: Any) -> Registration:
    usual = {"name": "Choir of Quince", "kind": "culture_sport", "language": "en", "address": "4 Mill Lane",
             "person_name": "Ana", "person_email": "ana@choir.example"}  # fmt: skip
    row, token = register(district_id=district.pk, **(usual | more))
    if confirmed:
        confirm_registration(token=token)
        row.refresh_from_db()
    return row


def test_only_the_link_in_the_email_confirms_and_only_for_two_days() -> None:
    north = make_district()
    row, token = register(
        district_id=north.pk, name="Choir", kind="ngo", language="en", person_email="a@choir.example"
    )
    for wrong in ("", "guessed", token[:-1]):
        confirm_registration(token=wrong)
    assert Registration.objects.get().state == "unconfirmed"
    Registration.objects.update(created_at=timezone.now() - timedelta(hours=49))
    confirm_registration(token=token)
    assert Registration.objects.get().state == "unconfirmed"
    Registration.objects.update(created_at=timezone.now())
    for _twice in range(2):
        confirm_registration(token=token)
    row.refresh_from_db()
    assert (row.state, row.token_hash) == ("confirmed", None)


def test_a_supervisor_accepts_joins_or_refuses_and_no_person_is_added() -> None:
    north = make_district()
    supervisor, officer = actor_for(make_supervisor(north)), actor_for(make_officer(north))
    rows = [registered(north, is_home=is_home) for is_home in (True, False, False)]
    with pytest.raises(PermissionDenied):
        accept_registration(actor=officer, registration_id=rows[0].pk)
    with pytest.raises(ObjectDoesNotExist):
        accept_registration(actor=actor_for(make_supervisor(make_district())), registration_id=rows[0].pk)
    made = accept_registration(actor=supervisor, registration_id=rows[0].pk)
    assert (made.name, made.address, made.home_district) == ("Choir of Quince", "", north)
    assert not Contact.objects.exists()
    known = make_organisation(north, name="Quince Choir")
    join_registration(actor=supervisor, registration_id=rows[1].pk, organisation_id=known.pk)
    with pytest.raises(ValidationError, match="Enter a reason"):
        refuse_registration(actor=supervisor, registration_id=rows[2].pk, reason=" ")
    refuse_registration(actor=supervisor, registration_id=rows[2].pk, reason="An advertisement")
    assert Organisation.objects.count() == 2
    with pytest.raises(ValidationError, match="already decided"):
        join_registration(actor=supervisor, registration_id=rows[0].pk, organisation_id=known.pk)


def test_the_inbox_shows_markup_as_text_and_opens_the_listing_that_was_agreed_to() -> None:
    north = make_district()
    text = "<script>alert(1)</script>"
    row = registered(
        north,
        name=text,
        summary=text,
        person_role="the chair",
        wants="listed",
        fields=["summary", "phone"],
        languages=["ar", "sgn"],
    )
    above = browse(make_supervisor(north))
    page = above.get(f"/publishing/registrations/{row.pk}/").text
    assert text not in page and "&lt;script&gt;" in page
    assert "What they do, phone" in joined(page) and "Arabic, Sign language" in page
    decided = above.post(f"/publishing/registrations/{row.pk}/", {"decision": "accept", "revision": 1})
    organisation = Organisation.objects.get()
    assert decided["Location"] == f"/organisations/{organisation.pk}/listing/"
    form = above.get(decided["Location"]).context["form"]
    assert organisation.languages == ["ar", "sgn"]
    assert form["fields"].value() == ["name", "summary", "phone"]
    assert (form["agreed_by"].value(), form["how"].value(), form["language"].value()) == (
        "the chair",
        "form",
        "en",
    )
    known = above.get(f"/publishing/registrations/{row.pk}/").text
    assert "Nothing was added" not in known and "Already known?" not in known
    assert f'href="/organisations/{organisation.pk}/"' in known and "is deleted on" in known
    assert "Registrations decided recently" in above.get("/publishing/public/").text
    plain = registered(north, name="Chess club")
    path = f"/publishing/registrations/{plain.pk}/"
    assert "Reason for rejecting</label>" in joined(above.get(path).text)
    refused = above.post(path, {"decision": "refuse", "revision": 1})
    assert refused.status_code == 422 and 'id="id_reason_error"' in refused.text
    decided = above.post(f"/publishing/registrations/{plain.pk}/", {"decision": "accept", "revision": 1})
    assert "listing" not in decided["Location"]


def joined_with_known(north: District, **more: Any) -> tuple[Any, Organisation, Registration]:
    """A registration by a stranger, joined with an organisation that the book knows."""
    known = make_organisation(north, name="Quince Choir", email="office@choir.example", phone="+442079460279")
    wish = {"wants": "listed", "fields": ["phone", "address"], "person_email": "stranger@evil.example"}
    row = registered(north, **(wish | more))
    supervisor = actor_for(make_supervisor(north))
    join_registration(actor=supervisor, registration_id=row.pk, organisation_id=known.pk)
    row.refresh_from_db()
    return supervisor, known, row


def agreed() -> dict[str, Any]:
    given = {"agreed_by": "secretary", "how": "form", "fields": ["phone"], "language": "en"}
    return given | {"agreed_on": city_today()}


def test_a_known_organisation_is_listed_only_after_its_own_office_has_opened_the_link(
    mail_sink: MailSink, settings: Settings
) -> None:
    settings.PUBLIC_REGISTER_URL = "https://register.city.example"
    supervisor, known, row = joined_with_known(make_district())
    with pytest.raises(ValidationError, match="Someone registered this organisation"):
        list_organisation(actor=supervisor, organisation_id=known.pk, **agreed())
    above = browse(User.objects.get(pk=supervisor.id))
    form = above.get(f"/organisations/{known.pk}/listing/").context["form"]
    assert not form["fields"].value() and not form["agreed_by"].value()  # no consent carries over
    page = above.get(f"/publishing/registrations/{row.pk}/").text
    assert "stranger@evil.example" in page and "office@choir.example" in page
    assert mail_registrations() == 1
    [message] = mail_sink.messages
    assert message["To"] == "office@choir.example"
    text = message.get_content()
    assert "Quince Choir" in text and "phone" in text.lower() and "stranger" not in text
    token = text.split("/confirm/")[1].split("/")[0]
    confirm_registration(token=token)
    row.refresh_from_db()
    assert row.word_at is not None and row.word_by_id is None
    form = above.get(f"/organisations/{known.pk}/listing/").context["form"]
    assert form["fields"].value() == ["name", "phone", "address"]  # what the office has read
    assert list_organisation(actor=supervisor, organisation_id=known.pk, **agreed())
    assert mail_registrations() == 0


def test_a_supervisor_rings_only_a_number_on_record_and_the_call_is_kept() -> None:
    north = make_district()
    supervisor, known, row = joined_with_known(north, phone="+15550100")
    above = browse(User.objects.get(pk=supervisor.id))
    path = f"/publishing/registrations/{row.pk}/"
    wrong = above.post(path, {"decision": "word", "phone": "+15550100", "revision": row.revision})
    assert "Choose a number that is on record" in wrong.text
    with pytest.raises(PermissionDenied):
        record_word(actor=actor_for(make_officer(north)), registration_id=row.pk, phone=str(known.phone))
    said = above.post(path, {"decision": "word", "phone": str(known.phone), "revision": row.revision})
    assert said["Location"] == f"/organisations/{known.pk}/listing/"
    row.refresh_from_db()
    assert (row.word_by_id, row.word_phone) == (supervisor.id, "+442079460279")
    assert not above.get(said["Location"]).context["form"]["fields"].value()
    assert list_organisation(actor=supervisor, organisation_id=known.pk, **agreed())


def test_a_joined_registration_that_is_rejected_leaves_what_was_there_before() -> None:
    supervisor, known, row = joined_with_known(make_district())
    about = {"actor": supervisor, "organisation_id": known.pk}
    refuse_registration(actor=supervisor, registration_id=row.pk, reason="They did not ask")
    with pytest.raises(ValidationError, match="registration was rejected"):
        list_organisation(**about, **agreed())
    page = browse(User.objects.get(pk=supervisor.id))
    path = f"/publishing/registrations/{row.pk}/"
    assert path in page.get("/publishing/public/").text and "was rejected" in page.get(path).text
    with pytest.raises(ValidationError, match="already decided"):
        refuse_registration(actor=supervisor, registration_id=row.pk, reason="Again")
    record_word(actor=supervisor, registration_id=row.pk, phone=str(known.phone))
    listed = list_organisation(**about, **agreed())
    later = registered(known.home_district, wants="listed")
    join_registration(actor=supervisor, registration_id=later.pk, organisation_id=known.pk)
    refuse_registration(actor=supervisor, registration_id=later.pk, reason="Nor this time")
    assert PublicListing.objects.in_force().get() == listed
    assert list_organisation(**about, **agreed() | {"fields": ["name"]}).public_id == listed.public_id


def known_and_added(**more: Any) -> tuple[Any, Organisation, Organisation, Registration]:
    """A known organisation, and the second record of it that a stranger's registration has made."""
    north = make_district()
    known = make_organisation(
        north, name="Singing circle", email="office@choir.example", phone="+442079460279"
    )
    wish = {"wants": "listed", "fields": ["phone", "email", "address"], "address": ""}
    row = registered(north, **(wish | more))
    supervisor = actor_for(make_supervisor(north))
    return supervisor, known, accept_registration(actor=supervisor, registration_id=row.pk), row


def merged(supervisor: Any, kept: Organisation, gone: Organisation) -> Merge:
    versions = dict(Organisation.objects.filter(pk__in=[kept.pk, gone.pk]).values_list("pk", "version"))
    return merge_organisations(actor=supervisor, kept_id=kept.pk, versions=versions)


@pytest.mark.parametrize("is_known_kept", [True, False])
def test_a_merge_does_not_give_a_listing_to_another_organisation_and_undo_brings_it_back(
    is_known_kept: bool,
) -> None:
    supervisor, known, added, _row = known_and_added()
    listing = list_organisation(actor=supervisor, organisation_id=added.pk, **agreed())
    kept, gone = (known, added) if is_known_kept else (added, known)
    merge = merged(supervisor, kept, gone)
    assert not PublicListing.objects.in_force().exists()
    kept.refresh_from_db()
    assert kept.phone and not kept.is_listed_publicly
    with pytest.raises(ValidationError, match="Someone registered this organisation"):
        list_organisation(actor=supervisor, organisation_id=kept.pk, **agreed())
    undo_merge(actor=supervisor, merge_id=merge.pk)
    again, row_again = PublicListing.objects.in_force().get(), Registration.objects.get()
    assert (again.pk, again.organisation_id, again.withdrawn_on) == (listing.pk, added.pk, None)
    assert again.revision > listing.revision + 1  # later than the merge has told
    assert (row_again.state, row_again.organisation_id) == ("accepted", added.pk)
    assert Organisation.objects.get(is_listed_publicly=True) == added


def test_what_was_wished_for_a_merged_organisation_waits_for_the_word_of_the_kept_one() -> None:
    supervisor, known, added, row = known_and_added(phone="+442079460001")
    merged(supervisor, known, added)
    above = browse(User.objects.get(pk=supervisor.id))
    listing = f"/organisations/{known.pk}/listing/"
    assert not above.get(listing).context["form"]["fields"].value()
    with pytest.raises(ValidationError, match="Someone registered this organisation"):
        list_organisation(actor=supervisor, organisation_id=known.pk, **agreed())
    row.refresh_from_db()
    with pytest.raises(ValidationError, match="Choose a number that is on record"):
        record_word(actor=supervisor, registration_id=row.pk, phone="+442079460001")  # the stranger's
    record_word(actor=supervisor, registration_id=row.pk, phone="+442079460279")
    assert not above.get(listing).context["form"]["fields"].value()
    assert list_organisation(actor=supervisor, organisation_id=known.pk, **agreed())


@pytest.mark.parametrize(("fields", "stays"), [(["phone"], True), (["website"], False)])
def test_the_kept_organisation_stays_listed_while_nothing_that_is_shown_comes_from_the_other(
    fields: list[str], *, stays: bool
) -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    kept = make_organisation(north, phone="+442079460279")
    other = make_organisation(north, phone="+442079460001", website="https://other.example")
    list_organisation(actor=supervisor, organisation_id=kept.pk, **(agreed() | {"fields": fields}))
    merged(supervisor, kept, other)
    assert PublicListing.objects.in_force().filter(organisation=kept).exists() is stays
    assert Organisation.objects.get(pk=kept.pk).is_listed_publicly is stays


def test_what_was_put_on_record_after_the_registration_neither_gets_the_link_nor_is_rung() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    known = make_organisation(north, name="Quince Choir", email="office@choir.example", phone="+442079460279")
    row = registered(north, wants="listed", fields=["phone"])
    fields = {"email": "stranger@evil.example", "phone": "+442079460001"}
    edit_organisation(actor=supervisor, organisation_id=known.pk, **fields)
    join_registration(actor=supervisor, registration_id=row.pk, organisation_id=known.pk)
    row.refresh_from_db()
    assert row.waits_for_word and not row.word_email and row.word_asked_at is None
    with pytest.raises(ValidationError, match="Choose a number that is on record"):
        record_word(actor=supervisor, registration_id=row.pk, phone="+442079460001")


def test_a_known_organisation_is_offered_before_a_second_record_of_it() -> None:
    north = make_district()
    above = browse(make_supervisor(north))
    path = f"/publishing/registrations/{registered(north).pk}/"
    alone = joined(above.get(path).text)
    assert "may be the same" not in alone and alone.index("Add organisation") < alone.index("Already known?")
    make_organisation(north, name="Choir of Quince")
    same = joined(above.get(path).text)
    assert "may be the same" in same and "It is this one" in same and "Add organisation" not in same


@pytest.mark.parametrize(
    "theirs",
    [{"name": "Al Noor Mosque", "phone": ""}, {"name": "Lamp", "phone": "+442079460279"},
     {"name": "Lamp", "email": "office@noor.example"}, {"name": "Lamp", "website": "www.noor.example/x"}],
)  # fmt: skip
def test_nobody_is_added_under_the_name_or_details_of_a_known_organisation(theirs: dict[str, str]) -> None:
    north, south = make_district(), make_district()
    known = {"phone": "+442079460279", "email": "office@noor.example", "website": "https://noor.example"}
    make_organisation(south, name="Al-Noor Mosque", **known)
    supervisor = actor_for(make_supervisor(north))  # who does not see it
    stranger = registered(north, wants="listed", fields=["phone"], **theirs)
    with pytest.raises(ValidationError, match="already known"):
        accept_registration(actor=supervisor, registration_id=stranger.pk)
    refuse_registration(actor=supervisor, registration_id=stranger.pk, reason="Not the mosque")
    honest = registered(north, name="Quince", wants="listed", phone="+442079460001")
    assert accept_registration(actor=supervisor, registration_id=honest.pk).home_district == north


def test_what_an_organisation_wished_before_it_withdrew_is_not_ticked_again() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    row = registered(north, wants="listed", fields=["phone"])
    made = accept_registration(actor=supervisor, registration_id=row.pk)
    above = browse(User.objects.get(pk=supervisor.id))
    path = f"/organisations/{made.pk}/listing/"
    assert above.get(path).context["form"]["fields"].value() == ["name", "phone"]
    list_organisation(actor=supervisor, organisation_id=made.pk, **agreed())
    officer = browse(make_officer(north))
    assert "Remove listing" in officer.get(f"/organisations/{made.pk}/").text
    officer.post(f"{path}withdraw/")
    assert "Remove listing" not in officer.get(f"/organisations/{made.pk}/").text
    form = above.get(path).context["form"]
    assert not form["fields"].value() and not form["agreed_by"].value()


def test_what_was_typed_is_deleted_in_time() -> None:
    north = make_district()
    supervisor = actor_for(make_supervisor(north))
    registered(north, confirmed=False)
    refused, accepted, waiting = registered(north), registered(north), registered(north)
    refuse_registration(actor=supervisor, registration_id=refused.pk, reason="Spam")
    accept_registration(actor=supervisor, registration_id=accepted.pk)
    now = timezone.now()
    left = []
    for days in (6, 8, 29, 31, 89, 91):
        tidy_registrations(now + timedelta(days))
        left.append(Registration.objects.count())
    assert left == [4, 3, 3, 2, 2, 1]
    assert Registration.objects.get() == waiting


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "x" * 201}, "name"),
        ({"person_email": "nobody"}, "person_email"),
        ({"kind": "sect"}, "kind"),
        ({"language": "../en"}, "language"),
        ({"languages": ["xx bogus"]}, "languages"),
    ],
)
def test_bad_input_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        registered(make_district(), **given)
    assert field in error.value.message_dict
