"""The comparison file: what leaves the city, and what proves that it is the city's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.db.models import CharField, TextField
from pytest_django import Settings

from accounts.actors import actor_for
from audit.models import Event
from audit.signing import NoKey, make_key
from contacts.services.organisations import edit_organisation
from lib.canonical import canonical
from plans.models import (
    Action,
    ComparisonFile,
    Evidence,
    Goal,
    Indicator,
    Milestone,
    Partner,
    Plan,
    PlanReview,
    PlanVoice,
)
from plans.rules import fingerprint_of
from plans.services import file_format
from plans.services.comparison import prepare_file, sign_files
from practices.models import PracticeText
from practices.rules import REQUIRED
from publishing.models import Release
from publishing.queries.quarter_tables import plain_tables
from publishing.rules.cells import TOTAL, Table
from publishing.rules.indicators import INDICATORS
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from tests.factories import make_actor, make_contact, make_organisation, make_supervisor
from tests.plans.comparing import BASELINE, NEXT, QUARTER, Compared, bytes_of, enter, keep, use_city_key
from tests.plans.making import BOOK, HAND, Planned
from tests.practices.making import drafted, published

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parent.parent.parent / "docs" / "verify" / "comparison.py"


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    return use_city_key(settings, tmp_path)


def verify(folder: Path, content: bytes, fingerprint: str) -> str:
    """What the verifier says, in a process that cannot import the project."""
    file = folder / "plan.json"
    file.write_bytes(content)
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(file), fingerprint]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == done.stdout.startswith("VALID"), done.stderr
    return (done.stdout or done.stderr).strip()


def test_a_file_says_what_the_plan_says(key: Path) -> None:
    city = Compared()
    city.milestone()
    document = city.signed().document
    (share,) = document["indicators"]
    assert document["city"] == {"name": "Alderport", "country": "IE", "contact": "plans@alderport.example"}
    assert share["latest"] == {
        "period": {"since": "2026-07-01", "until": "2026-10-01"},
        "n": 32,
        "of": 41,
        "value": "0.7804878049",
        "hidden": False,
        "vintage": 1,
    }
    assert (share["baseline"]["n"], share["baseline"]["of"]) == (19, 31)
    assert document["actions"][0]["milestones"] == {"due": 1, "done": 0, "moved": 0}
    assert document["context"]["months_of_data"] == 24
    assert document["context"]["response_limit_hours"] == 72


def test_anybody_verifies_the_signature_without_the_project(key: Path, tmp_path: Path) -> None:
    row = Compared().signed()
    content, fingerprint = bytes_of(row), fingerprint_of(row.key)
    assert verify(tmp_path, content, fingerprint) == "VALID: signed by Alderport"
    assert verify(tmp_path, content.replace(b'"n":32', b'"n":33'), fingerprint) == "NOT VALID: signature"
    assert verify(tmp_path, content + b"\n", fingerprint) == "NOT VALID: bytes"
    assert verify(tmp_path, content, "0" * 32) == "NOT VALID: fingerprint"
    unsigned = {name: value for name, value in json.loads(content).items() if name != "signature"}
    assert verify(tmp_path, canonical(unsigned), fingerprint) == "NOT VALID: no signature"
    code = VERIFIER.read_text().split('"""')[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 30


