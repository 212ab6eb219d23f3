"""Canaries are in every text that is not public. None is on the site, and its process tells none."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from contacts.models import Organisation
from lib.days import city_today
from publishing.models import Publication, PublicEntry, PublicListing, ReportingRoute
from publishing.services.entries import draft_entry, withdraw_entry
from publishing.services.publications import keep_publication
from publishing.services.registrations import register
from publishing.site import build_site
from tests.architecture.canaries import leaked, text_of, texts
from tests.architecture.ground import Ground
from tests.architecture.shared_ground import ground_for_all
from tests.plans.making import make_public_plan
from tests.publishing.test_live import LIVE
from tests.publishing.test_site import as_text
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db

CANARY: Final = "quolvanex"
#: Texts that people write for the public, by model. All other texts of publishing are inside.
SHOWN: Final = {
    "PublicDistrict": {"language", "languages", "intro", "contact_line", "contact_email", "hours"},
    "PublicEntry": {"language", "said", "did", "why", "month"},
    "EntryTranslation": {"language", "said", "did", "why"},
    "PublicMeeting": {"language", "title", "text", "place"},
    "ReportingRoute": {"language", "name", "url", "phone", "address", "hours", "languages", "note"},
    "PublicListing": {"language", "summary", "fields", "focus_words"},
    "PublicText": {"language", "text", "slug"},
}
#: Not of the public pages: released figures and publications, which never change.
FIXED: Final = {"CouncilPaper", "Publication", "PublicFile", "Release", "ReleaseGrid"}


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with ground_for_all(django_db_blocker) as ground:
        yield ground


def hide_canaries(hidden: dict[type[models.Model], list[Any]]) -> set[str]:
    """Write the canary into each inside text of publishing, and into all texts of `hidden` rows."""
    written = set()
    for model in apps.get_app_config("publishing").get_models():
        if model.__name__ in FIXED:
            continue
        shown = SHOWN.get(model.__name__, set())
        plain = [field for field in texts(model) if not hasattr(field, "base_field")]
        for field in plain:
            rows = model._default_manager.all()
            if field.name in shown:
                rows = rows.filter(pk__in=hidden.get(model, []))
            if field.name not in {"language", "month", "slug"}:
                rows.update(**{field.name: value_of(field)})
                written |= {f"{model.__name__}.{field.name}"}
    return written


def value_of(field: Any) -> str:
    if isinstance(field, models.EmailField):
        return f"{CANARY}@inside.example"
    return f"https://inside.example/{CANARY}" if isinstance(field, models.URLField) else CANARY


def settle(ground: Ground) -> Town:
    """A town with what is shown, and beside it rows of each kind that are not."""
    town = Town(ground.districts["north"])
    make_public_plan(town.north)
    here: dict[str, Any] = {"actor": town.supervisor, "district_id": town.north.pk}
    draft = draft_entry(**here, language="en", said="Draft", did="Draft")
    gone = town.entry(said="Withdrawn", did="Withdrawn")
    withdraw_entry(actor=town.supervisor, entry_id=gone.pk)
    failed = town.route("Failed", "pathway", phone="900 100 301", agreed_to_tests=True)
    ReportingRoute.objects.filter(pk=failed.pk).update(test_result="wrong")
    private = town.route("Private", "pathway", phone="900 100 302", agreed_to_tests=True)
    ReportingRoute.objects.filter(pk=private.pk).update(is_public=False)
    register(
        district_id=town.north.pk, name="Chess club", kind="ngo", language="en", person_email="a@club.example"
    )
    listed = PublicListing.objects.filter(organisation=town.choir)
    PublicEntry.objects.update(agreed_by="the chair", flag_reason="A known name")
    written = hide_canaries({PublicEntry: [draft.pk, gone.pk], ReportingRoute: [failed.pk, private.pk]})
    assert {
        "Registration.name",
        "Registration.summary",
        "PublicListing.agreed_by",
        "PublicEntry.said",
    } <= written
    assert listed.get().agreed_by == CANARY
    return town


def told(text: str) -> list[str]:
    return [*leaked(text, ("north", "south")), *([CANARY] if CANARY in text.casefold() else [])]


@pytest.mark.thorough
@pytest.mark.long
def test_nothing_of_the_records_is_on_the_site_or_told_by_its_process(ground: Ground) -> None:
    town = settle(ground)
    files = {path: as_text(path, content) for path, content in build_site(city_today()).items()}
    text = "\n".join([*files, *files.values()])
    for shown in ("Choir of Quince", "The lamps are out.", "Train reporting centres", "Helpers of Quince"):
        assert shown in text
    assert {
        path: told(f"{path}\n{content}") for path, content in files.items() if told(f"{path}{content}")
    } == {}
    names = {row.name for row in Organisation.objects.all()} - {"Choir of Quince", "Helpers of Quince"}
    assert not [name for name in names if name in text]
    ids = {str(row.pk) for row in (*Organisation.objects.all(), town.meeting, town.lamps, town.line)}
    assert not [one for one in ids if one in text]

    keep_publication(build_site, city_today())
    last = Publication.objects.latest("number")
    with override_settings(**LIVE):
        client = Client(raise_request_exception=False)
        answers = {path: client.get(f"/{path.removesuffix('index.html')}") for path in last.files}
        assert {path for path, answer in answers.items() if answer.status_code != 200} <= {"manifest.json"}
        here = f"/en/{town.north.code}"
        answers |= {
            "form": client.get(f"{here}/register/"),
            "422": client.post(f"{here}/register/", {"name": ""}),
            "404": client.get(f"/en/{town.south.code}/"),
            "405": client.post(f"{here}/"),
            "413": client.post(f"{here}/register/", {"name": "x" * 30_000}),
            "400": client.get("/", headers={"host": "[", "x-forwarded-host": "evil.example"}),
        }
        mark = transaction.savepoint()
        answers["500"] = client.post("/confirm/guessed/")  # which only the role of the process may do
        transaction.savepoint_rollback(mark)
    assert {name: answer.status_code for name, answer in answers.items() if name.isdigit()} == {
        "400": answers["400"].status_code, "404": 404, "405": 405, "413": answers["413"].status_code,
        "422": 422, "500": 500,
    }  # fmt: skip
    assert answers["413"].status_code in (400, 413)
    assert {name: told(text_of(answer)) for name, answer in answers.items() if told(text_of(answer))} == {}
    for name, answer in answers.items():
        assert "Traceback" not in text_of(answer) and "Set-Cookie" not in answer, name
