"""The public process: it reads publications, leaves registrations, and can do nothing else."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client, override_settings
from django.utils import timezone

from accounts.actors import actor_for
from crm.celery import app as celery
from crm.database.roles import PUBLIC_FUNCTIONS, PUBLIC_TABLES
from crm.embedded.postgres import PUBLIC
from districts.models import District
from lib.days import city_today
from publishing.models import Publication, PublicDistrict, Registration
from publishing.queries.published_files import published_file
from publishing.services.listings import list_organisation
from publishing.services.pages import write_text
from publishing.services.registrations import hash_token
from publishing.site.languages import words_of
from publishing.site.registration_form import RegisterForm
from publishing.site.registration_mails import mail_registrations
from publishing.tasks import publish_site
from tests.factories import make_district, make_organisation, make_supervisor
from tests.plugins import services
from tests.publishing.test_site_is_valid import errors_of
from tests.publishing.town import Town

LIVE: Any = {
    "ROOT_URLCONF": "crm.public_urls",
    "MIDDLEWARE": ["django.middleware.security.SecurityMiddleware", "crm.public_site.PublicMiddleware"],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 20_000,
    "PUBLIC_REGISTER_URL": "https://register.city.example",
}
SENT = {"name": "Chess club", "kind": "community_group", "person_email": "kim@club.example"}


def as_public(statement: str) -> Any:
    """Run a statement as the public process would, in the database of the tests."""
    url = services.environment()["PUBLIC_DATABASE_URL"]
    with psycopg.connect(url, dbname=connection.settings_dict["NAME"]) as own:
        return own.execute(statement).fetchall()


def test_the_role_reads_publications_and_runs_two_functions_and_nothing_else(committed_db: None) -> None:
    found = as_public(
        "SELECT relname, name FROM pg_class,"
        " unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) name"
        " WHERE relkind IN ('r', 'v', 'p') AND relnamespace::regnamespace::text IN ('public', 'guard')"
        " AND has_table_privilege(oid, name)"
    )
    assert set(found) == {(table, "SELECT") for table in PUBLIC_TABLES}
    functions = as_public(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE nspname = 'public' AND prosecdef AND has_function_privilege(p.oid, 'EXECUTE')"
        " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')"
        " AND prorettype <> 'trigger'::regtype"
    )
    assert {name for (name,) in functions} >= set(PUBLIC_FUNCTIONS)
    for table in ("contacts_contact", "publishing_registration", "accounts_user", "publishing_publicentry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_public(f"TABLE {table}")
    assert as_public("SELECT current_user") == [(PUBLIC,)]


@pytest.fixture
def live(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of the public process, whose functions are run by its own role."""
    cache.clear()
    north = make_district("Northgate", code="N7")
    PublicDistrict.objects.create(district=north, is_on=True, languages=["en", "es", "ar"])
    publish_site()
    connections.databases["public"] = {**connections.databases["default"], "USER": PUBLIC}
    own = connections["public"]
    monkeypatch.setattr("publishing.site.registration_form.connection", own)
    with override_settings(**LIVE):
        yield Client()
    own.close()
    del connections.databases["public"]
    cache.clear()


