"""The frame of every page: appearance, headers and texts, on a phone and on a desktop."""

import re
import warnings
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from playwright.sync_api import expect
from pytest_django import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from lib.days import city_today
from meetings.models import Meeting
from pages.templatetags import ui
from tests import factories
from tests.browser.looking import look, violations
from tests.markup import joined
from tests.plugins.browser import OpenPage

SHEET = Path(ui.__file__).parents[1] / "static/pages/app.css"


def render(source: str, request: HttpRequest | None = None, **context: object) -> str:
    return Template(source).render(Context({"request": request, **context}))


@pytest.fixture
def officer(db: None) -> User:
    return factories.make_officer(factories.make_district("Kesklinn"))


# --- In a browser ---------------------------------------------------------------------------------


def test_every_part_is_accessible(open_page: OpenPage, settings: Settings) -> None:
    settings.DEMO = True
    user = factories.make_officer(factories.make_district("Kesklinn"), factories.make_district("Põhja"))
    page = open_page("phone", user=user)
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    for address in (
        "/help/",
        "/settings/",
        "/no-such-page/",
        "/gallery/?kind=ngo&overdue=true&ordering=-name",
    ):
        page.goto(address)
    assert look(page) == []
    assert [text for text in broken if "404" not in text] == []  # the content security policy blocked nothing


