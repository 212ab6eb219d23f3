"""An organisation that registers is confirmed by itself and decided by a supervisor."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import actor_for
from contacts.models import Contact, Organisation
from districts.models import District
from publishing.models import Registration
from publishing.services.registrations import (
    accept_registration,
    confirm_registration,
    join_registration,
    refuse_registration,
    register,
    tidy_registrations,
)
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.markup import joined

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
    assert "Registrations accepted in the last 30 days" in above.get("/publishing/public/").text
    plain = registered(north, name="Chess club")
    path = f"/publishing/registrations/{plain.pk}/"
    assert "Reason for rejecting</label>" in joined(above.get(path).text)
    refused = above.post(path, {"decision": "refuse", "revision": 1})
    assert refused.status_code == 422 and 'id="id_reason_error"' in refused.text
    decided = above.post(f"/publishing/registrations/{plain.pk}/", {"decision": "accept", "revision": 1})
    assert "listing" not in decided["Location"]


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
