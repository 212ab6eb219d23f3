"""A refusal to be contacted holds for due lists, invitations and merges, and is never lost by accident."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from contacts.merging.choices import chosen_values
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from meetings.models import Meeting
from meetings.queries.today import today_of
from meetings.services.concerns import log_concern
from meetings.services.meeting_series import edit_one_of_series
from meetings.services.meetings import create_meeting
from tests.factories import make_actor, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def refusal() -> dict[str, Any]:
    return {"contact_wish": "none", "contact_wish_by": "The chair", "contact_wish_on": city_today()}


def test_a_refusal_needs_who_told_us_and_when() -> None:
    district = make_district()
    actor, organisation = make_actor(district), make_organisation(district)
    with pytest.raises(ValidationError, match="who in the organisation told you"):
        edit_organisation(actor=actor, organisation_id=organisation.pk, contact_wish="none")
    tomorrow = city_today() + timedelta(days=1)
    with pytest.raises(ValidationError, match="future"):
        edit_organisation(
            actor=actor, organisation_id=organisation.pk, **refusal() | {"contact_wish_on": tomorrow}
        )
    assert edit_organisation(actor=actor, organisation_id=organisation.pk, **refusal()).contact_wish == "none"


def test_who_refused_is_due_no_meeting_and_not_invited_unless_they_ask() -> None:
    district = make_district()
    actor = make_actor(district)
    refusing, welcoming = make_organisation(district, **refusal()), make_organisation(district)
    assert today_of(actor, mine=False).not_met_yet == [welcoming]
    given = {
        "actor": actor,
        "subject": "A talk",
        "kind": "visit",
        "starts_at": timezone.now() + timedelta(days=1),
        "district": district,
    }
    with pytest.raises(ValidationError, match="asked not to be contacted"):
        create_meeting(**given, organisations=[{"organisation": refusing}])
    create_meeting(**given, organisations=[{"organisation": refusing}], initiated_by="community")
    create_meeting(**given, organisations=[{"organisation": welcoming}])


def test_an_edit_of_a_planned_meeting_invites_nobody_who_refused() -> None:
    district = make_district()
    actor = make_actor(district)
    refusing, welcoming = make_organisation(district, **refusal()), make_organisation(district)
    meeting = make_meeting(district, welcoming, status="planned", outcomes=[])
    asked = make_meeting(district, refusing, status="planned", outcomes=[], initiated_by="community")

    def edit(row: Meeting, **fields: Any) -> Meeting:
        return edit_one_of_series(actor=actor, meeting_id=row.pk, scope="one", **fields)

    both = [{"organisation": welcoming}, {"organisation": refusing}]
    with pytest.raises(ValidationError, match="asked not to be contacted"):
        edit(meeting, organisations=both)
    with pytest.raises(ValidationError, match="asked not to be contacted"):
        edit(asked, initiated_by="police")
    assert edit(asked, place="Hall", organisations=both).organisations.count() == 2
    assert edit(meeting, organisations=both, initiated_by="community").organisations.count() == 2
    # Who refuses after the invitation does not hold up an edit of the rest.
    invited = make_meeting(district, refusing, status="planned", outcomes=[])
    assert edit(invited, place="Square", organisations=[{"organisation": refusing}]).place == "Square"


def test_a_merge_keeps_the_refusal_of_either() -> None:
    district = make_district()
    kept, gone = make_organisation(district), make_organisation(district, **refusal(), night_calls="never")
    values = chosen_values([kept, gone], {})
    assert (values["contact_wish"], values["contact_wish_by"]) == ("none", "The chair")
    assert values["night_calls"] == "never"


def test_the_call_card_shows_no_number_of_who_refused_and_a_form_without_the_field_keeps_it(
    client: Client,
) -> None:
    district = make_district()
    officer = make_officer(district)
    client.force_login(officer)
    organisation = make_organisation(district, phone="+34655998877", **refusal(), night_calls="never")
    actor = make_actor(district)
    concern = log_concern(
        actor=actor, kinds=["threat"], district=district, site_organisation=organisation, bias_grounds=[]
    )
    shown = client.get(f"/concerns/{concern.pk}/").content.decode()
    assert "Asked not to be contacted" in shown
    assert "655 99 88 77" not in shown and "tel:" not in shown
    form = {"version": 1, "name": "Other", "kind": "ngo", "home_district": district.pk}
    managed = {f"{prefix}-{name}": 0 for prefix in ("focuses", "form") for name in _MANAGED}
    form |= refusal() | managed | {"contact_wish": ""}
    sent = client.post(f"/organisations/{organisation.pk}/edit/", form)
    assert sent.status_code == 302, sent.content.decode()
    assert Organisation.objects.get(pk=organisation.pk).contact_wish == "none"


_MANAGED = ("TOTAL_FORMS", "INITIAL_FORMS")
