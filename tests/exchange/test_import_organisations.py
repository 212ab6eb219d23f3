"""Importing a register: rows are created, merged or rejected with a reason. A repetition changes nothing."""

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, Actor
from accounts.models import Role
from audit.models import Action, Change, Event
from contacts.models import Organisation, OrganisationPeriod
from contacts.services.organisations import edit_organisation
from districts.models import District
from exchange.imports import register
from exchange.imports.mapping import load_mapping
from exchange.imports.outcomes import ImportReport, RowOutcome
from exchange.imports.register import import_organisations
from jobs.models import Job
from tests.factories import make_actor, make_district, make_organisation

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
REGISTER = (EXAMPLES / "register.csv").read_text()
MAPPING = (EXAMPLES / "register-mapping.toml").read_text()
REAL = EXAMPLES.parents[2] / "shared" / "data" / "alcala-associations.csv"


def run(
    text: str | bytes = REGISTER, *, mapping: str = MAPPING, actor: Actor = SYSTEM, **options: Any
) -> ImportReport:
    data = text if isinstance(text, bytes) else text.encode()
    return import_organisations(actor=actor, file=BytesIO(data), mapping=load_mapping(mapping), **options)


def outcomes(report: ImportReport) -> dict[int, str]:
    return {line.number: line.outcome.value for line in report.lines()}


def reasons(report: ImportReport) -> dict[int, str]:
    return {line.number: line.reason for line in report.lines() if line.reason}