def test_no_name_and_no_text_but_titles_is_in_a_file(key: Path) -> None:
    """Canary: whatever people write beside a title stays here."""
    city = Compared(summary="canary summary")
    organisation = make_organisation(city.north, name="Canary Organisation", short_name="CanOrg")
    make_contact(city.north, given_name="Canary", family_name="Person")
    Plan.objects.filter(pk=city.plan.pk).update(adopted_by="canary council")
    city.goal.problem = "canary problem"
    city.goal.save()
    for row, texts in (
        (city.action, {"description": "canary description", "reason": "canary reason"}),
        (city.share, {"note": "canary note", "target_reason": "canary target"}),
    ):
        type(row).objects.filter(pk=row.pk).update(**texts)
    city.action.partners.create(
        organisation=organisation,
        role="does",
        contribution="canary gift",
        agreed_on="2026-01-01",
        agreed_by="canary chair",
    )
    city.action.evidence.create(url="https://canary.example/", note="canary evidence")
    city.action.milestones.create(
        title="canary milestone",
        due_on="2026-01-01",
        first_due_on="2026-01-01",
        note="canary tick",
        dropped_reason="canary drop",
    )
    Plan.objects.filter(pk=city.plan.pk).update(closed_reason="canary closing")
    survey = city.indicator(where_from="canary survey")
    year = Period(BASELINE.since.replace(month=1), BASELINE.until)
    enter(survey, year, 172, 500, where_from="canary origin")
    review = city.plan.reviews.create(
        held_on="2026-06-01", conclusion="canary end", plan_changes="canary change"
    )
    review.voices.create(organisation=organisation, says="worse", text="canary voice", may_be_quoted=True)
    author, reviewer = make_actor(city.north), make_actor(city.north, role="supervisor")
    practice = published(author, reviewer, "Visits", level_note="canary level", size="canary size")
    PracticeText.objects.update(**dict.fromkeys(REQUIRED[1:], "canary practice"))
    Action.objects.filter(pk=city.action.pk).update(practice=practice)
    for model in (Plan, Goal, Action, Indicator, Partner, Evidence, Milestone, PlanReview, PlanVoice):
        for name in texts_of(model):  # a new text needs a canary, too
            assert model.objects.filter(**{f"{name}__contains": "canary"}).exists(), (model, name)
    text = bytes_of(city.signed()).decode().lower()
    assert "canary" not in text and "canorg" not in text and '"practice_code":"visits"' in text
    for name in (city.north.name, city.south.name, city.keeper.name, city.owner.name, city.keeper.email):
        assert name.lower() not in text
    assert str(city.plan.pk) not in text and "train reporting centres" in text


def texts_of(model: Any) -> list[str]:
    """Texts that someone wrote, but for titles, codes and where a survey is from."""
    left = {"title", "language", "slug", "where_from"}
    free = [one for one in model._meta.fields if isinstance(one, CharField | TextField) and not one.choices]
    return [one.name for one in free if one.name not in left]


def test_a_practice_is_named_by_its_code_once_it_is_published(key: Path) -> None:
    city = Compared()
    author, reviewer = make_actor(city.north), make_actor(city.north, role="supervisor")
    draft = drafted(author, "Tea with Rosa")
    Action.objects.filter(pk=city.action.pk).update(practice=draft)
    assert city.prepared().document["actions"][0]["practice_code"] is None
    row = published(author, reviewer, "Visits of the Rose Garden Association")
    Action.objects.filter(pk=city.action.pk).update(practice=row)
    make_organisation(city.north, name="Rose Garden Association")
    prepared = city.prepared()
    assert prepared.document["actions"][0]["practice_code"] == row.code
    assert "Rose Garden Association" in prepared.flags


def test_small_numbers_are_hidden(key: Path) -> None:
    for n, of, shown in (
        (3, 30, (None, 30)),
        (27, 30, (None, 30)),
        (2, 4, (None, None)),
        (0, 30, (None, 30)),
        (15, 30, (15, 30)),
    ):
        city = Compared(n, of)
        (one,) = city.prepared().document["indicators"]
        assert (one["latest"]["n"], one["latest"]["of"]) == shown, (n, of)
        assert one["latest"]["hidden"] == (shown != (n, of))
        assert (one["latest"]["value"] is None) == (shown[0] is None)
        survey = city.indicator(**HAND | {"title": "Survey"})
        enter(survey, QUARTER, n, of)
        by_hand = city.prepared().document["indicators"][1]["latest"]
        assert (by_hand["n"] is None) == (shown[0] is None and n != 0), (n, of)


