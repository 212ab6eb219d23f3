"""Working on an audit, signing it, and what cannot be changed afterwards, even by SQL."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.actors import actor_for
from accounts.models import Role
from audit.models import Event
from lib.conflicts import StaleVersion
from lib.days import city_today
from reports.queries.periods import Period
from reviews.models import Review
from reviews.policies import can_see_samples
from reviews.queries.parts import agreed_before
from reviews.services.reviews import (
    agree_action,
    check_action,
    comment_figure,
    conclude,
    discard_review,
    drop_action,
    mark_sample,
    note_call,
)
from reviews.services.signing import add_addendum, sign_review
from tests.factories import make_district, make_officer, make_supervisor, make_user
from tests.reviews.making import Audited

pytestmark = pytest.mark.django_db


def soon() -> date:
    return city_today() + timedelta(days=30)


# Every table of an audit, with a column to change.
PARTS = {
    "reviews_frozenfigure": "n = 99",
    "reviews_figurecomment": "text = 'x'",
    "reviews_sampledmeeting": "note = 'x'",
    "reviews_rungorganisation": "note = 'x'",
    "reviews_agreedaction": "text = 'x'",
}


@pytest.fixture
def audited() -> Audited:
    audited = Audited()
    audited.meet()
    return audited


@pytest.fixture
def review(audited: Audited) -> Review:
    return audited.freeze()


def of(audited: Audited, review: Review) -> dict[str, Any]:
    return {"actor": audited.actor, "review_id": review.pk}


def refused(statement: str, *parts: str) -> bool:
    """Whether the database rejects the statement. `parts` are names of tables and columns."""
    statement = statement.format(*parts)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "stays as it is" in str(error)
    return False


def test_a_figure_is_commented_changed_and_cleared(audited: Audited, review: Review) -> None:
    comment_figure(**of(audited, review), slug="coverage", text="Two were ill.")
    comment_figure(**of(audited, review), slug="coverage", text="Two had moved.")
    comment = review.comments.get()
    assert (comment.text, comment.written_by) == ("Two had moved.", audited.supervisor)
    comment_figure(**of(audited, review), slug="coverage", text="")
    assert not review.comments.exists()
    with pytest.raises(ValidationError):
        comment_figure(**of(audited, review), slug="ranking", text="No")


def test_a_sample_is_marked(audited: Audited, review: Review) -> None:
    sample = review.samples.get()
    marks = {"facts_apart": "partly", "follow_up_recorded": "no", "note": "The call back is missing."}
    mark_sample(**of(audited, review), sample_id=sample.pk, **marks)
    sample.refresh_from_db()
    assert {name: getattr(sample, name) for name in marks} == marks
    assert sample.marked_by == audited.supervisor
    with pytest.raises(ValidationError):
        mark_sample(**of(audited, review), sample_id=sample.pk, facts_apart="poor", follow_up_recorded="no")


def test_nobody_marks_a_meeting_of_their_own(audited: Audited, review: Review) -> None:
    other = make_supervisor(audited.district)
    sample = review.samples.get()
    audited_meeting = sample.meeting_id
    other.meetings.add(audited_meeting)
    marks = {"sample_id": sample.pk, "facts_apart": "yes", "follow_up_recorded": "yes"}
    with pytest.raises(ValidationError):
        mark_sample(actor=actor_for(other), review_id=review.pk, **marks)
    mark_sample(**of(audited, review), **marks)


def test_what_an_organisation_said_is_noted(audited: Audited, review: Review) -> None:
    call = review.calls.get()
    note_call(**of(audited, review), call_id=call.pk, answer="not_reached", note="Twice.")
    call.refresh_from_db()
    assert (call.answer, call.note, call.rung_by) == ("not_reached", "Twice.", audited.supervisor)
    with pytest.raises(ValidationError):
        note_call(**of(audited, review), call_id=call.pk, answer="maybe")


def test_it_is_signed_when_everything_is_looked_at(audited: Audited, review: Review) -> None:
    with pytest.raises(ValidationError) as open_still:
        sign_review(**of(audited, review))
    assert len(open_still.value.messages) == 3
    assert "Write a conclusion." in open_still.value.messages
    signed = audited.finish(review)
    assert signed.signed_by == audited.supervisor
    assert signed.signed_at is not None


def test_what_is_signed_is_what_was_seen(audited: Audited, review: Review) -> None:
    seen = Review.objects.get(pk=review.pk).version
    conclude(**of(audited, review), conclusion="Better than last time.")
    with pytest.raises(StaleVersion):
        sign_review(**of(audited, review), version=seen)


def test_services_change_nothing_that_is_signed(audited: Audited, review: Review) -> None:
    sample, call = review.samples.get(), review.calls.get()
    action = agree_action(**of(audited, review), text="Meet the mosque", due_on=soon())
    audited.finish(review)
    about = of(audited, review)
    for write in (
        lambda: comment_figure(**about, slug="coverage", text="x"),
        lambda: conclude(**about, conclusion="x"),
        lambda: mark_sample(**about, sample_id=sample.pk, facts_apart="no", follow_up_recorded="no"),
        lambda: note_call(**about, call_id=call.pk, answer="no"),
        lambda: agree_action(**about, text="x", due_on=soon()),
        lambda: drop_action(**about, action_id=action.pk),
        lambda: sign_review(**about),
        lambda: discard_review(**about),
    ):
        with pytest.raises(ValidationError):
            write()


def test_the_database_changes_nothing_that_is_signed(audited: Audited, review: Review) -> None:
    comment_figure(**of(audited, review), slug="coverage", text="So it is.")
    agree_action(**of(audited, review), text="Meet the mosque", due_on=soon())
    audited.finish(review)
    add_addendum(**of(audited, review), text="One more word.")
    assert refused("UPDATE reviews_review SET conclusion = 'x'")
    assert refused("UPDATE reviews_review SET signed_at = NULL, signed_by_id = NULL")
    assert refused("DELETE FROM reviews_review")
    for table, change in {**PARTS, "reviews_addendum": "text = 'x'"}.items():
        assert refused("UPDATE {} SET {}", table, change), table
        assert refused("DELETE FROM {}", table), table
    assert refused(
        "INSERT INTO reviews_agreedaction (id, review_id, text, due_on)"
        " VALUES (gen_random_uuid(), '{}', 'x', current_date)",
        str(review.pk),
    )


def test_before_it_is_signed_only_what_it_is_of_is_kept(audited: Audited, review: Review) -> None:
    assert refused("UPDATE reviews_review SET as_of = now()")
    assert refused("UPDATE reviews_review SET until = until + 1")
    assert refused("UPDATE reviews_frozenfigure SET n = 99")
    assert not refused("UPDATE reviews_review SET conclusion = 'x'")


def test_a_draft_can_be_thrown_away(audited: Audited, review: Review) -> None:
    """It loses its parts and texts, and stays listed: with who discarded it, and when."""
    audited.meet()
    draft = audited.freeze()
    conclude(**of(audited, draft), conclusion="As agreed.")
    discard_review(**of(audited, draft))
    draft.refresh_from_db()
    assert draft.discarded_by == audited.supervisor and draft.conclusion == ""
    parts = ("checks", "comments", "figures", "samples", "calls", "actions", "kept_names")
    assert not any(getattr(draft, part).exists() for part in parts)
    assert draft.blind_spots == draft.candidate_meetings == []
    assert Event.objects.filter(object_type="review", field_names=["discarded_at"]).exists()
    with pytest.raises(ValidationError, match="discarded"):
        conclude(**of(audited, draft), conclusion="Again.")
    with pytest.raises(ValidationError, match="discarded"):
        audited.finish(draft)
    assert refused("UPDATE reviews_review SET discarded_at = NULL, discarded_by_id = NULL")
    assert refused("DELETE FROM reviews_review WHERE discarded_at IS NOT NULL")


def test_a_signed_one_is_corrected_by_an_addendum(audited: Audited, review: Review) -> None:
    with pytest.raises(ValidationError):
        add_addendum(**of(audited, review), text="Too early.")
    audited.finish(review)
    add_addendum(**of(audited, review), text="The lamp was repaired in May.")
    addendum = review.addenda.get()
    assert (addendum.text, addendum.written_by) == ("The lamp was repaired in May.", audited.supervisor)
    with pytest.raises(ValidationError):
        add_addendum(**of(audited, review), text="  ")


def test_the_next_audit_shows_what_was_agreed_and_says_whether_it_was_done(
    audited: Audited, review: Review
) -> None:
    owner = make_officer(audited.district)
    action = agree_action(**of(audited, review), text="Meet the mosque", due_on=soon(), owner=owner)
    drafted = audited.freeze()
    assert not agreed_before(drafted).exists()  # only signed audits count
    audited.finish(review)
    following = audited.freeze()
    assert list(agreed_before(following)) == [action]
    with pytest.raises(ValidationError, match="action from an earlier audit was done"):
        audited.finish(following)
    check_action(**of(audited, following), action_id=action.pk, answer="partly", note="Once.")
    check_action(**of(audited, following), action_id=action.pk, answer="done")
    audited.finish(following)
    assert [(check.answer, check.note) for check in following.checks.all()] == [("done", "")]
    assert refused("UPDATE reviews_actioncheck SET answer = 'not_done'")


def test_what_was_agreed_is_of_the_last_audit_of_the_same_district(audited: Audited, review: Review) -> None:
    agree_action(**of(audited, review), text="Meet the mosque", due_on=soon())
    audited.finish(review)
    elsewhere = Audited()
    assert not agreed_before(elsewhere.freeze()).exists()
    older = audited.freeze(period=Period(audited.period.since, audited.period.until - timedelta(days=1)))
    assert not agreed_before(older).exists()


def test_an_actions_owner_works_here(audited: Audited, review: Review) -> None:
    for person in (make_officer(is_active=False), make_user(Role.ADMINISTRATOR)):
        with pytest.raises(ValidationError):
            agree_action(**of(audited, review), text="x", due_on=soon(), owner=person)


def test_who_sees_an_audit(audited: Audited, review: Review) -> None:
    officer, privacy = audited.officer, make_user(Role.PRIVACY_OFFICER)
    strangers = [make_supervisor(make_district()), make_user(Role.ADMINISTRATOR, audited.district)]

    def seen_by(user: Any) -> bool:
        return Review.objects.visible_to(actor_for(user)).filter(pk=review.pk).exists()

    assert [seen_by(user) for user in (audited.supervisor, officer, privacy)] == [True, False, True]
    audited.finish(review)
    assert [seen_by(user) for user in (audited.supervisor, officer, privacy)] == [True, True, True]
    assert [seen_by(user) for user in strangers] == [False, False]
    looking = [audited.supervisor, officer, privacy]
    assert [can_see_samples(actor_for(user), review) for user in looking] == [True, False, True]


def test_only_supervisors_of_the_district_write(audited: Audited, review: Review) -> None:
    audited.finish(review)
    for user in (audited.officer, make_user(Role.PRIVACY_OFFICER)):
        with pytest.raises(PermissionDenied):
            add_addendum(actor=actor_for(user), review_id=review.pk, text="x")
    with pytest.raises(ObjectDoesNotExist):
        add_addendum(actor=actor_for(make_supervisor(make_district())), review_id=review.pk, text="x")


def test_every_change_is_in_the_trail_without_what_was_said(audited: Audited, review: Review) -> None:
    comment_figure(**of(audited, review), slug="coverage", text="Xylophone")
    event = Event.objects.filter(object_type="review", object_ids=[review.pk]).latest("at")
    assert event.field_names == ["comments"]
    assert event.actor_id == audited.supervisor.pk
