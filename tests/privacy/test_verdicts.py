"""Verdicts on findings, and what of a finding is left out of the copy."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from districts.models import District
from lib.days import city_today
from meetings.models import Meeting
from privacy.codes import Decision, Ground, RequestStatus, Verdict
from privacy.models import DataRequest, Finding
from privacy.services import requests as services
from privacy.services.findings import cut_finding, decide_finding, read_again, released
from tests.factories import (
    make_contact,
    make_meeting,
    make_organisation,
    make_user,
)
from tests.privacy.requesting import FACTS, searched, sure

pytestmark = pytest.mark.django_db


def test_every_finding_needs_a_verdict_before_the_answer(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of_request(row)

    def answer(decision: str, **fields: Any) -> DataRequest:
        return services.answer_request(actor=actor, request_id=row.pk, decision=decision, **fields)

    with pytest.raises(ValidationError, match="every finding a verdict"):
        answer(Decision.GRANTED)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.UNSURE)
    with pytest.raises(ValidationError, match="every finding a verdict"):
        answer(Decision.GRANTED)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    with pytest.raises(ValidationError, match="about this person"):
        answer(Decision.NOTHING_HELD)
    with pytest.raises(ValidationError, match="at least one ground"):
        answer(Decision.PARTLY)
    done = answer(Decision.PARTLY, grounds=[Ground.THIRD_PARTY_RIGHTS])
    assert (done.status, done.answered_on) == (RequestStatus.ANSWERED, city_today())
    with pytest.raises(ValidationError, match="already closed"):
        answer(Decision.GRANTED)


def test_another_privacy_officer_reads_what_is_unsure(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of_request(row)
    given: dict[str, Any] = {"request_id": row.pk, "finding_id": one.pk}
    with pytest.raises(ValidationError, match="another verdict"):
        read_again(actor=actor, **given)
    decide_finding(actor=actor, verdict=Verdict.UNSURE, **given)
    second = actor_for(make_user(Role.PRIVACY_OFFICER))
    with pytest.raises(PermissionDenied):
        read_again(actor=actor, **given)
    assert not read_again(actor=second, **given).is_open
    assert services.answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)


def test_the_only_privacy_officer_of_a_city_is_not_locked_out(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of_request(row)
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.UNSURE)
    assert not read_again(actor=actor, request_id=row.pk, finding_id=one.pk).is_open


def test_the_contact_of_a_request_is_the_one_said_to_be_theirs(actor: Actor, north: District) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    row = searched(actor)
    [one] = Finding.objects.of_request(row)
    for verdict, known in ((Verdict.THEIRS, contact.pk), (Verdict.SOMEBODY_ELSE, None)):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
        row.refresh_from_db()
        assert row.contact_id == known


@pytest.mark.parametrize("cuts", [[(5, 3)], [(0, 10), (5, 12)], [(0, len(FACTS) + 1)], [(-1, 4)]])
def test_a_cut_lies_in_the_text_and_overlaps_none(
    actor: Actor, north: District, cuts: list[tuple[int, int]]
) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor)
    [one] = Finding.objects.of_request(row)
    given: dict[str, Any] = {
        "actor": actor, "request_id": row.pk, "finding_id": one.pk, "length": len(FACTS),
        "grounds": [Ground.THIRD_PARTY_RIGHTS],
    }  # fmt: skip
    with pytest.raises(ValidationError):
        cut_finding(cuts=cuts, **given)
    start = FACTS.index("Samir")
    saved = cut_finding(cuts=[(start, start + 5)], **given)
    assert released(FACTS, saved.cuts) == "Leila Haddad opens on Tuesdays. Her cousin […] was asked."
    with pytest.raises(ValidationError, match="ground"):
        cut_finding(cuts=[(0, 5)], **given | {"grounds": []})


def test_a_finding_has_its_organisation_its_day_and_a_link(
    actor: Actor, officer_of_privacy: User, north: District
) -> None:
    mosque = make_organisation(north, name="Al-Noor Mosque", access_needs="Ask Leila Haddad")
    meeting = make_meeting(north, mosque, facts=FACTS)
    row = searched(actor)
    page = sure(officer_of_privacy).get(f"/privacy/requests/{row.pk}/").text
    assert page.count("Al-Noor Mosque") >= 2
    assert f'href="/organisations/{mosque.pk}/"' in page and f'href="/meetings/{meeting.pk}/"' in page


def test_findings_with_the_same_text_get_one_verdict_together(
    actor: Actor, officer_of_privacy: User, north: District
) -> None:
    for text in ("Leila Haddad called.", "Leila Haddad called.", "Leila Haddad called.", FACTS):
        make_meeting(north, facts=text)
    row, client = searched(actor), sure(officer_of_privacy)
    address = f"/privacy/requests/{row.pk}/"
    assert "Same verdict for 2 findings with the same text" in client.get(address).text
    same = [one for one in Finding.objects.of_request(row) if one.passages and one.field == "facts"]
    texts = {str(one.pk): one.facts for one in Meeting.objects.all()}
    first = next(one for one in same if texts[one.object_id] != FACTS)
    client.post(f"{address}findings/{first.pk}/", {"verdict": "theirs", "alike": "1"})
    decided = {texts[one.object_id]: one.verdict for one in Finding.objects.of_request(row)}
    assert decided == {"Leila Haddad called.": "theirs", FACTS: ""}


def test_what_a_privacy_officer_reads_in_findings_is_recorded(
    officer_of_privacy: User, actor: Actor, north: District
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row = searched(actor)
    sure(officer_of_privacy).get(f"/privacy/requests/{row.pk}/")
    event = Event.objects.filter(action=Action.VIEW, object_type="data_request").latest("at")
    assert set(event.object_ids) == {row.pk, meeting.pk}