def test_one_figure_is_in_a_plan_once(key: Path) -> None:
    city = Compared()
    book = BOOK | {"where_from": "", "frequency_months": None, "title": "Again"}
    with pytest.raises(ValidationError, match="of this figure and district already") as error:
        city.indicator(**book)
    assert list(error.value.message_dict) == ["slug"]
    assert city.indicator(**book, district=city.north).district == city.north


def test_a_file_names_the_revision_of_a_figure(key: Path) -> None:
    city = Compared()
    keep(city.share, QUARTER, 31, 41, vintage=2)
    (one,) = city.prepared().document["indicators"]
    assert (one["latest"]["n"], one["latest"]["vintage"], one["baseline"]["vintage"]) == (31, 2, 1)


def test_a_figure_that_is_never_published_does_not_leave(key: Path) -> None:
    city = Compared()
    city.rename("steps-in-time")
    (one,) = city.prepared().document["indicators"]
    assert one["latest"] == one["latest"] | {"n": None, "of": None, "value": None, "hidden": True}


def test_what_one_file_hides_another_does_not_tell(key: Path) -> None:
    """Two files of neighbouring periods and a release go through one proof (publishing.rules.suppression)."""
    city = Compared(3, 30)
    keep(city.share, NEXT, 3, 30)
    first, second = city.confirmed(), city.prepared(NEXT)
    hidden = [one.document["indicators"][0]["latest"]["n"] for one in (first, second)]
    assert hidden == [None, None]
    from plans.services.comparison import tables_of_files
    from publishing.queries.comparison_tables import comparison_tables
    from publishing.rules.suppression import system_of

    told = list(comparison_tables())
    assert told == tables_of_files()
    system = system_of([*told, *second.tables])
    assert system.guarded and all(system.is_safe(cell) for cell in system.guarded)


@pytest.mark.parametrize(
    ("slug", "of", "period"), [("concerns", "received", QUARTER), ("continuity", "organisations", NEXT)]
)
def test_what_a_release_hides_no_file_tells(key: Path, slug: str, of: str, period: Period) -> None:
    """Of the same quarter; and of the one before, if a count of a moment has stayed as it was."""
    city = Compared(24, 41)
    city.rename(slug)
    shown = city.prepared().document["indicators"][0]["latest"]
    assert (shown["n"], shown["of"], shown["hidden"]) == (24, 41, False)
    hidden = frozenset({"south", TOTAL})  # whoever knows 24 in all works out the 4 of the south
    report, counted = REPORTS[slug], INDICATORS[slug]
    table = Table(
        release=1,
        quarter=period.since.isoformat(),
        slug=slug,
        split="district",
        rows={"north": (20, 30), "south": (4, 11)},
        total=(24, 41),
        population=of,
        within=counted.within,
        is_state=report.is_state,
        is_stock=counted.is_stock,
        hides_n=hidden,
        hides_of=frozenset(),
    )
    Release.objects.create(
        number=1,
        quarter_since=period.since,
        released_on=QUARTER.until,
        document={},
        counted=plain_tables([table]),
    )
    latest = city.prepared().document["indicators"][0]["latest"]
    assert (latest["n"], latest["of"], latest["hidden"]) == (None, 41, True)


def test_bias_concerns_of_a_year_with_a_bias_table_leave_only_if_the_table_knew_them(key: Path) -> None:
    """The table of a year less three quarters of later files would be the fourth, which is hidden."""
    city = Compared(24, 41)
    city.rename("reassurance")

    def told() -> list[Any]:
        (one,) = city.prepared().document["indicators"]
        return [(one[name]["n"], one[name]["of"], one[name]["hidden"]) for name in ("baseline", "latest")]

    assert told() == [(None, None, True), (24, 41, False)]  # of 2024, which is over, and of this year
    hidden: dict[str, Any] = {"hides_n": frozenset(), "hides_of": frozenset()}
    table = Table(
        release=1, quarter=BASELINE.since.isoformat(), slug="reassurance", split="district",
        rows={str(city.city.pk): (19, 31)}, total=(19, 31), population="bias", within="received",
        is_state=False, is_stock=False, **hidden,
    )  # fmt: skip
    Release.objects.create(
        number=1,
        quarter_since=BASELINE.since,
        released_on=QUARTER.until,
        document={},
        counted=plain_tables([table]),
    )
    assert told()[0] == (19, 31, False)


