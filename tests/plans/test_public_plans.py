"""The status of a public plan on the public site: what is shown, what never is, and in which languages."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import date_format

from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import Organisation
from lib.days import city_today
from plans.models import Action, Milestone, Plan
from plans.services.goals import save_partner, set_status
from plans.services.milestones import drop_milestone, save_milestone, tick_milestone, untick_milestone
from plans.services.plans import adopt_plan, close_plan, edit_plan, reopen_plan
from publishing.models import PublicDistrict
from publishing.site import build_site
from tests.factories import make_organisation
from tests.plans.making import AGREED, Planned
from tests.plans.test_plan_pages import signed_in
from tests.publishing.test_site_is_valid import errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[Planned]:
    city = Planned(is_public=True, summary="What the council decided.")
    today = city_today()
    city.milestone("Staff are trained", due_on=today - timedelta(days=40))
    city.milestone("Centres are visited", due_on=today - timedelta(days=3))
    done = city.milestone("Posters are printed", due_on=today - timedelta(days=9))
    for name, fields in (("Choir of Quince", AGREED), ("Shy club", {"role": "advises"})):
        row = make_organisation(city.north, name=name)
        save_partner(**city.about, action_id=city.action.pk, organisation=row, **fields)
    adopt_plan(**city.about, adopted_on=today - timedelta(days=50), adopted_by="City council")
    tick_milestone(**city.owned, milestone_id=done.pk, done_on=today - timedelta(days=8), note="At Kim’s")
    for home in (city.north, city.south):
        PublicDistrict.objects.create(district=home, is_on=True, languages=["en", "es", "ar"])
    yield city


def site() -> dict[str, str]:
    files = build_site(city_today())
    return {path: content.decode() for path, content in files.items() if ".zip" not in path}


def test_a_public_plan_is_on_the_page_of_each_district_in_its_languages(city: Planned) -> None:
    files = site()
    where = f"{city.north.code}/plans/index.html"
    page = files[f"en/{where}"]
    said = [
        *("Against racism", "Adopted by: City council", "What the council decided."),
        *("Milestones done: 1 of 3 due by now", "People know where to report", "Train reporting centres"),
        *("Choir of Quince", "Late", "Staff are trained", "Posters are printed", "Centres are visited"),
    ]
    places = [page.index(words) for words in said]
    assert places == sorted(places)
    assert not any(hidden in page for hidden in ("Shy club", "At Kim", city.owner.name, str(city.plan.pk)))
    assert "Hitos cumplidos: 1 de 3" in files[f"es/{where}"]
    assert '<span lang="en" dir="ltr">Against racism</span>' in files[f"ar/{where}"]
    assert f"en/{city.south.code}/plans/index.html" in files
    assert 'href="plans/"' in files[f"en/{city.north.code}/index.html"]
    assert not [path for path, text in files.items() if "/plans/" in path and errors_of(text)]
    [stated] = json.loads(files[f"{city.north.code}.json"])["plans"]
    assert (stated["title"], stated["milestones_due"], stated["milestones_done"]) == ("Against racism", 3, 1)


@pytest.mark.parametrize("fields", [{"is_public": False}, {"status": "draft", "adopted_on": None}])
def test_a_plan_that_is_not_public_or_not_adopted_has_no_page(city: Planned, fields: dict[str, Any]) -> None:
    Plan.objects.update(**fields)
    files = site()
    assert not any("/plans/" in path or "Against racism" in text for path, text in files.items())
    assert json.loads(files[f"{city.north.code}.json"])["plans"] == []


def test_an_agreement_that_ends_and_a_location_that_is_protected_leave_the_next_publication(
    city: Planned,
) -> None:
    assert "Choir of Quince" in "".join(site().values())
    row = city.action.partners.get(organisation__name="Choir of Quince")
    type(row).objects.filter(pk=row.pk).update(agreed_on=None, agreed_by="")
    assert "Choir of Quince" not in "".join(site().values())
    type(row).objects.filter(pk=row.pk).update(**{name: AGREED[name] for name in ("agreed_on", "agreed_by")})
    Organisation.objects.filter(pk=row.organisation_id).update(location_protected=True)
    make_organisation(name="Centres are visited", location_protected=True)
    text = "".join(site().values())
    assert "Staff are trained" in text
    assert "Choir of Quince" not in text and "Centres are visited" not in text
    make_organisation(name="Against racism", location_protected=True)
    assert "Staff are trained" not in "".join(site().values())


def test_what_was_dropped_or_moved_stays_on_the_public_page_with_its_number(city: Planned) -> None:
    late, moved = (
        Milestone.objects.get(title=title) for title in ("Staff are trained", "Centres are visited")
    )
    drop_milestone(**city.about, milestone_id=late.pk, reason="The trainer left for Bremen.")
    on = city_today() + timedelta(days=60)
    save_milestone(**city.about, action_id=city.action.pk, milestone_id=moved.pk, due_on=on)
    files = site()
    page = " ".join(files[f"en/{city.north.code}/plans/index.html"].split())
    said = (
        "Milestones done: 1 of 1 due by now",
        "Milestones dropped: 1",
        "Milestones moved: 1",
        "moved from",
    )
    assert all(words in page for words in said)
    assert "<strong>Dropped</strong> Staff are trained" in page and "Bremen" not in page
    [stated] = json.loads(files[f"{city.north.code}.json"])["plans"]
    assert (stated["milestones_moved"], stated["milestones_dropped"], stated["ended_on"]) == (1, 1, None)


def test_what_was_renamed_added_dated_back_or_prolonged_stays_on_the_public_page(city: Planned) -> None:
    late = Milestone.objects.get(title="Staff are trained")
    today, last = city_today(), city.plan.ends_on
    assert "Added: " not in "".join(site().values()), "the draft grew, not the plan"
    tick_milestone(**city.owned, milestone_id=late.pk, done_on=today - timedelta(days=41))
    about = {**city.about, "action_id": city.action.pk}
    save_milestone(**about, milestone_id=late.pk, title="Some staff are trained")
    city.milestone("Easy one", due_on=today)
    edit_plan(**city.about, ends_on=last + timedelta(days=10))
    files = site()
    page = " ".join(files[f"en/{city.north.code}/plans/index.html"].split())
    changed = f"{date_format(today)} · "
    said = (
        f"{changed}The plan ends on {date_format(last + timedelta(days=9))}, before: "
        f"{date_format(last - timedelta(days=1))}",
        f"{changed}Added: Easy one",
        f"{changed}New title: Some staff are trained. Title before: Staff are trained.",
    )
    places = [page.index(words) for words in said]
    assert places == sorted(places) and "Milestones added since: 1" in page
    assert f"· {date_format(today - timedelta(days=41))} · marked as done on {date_format(today)}" in page
    tick_milestone(**city.owned, milestone_id=late.pk)
    redated = f"done for {date_format(today)}, before: {date_format(today - timedelta(days=41))}. Some staff"
    assert redated in " ".join(site()[f"en/{city.north.code}/plans/index.html"].split())
    assert not errors_of(files[f"en/{city.north.code}/plans/index.html"])
    untick_milestone(**city.owned, milestone_id=late.pk)
    assert "No longer marked as done: Some staff" in site()[f"en/{city.north.code}/plans/index.html"]
    make_organisation(name="Easy one", location_protected=True)
    assert "Easy one" not in "".join(site().values())


def test_a_plan_that_was_closed_or_has_run_out_stays_public_and_says_so(city: Planned) -> None:
    with pytest.raises(ValidationError, match="10 characters"):
        close_plan(**city.about, reason="Over.")
    close_plan(**city.about, reason="A new council has another plan.")
    today = city_today()
    page = " ".join(site()[f"en/{city.north.code}/plans/index.html"].split())
    assert f"Ended on {date_format(today)}" in page and "Milestones done: 1 of 3 </p>" in page
    assert "new council" not in page
    reopen_plan(**city.about)
    assert "Ended on" not in "".join(site().values())
    with pytest.raises(ValidationError, match="not closed"):
        reopen_plan(**city.about)
    Plan.objects.update(ends_on=today)
    page = " ".join(site()[f"en/{city.north.code}/plans/index.html"].split())
    assert f"Ended on {date_format(today - timedelta(days=1))}" in page and "1 of 3 </p>" in page


def test_closing_asks_for_a_reason_and_can_be_undone(city: Planned) -> None:
    client, address = signed_in(city.keeper), reverse("plan_close", args=[city.plan.pk])
    assert "stays public as ended" in client.get(address).text
    assert client.post(address, {"closed_reason": ""}).status_code == 422
    assert Plan.objects.get().is_adopted
    text = client.post(address, {"closed_reason": "A new council has another plan."}, follow=True).text
    assert "A new council has another plan." in text and "Undo closing" in text
    undo = reverse("plan_reopen", args=[city.plan.pk])
    assert signed_in(city.owner).post(undo).status_code == 403
    client.post(undo)
    assert Plan.objects.get().is_adopted


def test_an_action_with_a_late_milestone_is_done_nowhere(city: Planned) -> None:
    about = {**city.owned, "action_id": city.action.pk}
    city.show()
    with pytest.raises(ValidationError, match="Some milestones are open"):
        set_status(**about, status="done")
    for row in Milestone.objects.filter(done_on=None):
        tick_milestone(**city.owned, milestone_id=row.pk)
    set_status(**about, status="done")
    untick_milestone(**city.owned, milestone_id=row.pk)
    assert Action.objects.get().status == "under_way"
    set_status(**about, status="dropped", reason="The trainer left for good.")
    row.refresh_from_db()
    assert row.is_dropped, "what is dropped is late nowhere either"
    with pytest.raises(ValidationError, match="has ended"):
        city.milestone("One more", due_on=city_today())


@pytest.mark.parametrize("is_partner_too", [True, False])
def test_a_merge_names_no_organisation_that_has_not_agreed_and_undo_brings_the_agreement_back(
    city: Planned, is_partner_too: bool
) -> None:
    path = f"en/{city.north.code}/plans/index.html"
    gone = Organisation.objects.get(name="Choir of Quince")
    kept = Organisation.objects.get(name="Shy club") if is_partner_too else make_organisation(city.north)
    actor = city.about["actor"]
    versions = {one.pk: one.version for one in (kept, gone)}
    merge = merge_organisations(actor=actor, kept_id=kept.pk, versions=versions)
    page = site()[path]
    assert "Choir of Quince" not in page and kept.name not in page
    partner = city.action.partners.get(organisation=kept)
    assert (partner.agreed_on, partner.agreed_by) == (None, "")
    undo_merge(actor=actor, merge_id=merge.pk)
    assert "Choir of Quince" in site()[path] and kept.name not in site()[path]
    merge_organisations(
        actor=actor, kept_id=kept.pk,
        versions=dict(Organisation.objects.filter(pk__in=versions).values_list("pk", "version")),
    )  # fmt: skip
    partner = city.action.partners.get(organisation=kept)
    save_partner(**city.about, action_id=city.action.pk, partner_id=partner.pk, **AGREED)
    assert kept.name in site()[path]


def test_a_partner_that_a_merge_gives_another_name_agrees_again(city: Planned) -> None:
    kept = Organisation.objects.get(name="Choir of Quince")
    other = make_organisation(city.north, name="Singing circle")
    merge_organisations(
        actor=city.about["actor"], kept_id=kept.pk, choices={"name": other.pk},
        versions={kept.pk: kept.version, other.pk: other.version},
    )  # fmt: skip
    assert "Singing circle" not in site()[f"en/{city.north.code}/plans/index.html"]