def test_signing_in_is_accessible_and_works_without_javascript(
    open_page: OpenPage, settings: Settings
) -> None:
    settings.DEMO = True
    user = factories.make_officer(factories.make_district("Kesklinn"))
    page = open_page("phone", scheme="dark")
    page.goto("/settings/")
    assert violations(page) == []
    page = open_page("phone", javascript=False)
    page.goto("/settings/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).first.click()
    expect(page.get_by_role("heading", name="My settings", exact=True)).to_be_visible()


@pytest.mark.thorough
def test_account_pages_are_accessible(open_page: OpenPage) -> None:
    page = open_page("phone")
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@police.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#mistakes").wait_for()
    assert look(page) == []
    for address in (
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-nothing/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
    ):
        page.goto(address)
        assert look(page) == [], address
    page = open_page("desk", user=factories.make_officer())
    for address in ("/accounts/password/change/", "/accounts/logout/", "/accounts/reauthenticate/"):
        page.goto(address)
        assert look(page) == [], address


def test_the_first_wrong_field_takes_the_focus(open_page: OpenPage, settings: Settings) -> None:
    settings.DEMO = True
    page = open_page("desk", user=factories.make_officer())
    page.goto("/gallery/")
    assert page.evaluate("document.activeElement.id") == "id_wrong-who"
    page.locator("h1").click()
    page.get_by_role("link", name="Who? — Enter a value.").click()
    assert page.evaluate("document.activeElement.id") == "id_wrong-who"


def test_filters_swap_the_list_keep_the_address_and_go_back(open_page: OpenPage, settings: Settings) -> None:
    settings.DEMO = True
    page = open_page("desk", user=factories.make_officer())
    page.goto("/gallery/?kind=ngo")
    page.evaluate("window.stayed = true")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Met at the agreed frequency").select_option("No")
    chosen = page.get_by_role("link", name="Met at the agreed frequency: No")
    expect(chosen).to_be_visible()
    expect(page).to_have_url(re.compile("overdue=true"))
    expect(page).to_have_url(re.compile("kind=ngo"))
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(chosen).to_have_count(0)
    expect(page.get_by_role("link", name="Kind: NGO")).to_be_visible()


def test_pages_reflow_on_the_narrowest_screen(open_page: OpenPage, settings: Settings) -> None:
    settings.DEMO = True
    page = open_page("phone", user=factories.make_officer(factories.make_district("Kesklinn")))
    page.set_viewport_size({"width": 320, "height": 640})
    for address in ("/gallery/", "/help/", "/settings/"):
        page.goto(address)
        assert not page.evaluate("document.documentElement.scrollWidth > 320"), address


def test_keys_search_and_help_until_switched_off(open_page: OpenPage) -> None:
    user = factories.make_officer(factories.make_district("Kesklinn"))
    page = open_page("desk", user=user)
    page.goto("/settings/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("c?")  # shortcuts are off while typing
    assert page.locator("#find").input_value() == "c?"
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_url("**/help/")
    User.objects.filter(pk=user.pk).update(uses_shortcuts=False)
    page.goto("/settings/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_targets_of_the_bar_are_large_enough_for_gloves(open_page: OpenPage) -> None:
    page = open_page("phone", user=factories.make_officer(factories.make_district("Kesklinn")))
    page.goto("/settings/")
    links = page.get_by_role("navigation", name="Quick").get_by_role("link")
    assert links.all_inner_texts() == ["Today", "Find", "Log", "Concerns", "Calendar"]
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_typeface_comes_from_here(open_page: OpenPage) -> None:
    page = open_page("phone", user=factories.make_officer())
    page.goto("/settings/")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Source Sans 3\"'))")
    loaded = page.evaluate("[...document.fonts].filter(one => one.status == 'loaded').length")
    assert loaded >= 1


# --- The frame ------------------------------------------------------------------------------------


def test_headers_of_every_answer(client: Client, officer: User) -> None:
    client.force_login(officer)
    for address, status in (("/settings/", 200), ("/no-such-page/", 404)):
        response = client.get(address)
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=()" in response.headers["Permissions-Policy"]
        assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_pages_have_one_style_sheet(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    assert re.findall(r'rel="stylesheet" href="/static/pages/(\w+)\.css"', html) == ["app"]
    assert [path.name for path in SHEET.parent.glob("*.css")] == ["app.css"]


def test_static_files_may_be_kept(client: Client) -> None:
    assert "no-store" not in client.get("/static/pages/app.css").headers.get("Cache-Control", "")


def test_files_from_the_packages_need_no_folder_of_collected_ones() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WhiteNoiseMiddleware(lambda request: HttpResponse())


def test_static_files_carry_the_headers_of_every_answer(client: Client) -> None:
    headers = client.get("/static/pages/app.css").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_a_page_that_says_a_file_is_not_there_is_not_kept(client: Client) -> None:
    answer = client.get("/static/pages/none.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_a_fragment_asked_for_after_signing_out_says_so_and_the_page_stays(client: Client, db: None) -> None:
    response = client.get("/settings/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert not {"HX-Refresh", "Location"} & set(response.headers)


def test_a_page_that_asks_by_itself_after_signing_out_is_loaded_again(client: Client, db: None) -> None:
    response = client.get("/settings/", headers={"HX-Request": "true", "X-Waiting": "1"})
    assert response.headers["HX-Refresh"] == "true"


def test_language_time_zone_and_theme_are_the_users(client: Client, officer: User) -> None:
    officer.language, officer.time_zone, officer.theme = "es", "Pacific/Auckland", "dark"
    officer.save()
    client.force_login(officer)
    response = client.get("/settings/", headers={"Accept-Language": "fi"})
    assert response.headers["Content-Language"] == "es"
    assert '<html lang="es" dir="ltr" data-theme="dark"' in joined(response.text)
    assert timezone.get_current_timezone() == timezone.get_default_timezone()


def test_gallery_is_for_the_demo_only(client: Client, officer: User, settings: Settings) -> None:
    client.force_login(officer)
    assert client.get("/gallery/").status_code == 404
    settings.DEMO = True
    assert client.get("/gallery/").status_code == 200


def test_pages_of_errors_that_know_nobody_need_no_database() -> None:
    from django.template.loader import render_to_string

    for name in ("400.html", "403_csrf.html", "500.html"):
        assert "<h1>" in render_to_string(name)


def test_demo_sign_ins_are_shown_in_the_demo_only(client: Client, db: None, settings: Settings) -> None:
    assert "proximity-demo" not in client.get("/accounts/login/").text
    settings.DEMO = True
    assert "proximity-demo" in client.get("/accounts/login/").text


# --- Forms ----------------------------------------------------------------------------------------


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As on the door.")
    note = forms.CharField(required=False)
    how = forms.ChoiceField(choices=[("visit", "Visit"), ("phone", "Call")], widget=forms.RadioSelect)


def test_a_field_tells_its_hint_its_mistake_and_whether_it_is_optional() -> None:
    html = str(SampleForm({"how": "boat"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert html.count("(optional)") == 1
    assert '<a href="#id_how_0">How —' in html
    assert "<legend>How</legend>" in html


def test_a_summary_gathers_forms_and_formsets() -> None:
    formset = forms.formset_factory(SampleForm)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-note": "x"}
    )
    html = render(
        "{% error_summary form formset nothing %}", form=SampleForm({}), formset=formset, nothing=None
    )
    assert "4 things need changing" in html
    assert '<a href="#id_form-0-name">' in html


# --- Words ----------------------------------------------------------------------------------------


def test_days_are_written_as_people_say_them() -> None:
    today = city_today()
    assert ui.day(today) == "today"
    assert ui.day(today + timedelta(days=1)) == "tomorrow"
    assert ui.day(today - timedelta(days=1)) == "yesterday"
    assert ui.day(today.replace(year=2019, month=3, day=4)) == "4 Mar 2019"
    this_year = today.replace(month=11, day=24)
    assert ui.day(this_year, "long") == f"{this_year:%A} 24 November"
    assert ui.day(today.replace(year=2019, month=3, day=4), "long") == "Monday 4 March 2019"
    assert ui.day(None) == ""
    assert ui.days_late(today - timedelta(days=5)) == "5 days late"
    assert ui.days_late(today - timedelta(days=1)) == "1 day late"
    assert ui.days_late(today) == ui.days_late(None) == ""
    assert ui.ago(None) == "never"
    assert ui.ago(today - timedelta(days=47)) == "47 days ago"


def test_moments_are_in_the_readers_zone() -> None:
    now = timezone.now()
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert ui.moment(now) == f"today {now.astimezone(ZoneInfo('Pacific/Auckland')):%H:%M}"


def test_days_follow_the_language() -> None:
    with translation.override("fi"):
        assert "2019" in ui.day(city_today().replace(year=2019, month=3, day=4))


def test_a_number_calls() -> None:
    assert ui.tel("+34912345678") == '<a class="num" href="tel:+34912345678">912 34 56 78</a>'
    assert "+372 5123 4567" in ui.tel("+37251234567", "button")
    assert ui.tel("") == ui.tel(None) == ""


@pytest.mark.parametrize(
    ("kind", "subject", "said"),
    [
        ("phone", "Phone call", "Phone call"),
        ("phone", "phone CALL about the square", "phone CALL about the square"),
        ("phone", "The square", "Phone call: The square"),
        ("visit", "Visitors of the fair", "Visit: Visitors of the fair"),
    ],
)
def test_a_subject_that_says_the_kind_says_it_once(kind: str, subject: str, said: str) -> None:
    with translation.override("en-gb"):
        assert ui.kind_and_subject(Meeting(kind=kind, subject=subject)) == said


def test_sorting_turns_round_and_starts_again() -> None:
    request = RequestFactory().get("/", {"ordering": "name", "cursor": "abc", "kind": "ngo"})
    html = render('{% sort_heading "Name" "name" %}{% sort_heading "Met" "last_met_at" %}', request)
    assert 'aria-sort="ascending"><a href="?ordering=-name&amp;kind=ngo">' in html
    assert 'href="?ordering=last_met_at&amp;kind=ngo"' in html


class SampleFilter(forms.Form):
    q = forms.CharField(required=False)
    kind = forms.CharField(required=False)
    grouped = forms.ChoiceField(choices=[("", "All"), ("Partners", [("school", "School")])], required=False)
    overdue = forms.CharField(required=False, widget=forms.Select(choices=[("", "—"), ("true", "Yes")]))


def test_each_filtered_value_is_a_chip_that_takes_itself_away() -> None:
    query = {"q": "x", "kind": "ngo,sikh", "grouped": "school", "overdue": "true", "cursor": "abc"}
    request = RequestFactory().get("/", query)
    html = render("{% filter_chips form %}", request, form=SampleFilter(request.GET))
    assert html.count('class="chip"') == 4
    assert 'href="?q=x&amp;grouped=school&amp;overdue=true&amp;kind=sikh"' in html
    assert 'href="?q=x&amp;kind=ngo%2Csikh&amp;grouped=school"' in html
    assert "Kind: ngo" in html
    assert "Grouped: School" in html
    assert "Overdue: Yes" in html


def test_undo_goes_nowhere_but_here() -> None:
    assert ui.undo_url(Message(25, "Done", extra_tags="undo:/undo/abc/")) == "/undo/abc/"
    assert ui.undo_url(Message(25, "Done", extra_tags="undo:https://elsewhere.example/")) == ""
    assert ui.undo_url(Message(25, "Done", extra_tags="undo://elsewhere.example/")) == ""
    assert ui.told_url(Message(25, "Done", extra_tags="told://elsewhere.example/")) == ""
    assert ui.undo_url(Message(25, "Done")) == ""
