"""Audits of one district and period: one stands, a second person signs, and dropped actions need a reason."""

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from accounts.actors import actor_for
from accounts.models import Role
from reviews.models import (
    AgreedAction,
    Review,
)
from reviews.services.reviews import check_action
from reviews.services.signing import countersign_review, sign_review
from tests.factories import make_district, make_supervisor, make_user
from tests.reviews.making import Audited


@pytest.mark.django_db
def test_one_audit_of_a_district_and_period_stands_and_another_supersedes_it_with_a_reason() -> None:
    audited = Audited()
    audited.meet()
    first, second = audited.freeze(), audited.freeze()
    audited.finish(first)
    about: dict[str, Any] = {"actor": audited.actor, "review_id": second.pk}
    with pytest.raises(ValidationError) as refused:
        audited.finish(second, reason=" ")
    assert "reason" in refused.value.message_dict
    sign_review(**about, reason="Two meetings were entered late.")
    kept = Review.objects.get(pk=second.pk)
    assert (kept.supersedes, kept.superseding_reason) == (first, "Two meetings were entered late.")
    assert list(Review.objects.standing_beside(audited.freeze())) == [second]
    elsewhere = Audited()
    elsewhere.meet()
    assert elsewhere.finish(elsewhere.freeze()).supersedes is None


@pytest.mark.django_db
def test_a_second_signature_is_of_another_person_who_may() -> None:
    audited = Audited()
    audited.meet()
    review = audited.freeze()
    another_one = make_supervisor(audited.district)
    with pytest.raises(ValidationError):  # not signed
        countersign_review(actor=actor_for(another_one), review_id=review.pk)
    audited.finish(review)
    with pytest.raises(PermissionDenied):
        countersign_review(actor=actor_for(audited.officer), review_id=review.pk)
    with pytest.raises(ObjectDoesNotExist):
        countersign_review(actor=actor_for(make_supervisor(make_district())), review_id=review.pk)
    with pytest.raises(ValidationError):
        countersign_review(actor=audited.actor, review_id=review.pk)
    countersign_review(actor=actor_for(another_one), review_id=review.pk)
    with pytest.raises(ValidationError):
        countersign_review(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), review_id=review.pk)
    assert [one.signed_by for one in review.signatures.order_by("position")] == [
        audited.supervisor,
        another_one,
    ]


@pytest.mark.django_db
def test_what_is_dropped_needs_a_reason() -> None:
    audited = Audited()
    _first, second = audited.audit_twice()
    action = AgreedAction.objects.get()
    about: dict[str, Any] = {"actor": audited.actor, "review_id": second.pk, "action_id": action.pk}
    with pytest.raises(ValidationError):
        check_action(**about, answer="no_longer_needed")
    check_action(**about, answer="no_longer_needed", note="They moved away.")