def named(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def versions() -> dict[str, int]:
    return dict(Organisation.objects.values_list("name", "version"))


def test_each_row_is_created_merged_or_refused() -> None:
    report = run()
    assert outcomes(report) == {
        2: "created",
        3: "merged",
        4: "created",
        5: "created",
        6: "merged",
        7: "refused",
        8: "created",
        9: "created",
        11: "refused",
        12: "created",
    }
    assert str(report) == "created 6, updated 0, merged 2, unchanged 0, refused 2"
    assert sum(report.sums.values()) == len(outcomes(report))
    why = reasons(report)
    assert "the same as line 2" in why[3]
    assert "home district" in why[7]
    assert "“ASTROLOGIA” is not in the mapping" in why[11]
    assert "+34915550202" in why[4]
    assert "not a number" in why[8]
    assert "is a web address (saved as website)" in why[8]


def test_rows_become_organisations_as_people_write_them() -> None:
    run()
    olivar = named("Asociación de Vecinos El Olivar")
    assert olivar.kind == "residents_association"
    assert olivar.short_name == "AVO"
    assert str(olivar.phone) == "+34915550101"
    assert olivar.address == "C/ Mayor 1 2º B"
    assert olivar.folded.startswith("asociacion de vecinos el olivar avo c mayor 1 2o b ")
    assert olivar.home_district.code == "EX-1"
    assert olivar.version == 1
    dinamo = named("Club Fútbol Dinamo")
    assert (dinamo.short_name, dinamo.address, dinamo.home_district.code) == (
        "CFD",
        "Avda del Sol S/N",
        "EX-2",
    )
    assert dinamo.external_ids.count() == 2
    assert named("Mezquita del Barrio").website == "https://www.mezquita.example"
    arcoiris = named("Colectivo Arcoiris")
    assert (str(arcoiris.phone), arcoiris.email) == ("+34612345680", "Hola@arcoiris.example")
    assert Organisation.objects.filter(name__startswith="=").count() == 1


def test_districts_are_made_under_their_city() -> None:
    run()
    city = District.objects.get(code="EX")
    centre = District.objects.get(code="EX-1")
    assert centre.parent == city
    assert centre.lineage == [city.pk, centre.pk]
    assert Change.objects.filter(object_type="district").count() == 3


def test_figures_and_trail_follow() -> None:
    run()
    ids = set(Organisation.objects.values_list("pk", flat=True))
    periods = OrganisationPeriod.objects.filter(until__isnull=True)
    assert {period.organisation_id for period in periods} == ids
    changes = Change.objects.filter(object_type="organisation")
    assert {change.object_id for change in changes} == ids
    event = Event.objects.get(action=Action.IMPORT, object_type="organisation")
    assert set(event.object_ids) == ids
    assert set(event.district_ids) == set(District.objects.exclude(code="EX").values_list("pk", flat=True))
    assert "focus" not in event.field_names


def test_the_job_keeps_what_was_asked_and_the_sums() -> None:
    run()
    job = Job.objects.get()
    assert job.status == "done"
    assert job.result == {"created": 6, "updated": 0, "merged": 2, "unchanged": 0, "refused": 2}
    assert len(job.parameters["file"]) == 64
    assert job.parameters["source"] == "example-register"
    assert "Olivar" not in str(job.parameters)


def test_the_same_file_again_changes_nothing() -> None:
    run()
    before = versions(), Change.objects.count(), Event.objects.count()
    report = run()
    assert str(report) == "created 0, updated 0, merged 0, unchanged 8, refused 2"
    assert (versions(), Change.objects.count(), Event.objects.count()) == before


def test_a_dry_run_writes_nothing() -> None:
    report = run(dry_run=True)
    assert report.sums[RowOutcome.CREATED] == 6
    assert not Organisation.objects.exists()
    assert not District.objects.exists()
    assert not Job.objects.exists()


def test_a_corrected_copy_updates_exactly_what_was_corrected() -> None:
    run()
    corrected = REGISTER.replace("luna@casa.example", "hola@luna.example").replace(
        ";II;;612 34 56 78", ";I;;612 34 56 78"
    )
    report = run(corrected)
    assert [line for line, outcome in outcomes(report).items() if outcome == "updated"] == [4]
    luna = named("Casa de la Mujer Luna")
    assert (luna.email, luna.home_district.code, luna.version) == ("hola@luna.example", "EX-1", 2)
    assert [v for v in versions().values() if v > 1] == [2]
    assert luna.periods.count() == 2
    event = Event.objects.filter(action=Action.IMPORT, object_type="organisation").latest("at")
    assert event.object_ids == [luna.pk]
    assert set(event.field_names) == {"email", "home_district"}
    assert len(event.district_ids) == 2


def test_a_cleared_cell_clears_what_was_imported() -> None:
    run()
    run(REGISTER.replace("luna@casa.example", ""))
    assert named("Casa de la Mujer Luna").email == ""


def test_what_a_person_wrote_stays() -> None:
    run()
    luna = named("Casa de la Mujer Luna")
    edit_organisation(actor=SYSTEM, organisation_id=luna.pk, email="person@luna.example")
    assert outcomes(run())[4] == "unchanged"
    report = run(REGISTER.replace("luna@casa.example", "other@luna.example"))
    assert outcomes(report)[4] == "unchanged"
    assert "kept as edited by a colleague" in reasons(report)[4]
    assert named("Casa de la Mujer Luna").email == "person@luna.example"


def test_a_row_merges_into_an_organisation_of_the_book_and_fills_what_is_empty() -> None:
    known = make_organisation(
        make_district(), name="Colectivo Arcoíris", phone="+34612345680", email="", address="Typed by hand"
    )
    report = run()
    assert outcomes(report)[12] == "merged"
    known.refresh_from_db()
    assert (known.email, known.address, known.version) == ("Hola@arcoiris.example", "Typed by hand", 2)
    assert known.external_ids.get().source == "example-register"
    assert outcomes(run())[12] == "unchanged"


def test_a_row_that_fits_several_organisations_is_refused() -> None:
    for _each in range(2):
        make_organisation(make_district(), name="Colectivo Arcoíris", phone="+34612345680")
    report = run()
    assert outcomes(report)[12] == "refused"
    assert "matches several existing organisations" in reasons(report)[12]


def test_the_same_name_elsewhere_is_another_organisation() -> None:
    make_organisation(make_district(), name="Colectivo Arcoíris", phone="+34600000009")
    assert outcomes(run())[12] == "created"


def test_a_corrected_name_finds_its_organisation_by_evidence() -> None:
    run()
    report = run(REGISTER.replace("COLECTIVO ARCOIRIS", "ASOC. COLECTIVO ARCOIRIS"))
    assert outcomes(report)[12] == "merged"
    assert Organisation.objects.filter(phone="+34612345680").count() == 1


def test_a_supervisor_imports_into_their_districts_only_and_makes_none() -> None:
    run()
    Organisation.objects.filter(home_district__code="EX-2").update(email="")
    actor = make_actor(District.objects.get(code="EX-1"), role=Role.SUPERVISOR)
    report = run(
        REGISTER.replace("MAYOR 1", "MAYOR 2").replace("NUEVA 7", "NUEVA 8"), actor=actor, purpose="yearly"
    )
    assert outcomes(report)[2] == "updated"
    assert outcomes(report)[12] == "refused"
    assert Event.objects.filter(action=Action.IMPORT).latest("at").purpose == "yearly"


def test_a_row_of_a_hidden_organisation_is_refused_without_saying_so() -> None:
    run()
    Organisation.objects.filter(phone="+34612345680").update(home_district=make_district())
    actor = make_actor(District.objects.get(code="EX-2"), role=Role.SUPERVISOR)
    report = run(REGISTER.replace("NUEVA 7", "NUEVA 8"), actor=actor, purpose="yearly")
    assert outcomes(report)[12] == "refused"
    assert Organisation.objects.get(phone="+34612345680").address == "C/ Nueva 7"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_nobody_else_imports(role: Role) -> None:
    with pytest.raises(PermissionDenied):
        run(actor=make_actor(make_district(), role=role), purpose="yearly")
    assert not Job.objects.exists()


def test_a_supervisor_says_why() -> None:
    with pytest.raises(ValidationError, match="Enter a reason for this import"):
        run(actor=make_actor(make_district(), role=Role.SUPERVISOR))


def test_it_is_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in the last batch rolls back the first batches."""
    monkeypatch.setattr(register, "_BATCH", 2)
    make_organisation(make_district(), name="Anything").external_ids.create(
        source="example-register", external_id="0" * 32
    )
    writes = Counter[str]()

    def progress(step: str, _done: int, _total: int | None) -> None:
        writes[step] += 1
        if writes["write"] == 3:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        run(progress=progress)
    assert Organisation.objects.count() == 1
    assert Job.objects.get().status == "failed"


def test_past_the_limit_batches_stay_and_another_run_completes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "_BATCH", 2)
    monkeypatch.setattr(register, "ALL_AT_ONCE", 5)
    writes = Counter[str]()

    def progress(step: str, _done: int, _total: int | None) -> None:
        writes[step] += 1
        if writes["write"] == 2:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        run(progress=progress)
    assert 0 < Organisation.objects.count() < 6
    run()
    assert Organisation.objects.count() == 6
    assert str(run()) == "created 0, updated 0, merged 0, unchanged 8, refused 2"


if REAL.exists():

    def test_the_real_register_comes_in_and_again_changes_nothing() -> None:
        mapping = (EXAMPLES / "alcala-mapping.toml").read_text()
        report = run(REAL.read_bytes(), mapping=mapping)
        assert sum(report.sums.values()) == 552
        assert report.sums[RowOutcome.REFUSED] == 8
        assert report.sums[RowOutcome.CREATED] == Organisation.objects.count()
        again = run(REAL.read_bytes(), mapping=mapping)
        assert again.sums[RowOutcome.UNCHANGED] == 544
        assert set(versions().values()) == {1}