def form_of(client: Client, monkeypatch: pytest.MonkeyPatch, *, after: int = 30) -> str:
    """The moment of a form that was opened some seconds ago."""
    real = time.time
    with monkeypatch.context() as context:
        context.setattr("django.core.signing.time.time", lambda: real() - after)
        page = client.get("/en/N7/register/").content.decode()
    found = re.search(r'name="moment" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: Client, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Any:
    moment = form_of(client, monkeypatch)
    return client.post("/en/N7/register/", {**SENT, "moment": moment, **given})


def test_an_organisation_registers_by_email_and_a_known_one_gets_the_same_answer(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_organisation(name="Chess club")
    unknown = send(live, monkeypatch, name="A new one", summary="Visit <b>us</b>", person_email="a@b.example")
    known = send(live, monkeypatch)
    assert known.content == unknown.content and known.status_code == 200
    assert dict(known.headers) == dict(unknown.headers)
    assert known["Cache-Control"] == "no-store" and "Set-Cookie" not in known
    assert mail_registrations() == 2
    letter = next(one for one in mail.outbox if one.to == ["kim@club.example"])
    assert "Chess club" not in letter.body
    [link] = re.findall(r"https://register\.city\.example(/confirm/\S+)", letter.body)
    answers = {live.post(one).content for one in (link, link, "/confirm/guessed/?language=en")}
    assert len(answers) == 1
    row = Registration.objects.get(name="Chess club")
    assert (row.state, row.wants, row.token_hash) == ("confirmed", "contact", None)
    office = hash_token("the link to the office")
    asked = {"state": "joined", "word_asked_at": timezone.now(), "token_hash": office}
    Registration.objects.filter(pk=row.pk).update(**asked)
    live.post("/confirm/the link to the office/?language=en")
    row.refresh_from_db()
    assert row.word_at is not None and row.token_hash is None
    assert Registration.objects.get(name="A new one").state == "unconfirmed"


def test_names_and_domains_that_imitate_are_kept_as_what_they_are(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    imitated = "раураl.com"  # Cyrillic letters are what the test is about
    many = "\N{GRINNING FACE}" * 200
    answer = send(live, monkeypatch, name=many, website=imitated, person_email=f"kim@{imitated}")
    assert answer.status_code == 200 and many not in answer.text
    row = Registration.objects.get()
    assert (row.name, row.website) == (many, "https://xn--l-7sba6dbr.com")
    assert row.person_email == "kim@xn--l-7sba6dbr.com"
    assert mail_registrations() == 1
    link = re.findall(r"(/confirm/\S+)", mail.outbox[-1].body)[0]
    Registration.objects.all().delete()
    assert live.post(link).content == live.post("/confirm/guessed/?language=en").content
    send(live, monkeypatch, name="Chess\r\nBcc: c@d.example", person_name="Kim\r\nX: y")
    row = Registration.objects.get()
    assert (row.name, row.person_name) == ("Chess Bcc: c@d.example", "Kim X: y")
    assert mail_registrations() == 1
    assert mail.outbox[-1].recipients() == ["kim@club.example"] and "Chess" not in mail.outbox[-1].body
    for path in ("/en/N7/x/register/", "/en/N7%2Fx/register/", "/xx-bogus/N7/register/", "/en/N7%0d%0a/"):
        assert live.get(path).status_code == 404, path


def test_each_page_of_the_process_is_valid_html_in_each_language(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with markup in what was sent, which comes back as text."""
    markup = "\"'><script>alert(1)</script>"
    moment = form_of(live, monkeypatch)
    last = Publication.objects.latest("number")
    # A file of texts that cannot be read, so that the form fails.
    broken = {**last.files, "texts.json": last.files["style.css"]}
    pages: dict[tuple[str, str], Any] = {}
    rough = Client(raise_request_exception=False)
    for language in ("en", "es", "ar"):
        form = f"/{language}/N7/register/"
        for name, status, answer in (
            ("form", 200, live.get(form)),
            ("errors", 422, live.post(form, dict.fromkeys(RegisterForm.base_fields, markup))),
            ("again", 422, live.post(form, SENT)),
            ("sent", 200, live.post(form, {**SENT, "second_name": "Bot"})),
            ("confirm", 200, live.get(f"/confirm/x/?language={language}")),
            ("confirmed", 200, live.post(f"/confirm/x/?language={language}")),
            ("missing", 404, live.get(f"/{language}/{markup}/")),
            ("refused", 400, live.post(form, {"name": "x" * 30_000})),
        ):
            assert answer.status_code == status, (language, name)
            pages[language, name] = answer
    PublicDistrict.objects.update(is_on=False)
    for language in ("en", "es", "ar"):
        full = live.post(f"/{language}/N7/register/", {**SENT, "moment": moment})
        assert full.status_code == 503
        pages[language, "full"] = full
    Publication.objects.create(number=last.number + 1, as_of=last.as_of, files=broken)
    for language in ("en", "es", "ar"):
        failed = rough.get(f"/{language}/N7/register/")
        assert failed.status_code == 500
        pages[language, "failed"] = failed
    wrong = {key: errors_of(page.text) for key, page in pages.items() if errors_of(page.text)}
    assert wrong == {}
    for (language, name), page in pages.items():
        assert f'<html lang="{language}"' in page.text and "<script" not in page.text, (language, name)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": ""}, '<p class="error" id="id_'),
        ({"name": "\u200b"}, "Enter the name"),
        ({"person_email": "a@b.example\r\nBcc: c@d.example"}, "Enter an email address"),
        ({"website": "javascript:alert(1)"}, "Enter a web address"),
        ({"website": "https://user:pw@bank.example"}, "Enter a web address"),
        ({"kind": ""}, '<p class="error" id="id_'),
        ({"languages": ["<b>"]}, '<p class="error" id="id_'),
        ({"kind": "sect"}, '<p class="error" id="id_'),
        ({"fields_listed": ["focus"]}, '<p class="error" id="id_'),
    ],
)
def test_bad_input_is_named_beside_its_field(
    live: Client, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], error: str
) -> None:
    answer = send(live, monkeypatch, **given)
    assert answer.status_code == 422 and error in answer.content.decode()
    assert not Registration.objects.exists()


def test_who_corrects_a_field_at_once_is_still_a_person(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = send(live, monkeypatch, person_email="kim@")
    assert again.status_code == 422
    [moment] = re.findall(r'name="moment" value="([^"]+)"', again.text)
    assert live.post("/en/N7/register/", {**SENT, "moment": moment}).status_code == 200
    assert Registration.objects.count() == 1
    [fresh] = re.findall(
        r'name="moment" value="([^"]+)"', live.post("/en/N7/register/", {"moment": "x:y:z"}).text
    )
    live.post("/en/N7/register/", {**SENT, "moment": fresh})
    assert Registration.objects.count() == 1, "a form that nobody opened begins now"


def test_machines_and_floods_leave_nothing_and_learn_nothing(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = send(live, monkeypatch)
    assert Registration.objects.count() == 1
    trapped = send(live, monkeypatch, second_name="Bot")
    assert trapped.content == live.post("/en/N7/register/", {**SENT, "second_name": "Bot"}).content
    assert trapped.content == usual.content and Registration.objects.count() == 1
    for number in range(4):  # the mailbox has its three after two more, whatever follows a plus
        send(live, monkeypatch, name=f"Club {number}", person_email=f"Kim+{number}@club.example")
    assert Registration.objects.count() == 3
    assert send(live, monkeypatch, person_email="other@club.example").status_code == 503  # five an hour
    assert live.post("/en/N7/register/", {"name": "x" * 30_000}).status_code in (400, 413)


def test_a_form_that_another_visitor_opened_or_another_website_sends_comes_back(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {**SENT, "moment": form_of(live, monkeypatch)}
    for elsewhere in ({"HTTP_USER_AGENT": "Another browser"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}):
        assert live.post("/en/N7/register/", sent, **elsewhere).status_code == 422
    assert live.post("/en/N7/register/", sent, HTTP_SEC_FETCH_SITE="same-origin").status_code == 200


def test_a_form_sent_too_early_or_too_late_comes_back_and_promises_no_email(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No one waits for an email that was never sent, and nothing typed is lost."""
    for after in (1, 7_300):
        moment = form_of(live, monkeypatch, after=after)
        again = live.post("/en/N7/register/", {**SENT, "moment": moment, "languages": ["ar", "sgn"]})
        assert again.status_code == 422 and "Check your email" not in again.text
        assert "Nothing was sent." in again.text and 'value="Chess club"' in again.text
    assert 'role="alert"' in live.post("/en/N7/register/", {**SENT, "moment": "x:y:z"}).text
    assert not Registration.objects.exists()
    assert send(live, monkeypatch, languages=["ar", "sgn"], fields_listed=["languages"]).status_code == 200
    assert Registration.objects.get().languages == ["ar", "sgn"], "what can be listed can be entered"


def test_two_hundred_a_day_are_taken_in_all(live: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    district = PublicDistrict.objects.get().district
    Registration.objects.bulk_create(
        Registration(district=district, name=str(n), kind="ngo", language="en", person_email=f"{n}@x.example")
        for n in range(200)
    )
    full = send(live, monkeypatch)
    assert full.status_code == 503 and "Nothing was sent." in full.text and 'value="Chess club"' in full.text
    Registration.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert send(live, monkeypatch).status_code == 200


def test_the_form_links_to_what_is_agreed_and_keeps_its_version(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/en/registration-consent/" not in live.get("/en/N7/register/").content.decode()
    chief = actor_for(make_supervisor(*District.objects.all()))
    for slug in ("registration_consent", "registration_consent", "privacy_notice"):
        write_text(actor=chief, slug=slug, language="en", text="You can withdraw at any time.")
    publish_site()
    form = live.get("/es/N7/register/").content.decode()
    assert "Lengua de signos" in form and "Romaní" in form and "Elija un tipo" in form
    assert "Asociación de vecinos" in form and "Sitio web" in form and "Residents" not in form
    for path in ("/es/registration-consent/", "/es/privacy-notice/"):
        assert f'href="{path}"' in form and live.get(path).status_code == 200
    send(live, monkeypatch)
    assert Registration.objects.get().text_version == 2


def test_calls_of_hsds_are_chosen_and_paged(live: Client) -> None:
    town = Town(District.objects.get())
    for number in range(3):
        row = make_organisation(town.north, name=f"Coro {number}", kind="ngo")
        list_organisation(
            actor=town.supervisor, organisation_id=row.pk, agreed_by="the chair", agreed_on=city_today(),
            how="form", fields=["kind"], language="en",
        )  # fmt: skip
    publish_site()
    assert live.get("/hsds/").json()["version"] == "3.0"
    services = live.get("/hsds/services").json()
    assert services == live.get("/hsds/services.json").json() and services["total_items"] == 4
    one = services["contents"][0]
    assert live.get(f"/hsds/services/{one['id']}").json() == one

    def asked(**given: Any) -> list[str]:
        page = live.get("/hsds/services", given)
        assert page.status_code == 200 and page["Access-Control-Allow-Origin"] == "*"
        return sorted(row["name"] for row in page.json()["contents"])

    assert len(asked(per_page=3)) == 3 and len(asked(per_page=3, page=2)) == 1 and asked(page=9) == []
    assert asked(search="CORÓ 1") == ["Coro 1"] and asked(search="mondays") == ["Choir of Quince"]
    assert asked(organization_id=one["organization"]["id"]) == [one["name"]]
    choir = next(row for row in services["contents"] if row["name"] == "Coro 0")
    [kind] = choir["organization"]["attributes"]
    assert asked(taxonomy_term_id=kind["taxonomy_term_id"]) == ["Coro 0", "Coro 1", "Coro 2"]
    assert len(asked(modified_after="2020-01-01")) == 4 and asked(modified_after="2099-01-01T00:00:00Z") == []
    for strange in ({"page": "0"}, {"page": "-1"}, {"per_page": "x"}, {"modified_after": "x"}, {"q": "\0"}):
        assert len(asked(**strange)) == 4, strange
    assert "organization" not in live.get("/hsds/services", {"full": "false"}).json()["contents"][0]
    assert set(live.get("/hsds/services?minimal=true").json()["contents"][0]) == {
        *("id", "name", "status", "organization_id")
    }
    assert live.get("/hsds/organizations?search=coro").json()["total_items"] == 3
    assert live.get("/hsds/datapackage.zip")["Content-Type"] == "application/zip"
    for path in ("/hsds/services/x", "/hsds/../settings", "/hsds.txt", "/hsdsx"):
        assert live.get(path).status_code == 404, path


def test_files_are_served_with_their_headers_and_nothing_else_has_an_address(live: Client) -> None:
    page = live.get("/en/N7/")
    found = published_file("en/N7/")
    assert found and page.content == found[0]
    assert "Set-Cookie" not in page
    [kept] = re.findall(r"^public, max-age=(\d+)$", page["Cache-Control"])
    every = celery.conf.beat_schedule[publish_site.name]["schedule"]
    assert int(kept) + every < 5 * 60, "what is withdrawn or has failed is gone within five minutes"
    assert page["Content-Security-Policy"].startswith("default-src 'none'")
    assert live.get("/en/N7/", headers={"If-None-Match": page["ETag"]}).status_code == 304
    assert live.get("/N7.json")["Access-Control-Allow-Origin"] == "*"
    assert live.get("/livez").status_code == 200
    for path in (
        "/accounts/login/",
        "/api/v1/organisations/",
        "/en/N8/",
        "/xx/N7/register/",
        "/../etc/passwd",
    ):
        assert live.get(path).status_code == 404, path
    assert live.post("/en/N7/").status_code == 405
    spanish = live.get("/es/N7/register/").content.decode()
    assert '<html lang="es"' in spanish and "Enviar inscripción" in spanish


def test_a_language_in_an_address_opens_no_file_and_is_never_an_error(live: Client, tmp_path: Path) -> None:
    """The address chose a file of the server: whether a TOML file exists was readable from the answer."""
    (tmp_path / "own.toml").write_text('"Confirm" = "Canary"')
    for language in (f"{tmp_path}/own", "../../../pyproject", "\0", "es\0", "../words/es", "…", "xx", ""):
        assert words_of(language) == "en", language
        answer = live.get("/confirm/x/", {"language": language})
        assert answer.status_code == 200 and "Canary" not in answer.text, language
    assert 'lang="es"' in live.get("/confirm/x/?language=es").text
    for path in (
        "/%00",
        "/%ff/",
        "/en/%00/register/",
        "/../pyproject.toml",
        "/%0d%0aX:%20y",
    ):
        assert live.get(path).status_code == 404, path
    for host in ("evil.example", "a b", "[", "testserver:x"):
        assert live.get("/", headers={"host": host}).status_code in (200, 400), host