def test_only_what_was_shown_is_confirmed(key: Path) -> None:
    city = Compared()
    with pytest.raises(ValidationError, match="name no one"):
        city.confirmed(names_nobody=False)
    with pytest.raises(ValidationError, match="has changed"):
        city.confirmed(digest="0" * 64)
    with pytest.raises(ValidationError, match="mailbox"):
        city.prepared(contact=city.keeper.email)
    row = city.confirmed()
    event = Event.objects.filter(object_type="comparison_file").get()
    assert (event.action, event.recipient, event.object_ids) == ("export", "Westmark", [row.pk])
    with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
        ComparisonFile.objects.update(document={})
    sign_files()
    for change in (
        lambda: ComparisonFile.objects.update(recipient="Other"),
        ComparisonFile.objects.all().delete,
    ):
        with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
            change()


def test_who_may_not_send_a_file(key: Path) -> None:
    city = Compared()
    assert city.prepared().document
    for other in (city.owner, make_supervisor(city.north)):
        with pytest.raises(PermissionDenied):
            prepare_file(actor=actor_for(other), plan_id=city.plan.pk, period=QUARTER)
    with pytest.raises(Plan.DoesNotExist):
        prepare_file(actor=actor_for(make_supervisor()), plan_id=city.plan.pk, period=QUARTER)
    draft = Planned()
    with pytest.raises(ValidationError, match="not adopted"):
        prepare_file(**draft.about, period=QUARTER)
    with pytest.raises(ValidationError, match="quarter from the list"):
        city.prepared(NEXT)
    Plan.objects.filter(pk=city.plan.pk).update(district=city.north)
    with pytest.raises(ValidationError, match="whole city"):
        city.prepared()


def test_titles_that_name_someone_are_flagged_and_protected_names_refused(key: Path) -> None:
    city = Compared(title="With the Rose Garden Association")
    organisation = make_organisation(city.north, name="Rose Garden Association")
    assert "Rose Garden Association" in city.prepared().flags
    edit_organisation(actor=city.actor, organisation_id=organisation.pk, location_protected=True)
    with pytest.raises(ValidationError, match="protected"):
        city.prepared()


def test_the_key_is_a_file_and_never_that_of_the_seals(
    key: Path, settings: Settings, tmp_path: Path, capsys: Any
) -> None:
    call_command("make_city_key")
    call_command("make_city_key")  # the key stays
    row = Compared().signed()
    assert capsys.readouterr().out.count(fingerprint_of(row.key)) == 2
    Compared(title="Another").confirmed()
    settings.AUDIT_SIGNING_KEY_FILE = settings.CITY_KEY_FILE
    with pytest.raises(NoKey, match="seals"):
        sign_files()
    with pytest.raises(CommandError, match="seals"):
        call_command("make_city_key")
    settings.CITY_KEY_FILE = ""
    with pytest.raises(NoKey):
        sign_files()
    with pytest.raises(CommandError):
        call_command("make_city_key")
    settings.CITY_KEY_FILE = str(tmp_path / "other.pem")
    make_key(tmp_path / "other.pem")
    assert sign_files() == 1


def test_a_value_of_a_part_of_the_city_stays_here(key: Path) -> None:
    city = Compared()
    type(city.share).objects.filter(pk=city.share.pk).update(district=city.north)
    keep(Indicator.objects.get(pk=city.share.pk), QUARTER, 32, 41)
    assert city.prepared().document["indicators"] == []
    assert json.loads(file_format.write(city.prepared().document, "", ""))["indicators"] == []
