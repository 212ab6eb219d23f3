"""Incidents that were withdrawn are in no figure, so an audit lists all of them with their reasons."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from incidents.models import Incident
from incidents.services.withdrawals import withdraw_incident
from reviews.models import Review
from reviews.services.reviews import discard_review
from tests.factories import make_district, make_supervisor, make_user
from tests.incidents.making import Night
from tests.reviews.making import Audited

pytestmark = pytest.mark.django_db


class WithDrawn:
    """A district with an incident that was withdrawn in the period, and its audit."""

    def __init__(self) -> None:
        self.audited = Audited()
        self.audited.meet()
        self.night = Night(self.audited.district)
        self.incident = self.withdraw(self.night)
        self.withdraw(Night(make_district()))
        self.withdraw(self.night, days_ago=200)
        self.night.incident()

    def withdraw(self, night: Night, days_ago: int = 5) -> Incident:
        incident = night.incident()
        withdraw_incident(actor=night.actor(night.supervisor), incident_id=incident.pk, reason="mistake")
        Incident.objects.filter(pk=incident.pk).update(withdrawn_at=timezone.now() - timedelta(days=days_ago))
        return incident

    def page(self, user: User, review: Review) -> str:
        client = Client()
        client.force_login(user)
        return client.get(f"/reviews/{review.pk}/").content.decode()


@pytest.fixture
def drawn() -> WithDrawn:
    return WithDrawn()


def rows(review: Review) -> list[tuple[str, str]]:
    return [(row["id"], row["reason"]) for row in review.withdrawn_incidents]


def test_all_of_the_district_and_period_are_frozen_and_shown_with_their_reason(drawn: WithDrawn) -> None:
    review = drawn.audited.freeze()
    assert rows(review) == [(str(drawn.incident.pk), "mistake")]
    page = drawn.page(drawn.audited.supervisor, review)
    assert f"/incidents/{drawn.incident.pk}/" in page and "opened by mistake" in page
    assert "opened by mistake" in drawn.page(make_user(role="privacy_officer"), review)
    assert "opened by mistake" not in drawn.page(drawn.audited.officer, review)
    assert "opened by mistake" not in drawn.page(make_supervisor(make_district()), review)


def test_whoever_is_excluded_from_the_incident_reads_as_if_there_were_none(drawn: WithDrawn) -> None:
    review, second = drawn.audited.freeze(), make_supervisor(drawn.audited.district)
    drawn.incident.excluded.add(second)
    assert str(drawn.incident.pk) not in drawn.page(second, review)
    assert str(drawn.incident.pk) in drawn.page(drawn.audited.supervisor, review)


def test_the_list_is_signed_and_cannot_be_changed(drawn: WithDrawn) -> None:
    review = drawn.audited.freeze()
    Incident.objects.filter(pk=drawn.incident.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(withdrawn_incidents=[])
    drawn.audited.finish(review)
    review.refresh_from_db()
    content: Any = json.loads(review.signed_record.record)
    assert content["audit"]["withdrawn_incidents"] == review.withdrawn_incidents
    assert rows(review) == [(str(drawn.incident.pk), "mistake")]


def test_a_discarded_draft_loses_it(drawn: WithDrawn) -> None:
    review = drawn.audited.freeze()
    discard_review(actor=actor_for(drawn.audited.supervisor), review_id=review.pk)
    review.refresh_from_db()
    assert review.withdrawn_incidents == []
