"""A consent is recorded with its agreement, and people who did not get the privacy notice are listed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Role
from contacts.models import Contact
from contacts.services.contacts import create_contact, edit_contact
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_actor, make_contact, make_district, make_supervisor, make_user

pytestmark = pytest.mark.django_db


def test_consent_without_an_agreement_is_refused_by_the_service_and_the_api() -> None:
    north = make_district("North")
    actor, tool = make_actor(north), Tool(north)
    given = {"given_name": "Ana", "family_name": "Vega", "email": "ana@example.org", "home_district": north}
    with pytest.raises(ValidationError, match="Consent needs an agreement"):
        create_contact(actor=actor, lawful_basis="consent", **given)
    agreed = {"agreement_how": "spoken", "agreement_on": date(2026, 1, 5)}
    contact = create_contact(actor=actor, lawful_basis="consent", **given, **agreed)
    other = make_contact(north)
    refused = tool.patch(f"/contacts/{other.pk}/", {"lawful_basis": "consent"}, if_match='"1"')
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/lawful_basis"
    with pytest.raises(ValidationError, match="Consent needs an agreement"):
        edit_contact(actor=actor, contact_id=contact.pk, agreement_how="", agreement_on=None)


def test_a_consent_from_before_does_not_stop_another_change() -> None:
    north = make_district("North")
    contact = make_contact(north, lawful_basis="consent")
    edit_contact(actor=make_actor(north), contact_id=contact.pk, languages=["fr"])
    contact.refresh_from_db()
    assert contact.languages == ["fr"]


def test_people_without_a_privacy_notice_after_30_days_are_counted_and_listed() -> None:
    north = make_district("North")
    late, told, new = (make_contact(north, family_name=name) for name in ("Late", "Told", "Newcomer"))
    old = timezone.now() - timedelta(days=31)
    Contact.objects.filter(pk__in=[late.pk, told.pk]).update(created_at=old)
    Contact.objects.filter(pk=told.pk).update(notice_given_on=date(2026, 1, 5))
    for user in (make_supervisor(north), make_user(Role.PRIVACY_OFFICER)):
        client = browse(user)
        assert "1 contact has no privacy notice after 30 days" in client.get("/privacy/").text
        page = client.get("/contacts/?without_notice=true").text
        assert "Late" in page and "Told" not in page and new.family_name not in page
    [row] = Tool(north).get("/contacts/?without_notice=true").json()["results"]
    assert row["id"] == str(late.pk)
