"""The pages of audits: list, freeze, work, sign, read; permissions and events."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Role, User
from audit.models import Action, Event
from disclosure.models import PersonRead
from jobs.models import Job
from jobs.services.running import run_next
from lib.days import city_today
from meetings.services.follow_ups import create_follow_up
from reports.queries.periods import quarter_of
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from reviews.models import Review
from reviews.services.reviews import agree_action, comment_figure, conclude
from tests.factories import PASSWORD, make_contact, make_district, make_officer, make_supervisor, make_user
from tests.markup import joined
from tests.reviews.making import Audited


@pytest.fixture
def audited(client: Client, db: None) -> Audited:
    audited = Audited()
    audited.meet(facts="A lamp is out.", assessment="They are worried.", subject="At the mosque")
    client.force_login(audited.supervisor)
    return audited


@pytest.fixture
def review(audited: Audited) -> Review:
    return audited.freeze()


def text(response: Any) -> str:
    return str(response.content.decode())


def typed(audited: Audited, **fields: Any) -> dict[str, Any]:
    today = city_today()
    return {
        "district": audited.district.code,
        "period": "pick",
        "since": f"{today - timedelta(days=365):%Y-%m-%d}",
        "until": f"{today:%Y-%m-%d}",
        "samples": 3,
        **fields,
    }


@pytest.mark.usefixtures("committed_db")
def test_a_supervisor_freezes_a_period_while_a_worker_does_the_work(client: Client) -> None:
    audited = Audited()
    audited.meet(subject="At the mosque")
    client.force_login(audited.supervisor)
    assert "Freeze figures" in text(client.get("/reviews/new/"))
    ((waiting, _found),) = client.post("/reviews/new/", typed(audited), follow=True).redirect_chain
    assert not Review.objects.exists()
    run_next()
    review = Review.objects.get()
    assert f"/reviews/{review.pk}/" in text(client.get(waiting))
    html = text(client.get(f"/reviews/{review.pk}/"))
    for said in (
        "Organisations met",
        "1 of 3",
        "At the mosque",
        "Draft – not signed yet.",
        audited.organisations[0].name,
    ):
        assert said in html, said


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2999-01-01"},
        {"until": "2001-01-01"},
        {"since": ""},
        {"period": "2026-13"},
        {"samples": 0},
        {"samples": "many"},
        {"district": "elsewhere"},
    ],
)
def test_what_cannot_be_frozen_is_said_and_nothing_typed_is_lost(
    client: Client, audited: Audited, wrong: dict[str, Any]
) -> None:
    answer = client.post("/reviews/new/", typed(audited, **wrong))
    assert answer.status_code == 422
    assert f'value="{wrong.get("until", typed(audited)["until"])}"' in text(answer)
    assert not Job.objects.exists()


def test_a_district_of_others_is_not_offered(client: Client, audited: Audited) -> None:
    other = make_district("Southgate")
    assert "Southgate" not in text(client.get("/reviews/new/"))
    assert client.post("/reviews/new/", typed(audited, district=other.code)).status_code == 422


def test_a_scorecard_leads_to_an_audit_of_the_same_district_and_period(
    client: Client, audited: Audited
) -> None:
    code = audited.district.code
    scorecard = text(client.get("/reports/", {"district": code, "period": "2023-Q3"}))
    assert f"/reviews/new/?period=2023-Q3&amp;district={code}" in scorecard
    assert f"/subscriptions/new/?report=scorecard&amp;district={code}" in scorecard
    form = client.get("/reviews/new/", {"district": code, "period": "2023-Q3"}).context["form"]
    assert (form["district"].value(), form["period"].value()) == (code, "2023-Q3")
    free = client.get("/reviews/new/", {"district": code, "from": "2026-05-01", "to": "2026-07-15"}).context[
        "form"
    ]
    assert (free["period"].value(), free["until"].value()) == ("pick", "2026-07-15")
    for odd in ("2999-Q1", "90d", "nonsense"):
        form = client.get("/reviews/new/", {"period": odd}).context["form"]
        assert form["period"].value() == form.fields["period"].choices[0][0]


def test_parts_of_meetings_stay_parts(client: Client, audited: Audited) -> None:
    audited.organisations[0].periods.update(cadence_days=40)
    review = audited.freeze()
    wanted = review.figures.get(slug="contact-wanted", by="district", group=audited.district.code)
    assert (wanted.n, wanted.of) == (1, 2.25)
    page = text(client.get(f"/reviews/{review.pk}/"))
    assert "1 of 2.2" in page or "1 of 2.3" in page
    counted = f"/reviews/{review.pk}/counted/{wanted.pk}/"
    html = text(client.get(f"/reviews/{review.pk}/figures/contact-wanted/"))
    assert re.search(rf'href="{counted}">1 row<', joined(html))
    assert audited.organisations[0].name in text(client.get(counted))
    assert "<h1>Audit: Northgate" in joined(page)
    assert "Confidential – internal use only. Printed by" in page


def test_the_page_is_in_the_trail_with_what_it_shows(
    client: Client, audited: Audited, review: Review, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):  # 14, and the session's two savepoints
        client.get(f"/reviews/{review.pk}/")
    event = Event.objects.filter(actor_id=audited.supervisor.pk, action=Action.VIEW).latest("at")
    sample, call = review.samples.get(), review.calls.get()
    assert set(event.object_ids) == {review.pk, sample.meeting_id, call.organisation_id}


def test_figures_stay_and_the_page_says_as_of_when(client: Client, audited: Audited, review: Review) -> None:
    audited.meet(1)
    html = text(client.get(f"/reviews/{review.pk}/figures/coverage/"))
    assert "1 of 3" in html
    assert "As at" in html
    figure = review.figures.get(slug="coverage", by="district")
    counted = text(client.get(f"/reviews/{review.pk}/counted/{figure.pk}/"))
    met, others = counted.split("Not counted")
    assert audited.organisations[0].name in met
    assert audited.organisations[1].name in others and audited.organisations[1].name not in met


def test_a_figure_is_commented(client: Client, review: Review) -> None:
    page = f"/reviews/{review.pk}/figures/coverage/"
    answer = client.post(page, {"text": "Two had moved away."}, follow=True)
    assert "Two had moved away." in text(answer)
    assert client.post(page, {"text": "x" * 4001}).status_code == 422
    assert client.get(f"/reviews/{review.pk}/figures/ranking/").status_code == 404


def test_a_record_is_looked_at_with_facts_and_opinion_apart(
    client: Client, audited: Audited, review: Review
) -> None:
    sample = review.samples.get()
    create_follow_up(
        actor=audited.actor,
        title="Ring the lamp people",
        owner=audited.officer,
        due_on=city_today(),
        organisations=audited.organisations[:1],
        meeting=audited.organisations[0].meetings.get(),
    )
    page = f"/reviews/{review.pk}/samples/{sample.pk}/"
    html = text(client.get(page))
    facts, opinion = html.index("A lamp is out."), html.index("They are worried.")
    assert html.rindex("Facts", 0, facts) < facts < html.rindex("opinion", 0, opinion) < opinion
    assert "Ring the lamp people" in html
    assert client.post(page, {"facts_apart": "good", "follow_up_recorded": "yes"}).status_code == 422
    marks = {"facts_apart": "yes", "follow_up_recorded": "no", "note": "Nobody rang."}
    assert "Nobody rang." in text(client.post(page, marks, follow=True))


def test_an_organisation_is_rung_without_the_officers_opinion(
    client: Client, audited: Audited, review: Review
) -> None:
    make_contact(audited.district, audited.organisations[0], family_name="Haddad", phone="+441144960374")
    call = review.calls.get()
    page = f"/reviews/{review.pk}/calls/{call.pk}/"
    html = text(client.get(page))
    assert "Haddad" in html
    assert PersonRead.objects.count() == 1, "counted, as on every page that shows a person"
    assert "A lamp is out." in html
    assert "They are worried." not in html
    assert client.post(page, {"answer": "perhaps"}).status_code == 422
    answered = text(client.post(page, {"answer": "yes", "note": ""}, follow=True))
    assert '<span class="status">correct</span>' in joined(answered)


def test_what_is_agreed_is_added_and_taken_off(client: Client, audited: Audited, review: Review) -> None:
    page = f"/reviews/{review.pk}/actions/"
    assert client.post(page, {"text": "Meet them", "due_on": "soon"}).status_code == 422
    action = {"text": "Meet them", "due_on": "2027-01-31", "owner": audited.officer.pk}
    assert "Meet them" in text(client.post(page, action, follow=True))
    made = review.actions.get()
    client.post(f"{page}{made.pk}/drop/")
    assert not review.actions.exists()
    assert client.post(f"{page}{uuid4()}/drop/").status_code == 404


def test_it_is_concluded_signed_and_added_to(client: Client, audited: Audited, review: Review) -> None:
    page = f"/reviews/{review.pk}/"
    assert "cannot be signed yet" in text(client.get(f"{page}sign/"))
    assert client.post(f"{page}sign/", {"version": review.version}).status_code == 422
    for sample in review.samples.all():
        marks = {"facts_apart": "yes", "follow_up_recorded": "yes"}
        client.post(f"{page}samples/{sample.pk}/", marks)
    for call in review.calls.all():
        client.post(f"{page}calls/{call.pk}/", {"answer": "yes"})
    client.post(f"{page}conclusion/", {"conclusion": "Well kept."})
    held = client.post(f"{page}sign/", {"version": review.version})
    assert held["Location"].startswith("/accounts/reauthenticate/")
    assert not Review.objects.get().is_signed
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post(f"{page}sign/", {"version": review.version}).status_code == 409
    version = Review.objects.get().version
    signed = text(client.post(f"{page}sign/", {"version": version}, follow=True))
    assert "Signed by" in signed
    assert f"{page}conclusion/" not in signed
    assert client.post(f"{page}conclusion/", {"conclusion": "Worse."}).status_code == 422
    added = client.post(f"{page}addendum/", {"text": "One more word."}, follow=True)
    assert "One more word." in text(added)
    assert client.post(f"{page}addendum/", {"text": " "}).status_code == 422


def test_a_draft_is_thrown_away_and_what_is_signed_is_not(
    client: Client, audited: Audited, review: Review
) -> None:
    signed = audited.finish(audited.freeze())
    client.post(f"/reviews/{signed.pk}/discard/")
    assert "Discard this draft and everything in it?" in text(client.get(f"/reviews/{review.pk}/discard/"))
    client.post(f"/reviews/{review.pk}/discard/")
    assert list(Review.objects.filter(discarded_at=None)) == [signed]


def test_the_next_audit_asks_whether_it_was_done(client: Client, audited: Audited, review: Review) -> None:
    about = {"actor": audited.actor, "review_id": review.pk}
    action = agree_action(**about, text="Meet the mosque monthly", due_on=city_today())
    audited.finish(review)
    following = audited.freeze()
    html = text(client.get(f"/reviews/{following.pk}/"))
    assert "Meet the mosque monthly" in html
    assert "Done?" in html
    page = f"/reviews/{following.pk}/actions/{action.pk}/"
    assert client.post(page, {"answer": "who knows"}).status_code == 422
    answer = client.post(page, {"answer": "not_done", "note": "Nobody had time."}, follow=True)
    assert "Nobody had time." in text(answer)
    assert client.get(f"/reviews/{review.pk}/actions/{action.pk}/").status_code == 404


def test_a_text_that_another_supervisor_wrote_is_not_overwritten_unseen(
    client: Client, audited: Audited, review: Review
) -> None:
    about: dict[str, Any] = {"actor": audited.actor, "review_id": review.pk}
    comment_figure(**about, slug="coverage", text="Two had moved.")
    for path, field in {"figures/coverage/": "text", "conclusion/": "conclusion"}.items():
        page = f"/reviews/{review.pk}/{path}"
        form = client.get(page).context["form"]
        shown = {one.name: one.value() for one in form}
        theirs = f"Three had moved, says the other {field}."
        comment_figure(**about, slug="coverage", text=theirs)
        conclude(**about, conclusion=theirs)
        refused = client.post(page, shown | {field: "One had moved."})
        assert refused.status_code == 409, path
        assert theirs in text(refused) and "One had moved." in text(refused), path
        again = {one.name: one.value() for one in refused.context["form"]}
        assert client.post(page, again).status_code == 302, path
    review.refresh_from_db()
    assert review.conclusion == "One had moved."


def test_officers_read_what_is_signed_without_the_records_looked_at(
    client: Client, audited: Audited, review: Review
) -> None:
    comment_figure(actor=audited.actor, review_id=review.pk, slug="coverage", text="Two had moved.")
    sample, call = review.samples.get(), review.calls.get()
    page = f"/reviews/{review.pk}/"
    client.force_login(audited.officer)
    assert client.get(page).status_code == 404
    audited.finish(review)
    html = text(client.get(page))
    assert "Two had moved." in html
    assert "At the mosque" not in html
    assert "Records checked" not in html
    assert audited.district.name in text(client.get("/reviews/"))
    for path in (f"samples/{sample.pk}/", f"calls/{call.pk}/", "sign/", "addendum/", "actions/"):
        assert client.get(page + path).status_code == 403, path
    assert client.get("/reviews/new/").status_code == 403


def test_privacy_officers_read_all_and_write_nothing(
    client: Client, audited: Audited, review: Review
) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    page = f"/reviews/{review.pk}/"
    assert "At the mosque" in text(client.get(page))
    sample = review.samples.get()
    assert client.get(f"{page}samples/{sample.pk}/").status_code == 200
    marks = {"facts_apart": "yes", "follow_up_recorded": "yes"}
    assert client.post(f"{page}samples/{sample.pk}/", marks).status_code == 403
    assert client.post(f"{page}figures/coverage/", {"text": "x"}).status_code == 403


def test_who_has_nothing_to_do_with_it(client: Client, audited: Audited, review: Review) -> None:
    figure, sample, call = review.figures.first(), review.samples.get(), review.calls.get()
    assert figure is not None
    parts = (
        *("", "figures/coverage/", f"counted/{figure.pk}/", f"samples/{sample.pk}/", f"calls/{call.pk}/"),
        *("conclusion/", "actions/", "sign/", "addendum/", "discard/"),
    )
    strangers: list[tuple[User, int]] = [
        (make_supervisor(make_district()), 404),
        (make_officer(make_district()), 404),
        (make_user(Role.ADMINISTRATOR), 403),
    ]
    for user, status in strangers:
        client.force_login(user)
        for part in parts:
            assert client.get(f"/reviews/{review.pk}/{part}").status_code == status, (user.role, part)
    client.force_login(make_supervisor(make_district()))
    assert audited.district.name not in text(client.get("/reviews/"))


def test_since_signed_names_the_records_that_made_the_difference(client: Client, audited: Audited) -> None:
    """Of a kept quarter: nothing differs until a night has revised it, and the revision names the records."""
    quarter = quarter_of(city_today()).back(2)
    day = quarter.starts_at + timedelta(days=9)
    audited.meet(starts_at=day)
    keep_period(quarter, final_on(quarter))
    audited.meet(2, starts_at=day)  # entered after the figure was final
    review = audited.freeze(period=quarter)
    figure = review.figures.get(slug="coverage", by="district")
    assert (figure.n, figure.vintage, figure.ids) == (1, 1, [audited.organisations[0].pk])
    page = f"/reviews/{review.pk}/since/"
    assert client.get(page).status_code == 404  # a draft
    audited.finish(review)
    assert "Counted now, not then" not in text(client.get(page))
    recount_period(quarter)
    late = joined(text(client.get(page)))
    assert "1 of 3" in late and "2 of 3" in late
    coverage = late.split('id="coverage"')[1].split("<h2")[0]
    assert "Counted now, not then" in coverage and audited.organisations[2].name in coverage
    assert audited.organisations[0].name not in coverage
    signed_page = text(client.get(f"/reviews/{review.pk}/"))
    assert "1 of 3" in signed_page and "kept when the period was final" in joined(signed_page)
    client.force_login(audited.officer)
    assert client.get(page).status_code == 200


def test_an_audit_that_replaces_another_asks_why(client: Client, audited: Audited, review: Review) -> None:
    second = audited.freeze(samples=1)
    audited.finish(review)
    conclude(actor=audited.actor, review_id=second.pk, conclusion="Counted anew.")
    for sample in second.samples.all():
        client.post(
            f"/reviews/{second.pk}/samples/{sample.pk}/", {"facts_apart": "yes", "follow_up_recorded": "no"}
        )
    for call in second.calls.all():
        client.post(f"/reviews/{second.pk}/calls/{call.pk}/", {"answer": "yes"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page, version = f"/reviews/{second.pk}/sign/", Review.objects.get(pk=second.pk).version
    assert "This one replaces it." in text(client.get(page))
    assert client.post(page, {"version": version}).status_code == 422
    assert not Review.objects.get(pk=second.pk).is_signed
    signed = text(client.post(page, {"version": version, "reason": "Entered late"}, follow=True))
    assert "It replaces an earlier audit of this period." in signed and "Entered late" in signed
    assert "Entered late" in text(client.get(f"/reviews/{review.pk}/"))
    assert "replaced" in text(client.get("/reviews/"))
    other = Client()
    other.force_login(make_user(Role.PRIVACY_OFFICER))
    other.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Second signature added." in text(other.post(f"/reviews/{second.pk}/countersign/", follow=True))
