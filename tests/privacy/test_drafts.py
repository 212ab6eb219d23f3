"""The letter is read as a draft, with what may be about others marked, before the request is closed."""

import io

import pypdf
import pytest
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Event
from disclosure.models import PersonRead
from districts.models import District
from privacy.exports.drafts import draft_of, marks_in
from privacy.models import DataRequest, Finding, Package
from privacy.services.findings import decide_finding
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_user
from tests.privacy.requesting import searched, sure

pytestmark = pytest.mark.django_db

FACTS = "Leila Haddad came with Tomasz Nowicka, who is ill (HIV). Ortega said so. They opened at ten."


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def desk() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(desk: User) -> Actor:
    return actor_for(desk)


def theirs(actor: Actor, **fields: object) -> DataRequest:
    row = searched(actor, **fields)
    for one in Finding.objects.of_request(row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict="theirs")
    row.refresh_from_db()
    return row


def marked(actor: Actor, row: DataRequest) -> list[str]:
    return [piece.text for note in draft_of(actor, row).notes for piece in note.marked]


def test_names_of_others_and_sensitive_words_are_marked_until_they_are_cut(
    actor: Actor, desk: User, north: District
) -> None:
    make_contact(north, given_name="Rosa", family_name="Ortega")
    make_meeting(north, facts=FACTS)
    row = theirs(actor)
    assert marked(actor, row) == ["Tomasz Nowicka", "ill", "HIV", "Ortega"]
    client = sure(desk)
    page = client.get(f"/privacy/requests/{row.pk}/draft/").text
    assert "<mark>Tomasz Nowicka</mark>" in page and "Dear" not in page
    start = FACTS.index("Tomasz")
    finding = Finding.objects.of_request(row).get()
    address = f"/privacy/requests/{row.pk}/findings/{finding.pk}/cuts/?draft=1&start={start}&end={start + 14}"
    assert address.replace("&", "&amp;") in page
    assert "[[Tomasz Nowicka]]" in client.get(address).text
    sent = {"marked": FACTS.replace("Tomasz Nowicka", "[[Tomasz Nowicka]]"), "grounds": "third_party_rights"}
    assert client.post(address, sent)["Location"] == f"/privacy/requests/{row.pk}/draft/"
    assert marked(actor, row) == ["ill", "HIV", "Ortega"]
    assert client.get(address).status_code == 200  # cut already: nothing more is asked
    assert '<del class="cut">Tomasz Nowicka</del>' in client.get(f"/privacy/requests/{row.pk}/draft/").text
    row.refresh_from_db()
    assert row.is_pending and not Package.objects.exists()


def test_the_draft_as_pdf_says_so_and_has_the_same_cuts(actor: Actor, desk: User, north: District) -> None:
    make_meeting(north, facts=FACTS)
    leila = make_contact(north, given_name="Leila", family_name="Haddad")
    row = theirs(actor)
    Finding.objects.of_request(row).filter(field="facts").update(
        cuts=[[FACTS.index("Tomasz"), FACTS.index(",")]]
    )
    answer = sure(desk).get(f"/privacy/requests/{row.pk}/draft/letter.pdf")
    assert answer.status_code == 200
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Draft" in text and "came with […]" in text and "Nowicka" not in text
    assert PersonRead.objects.get().contact_id == leila.pk
    assert Event.objects.filter(recipient__contains="Draft for the privacy desk").exists()


def test_closing_with_marked_passages_asks_whether_they_were_read(
    actor: Actor, desk: User, north: District
) -> None:
    make_meeting(north, facts=FACTS)
    row = theirs(actor)
    client, address = sure(desk), f"/privacy/requests/{row.pk}/answer/"
    sent = {"decision": "granted", "version": str(row.version)}
    refused = client.post(address, sent)
    assert refused.status_code == 422 and "cut what is about other people" in refused.text
    assert client.post(address, sent | {"marks_read": "on"}).status_code == 302


def test_closing_without_marked_passages_does_not_ask(actor: Actor, desk: User, north: District) -> None:
    make_meeting(north, facts="Leila Haddad opens on request.")
    row = theirs(actor)
    sent = {"decision": "granted", "version": str(row.version)}
    assert sure(desk).post(f"/privacy/requests/{row.pk}/answer/", sent).status_code == 302


def test_nobody_else_reads_a_draft_and_there_is_none_before_the_search_or_after_the_answer(
    actor: Actor, desk: User, north: District
) -> None:
    make_meeting(north, facts=FACTS)
    row = theirs(actor)
    address = f"/privacy/requests/{row.pk}/draft/"
    other = Client()
    other.force_login(make_officer(north))
    assert other.get(address).status_code == 403
    DataRequest.objects.filter(pk=row.pk).update(status="searching")
    assert sure(desk).get(address).status_code == 404


def test_marks_find_names_in_any_order_and_spelling() -> None:
    text = "by Müller José and his son"
    assert [text[start:end] for start, end in marks_in(text, [["jose", "muller"]])] == ["Müller José"]
    assert marks_in("Leila Haddad came", [["leila", "haddad"]], frozenset({"leila", "haddad"})) == []
