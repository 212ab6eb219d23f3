"""A rule is kept at every exit_name, and the table of rules and exits has no empty cell (exits.toml)."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from contacts.services.contacts import erase_contact
from contacts.services.organisations import edit_organisation
from contacts.services.private_channels import set_organisation_private_channel
from jobs.services import kinds
from meetings.models import FollowUp
from meetings.services.concerns import log_concern
from privacy.services.findings import decide_finding
from privacy.services.restrictions import restrict_contact, restrict_findings
from tests.architecture import leaving
from tests.architecture.asking import Asking
from tests.architecture.exits import WORDS, Answers, Walk, exit_of, table
from tests.architecture.ground import Ground
from tests.architecture.leaving import ROOT
from tests.architecture.shared_ground import ground_for_all
from tests.factories import make_contact, make_meeting, make_organisation
from tests.privacy.making import make_request
from tests.publishing.town import Town

pytestmark = pytest.mark.long

TABLE: Final = table()
WALK: Final = "tests/architecture/test_rules_at_exits.py::test_no_exit_shows_what_a_rule_hides"
WRITES: Final = re.compile(r"write_bytes|write_text|open\(.*\"[wx]|write_archive|write_folder|--file|out=")
EXITS: Final = list(TABLE["exits"])
#: The word that each rule hides.
HIDDEN: Final = {
    "protected_location": "vexilograd",
    "restriction": "qorvanteel",
    "restricted_text": "yasmirond",
    "erasure": "ostravimel",
    "agreement_to_be_listed": "ulmarexa",
}


def plant(ground: Ground) -> None:
    """Create a plain organisation and person in the north, and beside them one row for each rule."""
    town = Town(ground.districts["north"])
    district, rows = town.north, ground.rows["north"]
    privacy_officer = actor_for(ground.users[Role.PRIVACY_OFFICER, "north"])
    officer = ground.users[Role.OFFICER, "north"]
    plain = make_organisation(
        district, name=f"Plumbright {WORDS['plumbright']}", address="1 Plumbright Lane", lead_officer=officer
    )
    hidden = make_organisation(
        district,
        name=f"House of {WORDS['vexilograd']}",
        address="77 Vexilograd Lane",
        postcode="28801",
        lead_officer=officer,
    )
    edit_organisation(
        actor=SYSTEM, organisation_id=hidden.pk, location_protected=True, address="", postcode=""
    )
    set_organisation_private_channel(actor=SYSTEM, organisation_id=hidden.pk, address="77 Vexilograd Lane")
    make_organisation(district, name=f"Ulmarexa {WORDS['ulmarexa']}", summary="Ulmarexa sings")
    people = {
        word: make_contact(
            district,
            plain,
            given_name=WORDS[word].title(),
            family_name=word.title(),
            email=f"{word}@office.example",
        )
        for word in ("plumbright", "qorvanteel", "ostravimel")
    }
    tomorrow = timezone.now() + timedelta(days=1)
    planned = make_meeting(
        district, plain, hidden, status="planned", outcomes=[], starts_at=tomorrow, officers=[officer]
    )
    held = make_meeting(district, plain, hidden, officers=[officer])
    said = f"Yasmirond {WORDS['yasmirond']} opens late."
    noted = make_meeting(district, plain, subject="A visit", facts=said, officers=[officer])
    for contact in people.values():
        planned.contact_links.create(contact=contact, attendance="invited")
        held.contact_links.create(contact=contact, attendance="attended")
    FollowUp.objects.filter(pk=rows["follow_up"]).update(contact=people["qorvanteel"])
    FollowUp.objects.filter(pk=rows["follow_up_done"]).update(contact=people["ostravimel"])
    log_concern(
        actor=actor_for(officer),
        kinds=["threat"],
        bias_grounds=["unknown"],
        district=district,
        site_organisation=hidden,
    )
    restrict_contact(actor=privacy_officer, contact_id=people["qorvanteel"].pk, ground="evidence")
    finding = make_request(ground.users[Role.PRIVACY_OFFICER, "north"], noted, people["plumbright"])
    which = {"request_id": finding.request_id, "finding_id": finding.pk}
    decide_finding(actor=privacy_officer, verdict="theirs", **which)
    restrict_findings(actor=privacy_officer, request_id=finding.request_id, ground="accuracy_contested")
    erase_contact(actor=SYSTEM, contact_id=people["ostravimel"].pk)


@pytest.fixture(scope="module")
def left(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Answers]]:
    """What left through each exit of one city."""
    with ground_for_all(django_db_blocker) as ground:
        plant(ground)
        yield Walk(Asking(ground)).all()


def cells(rule: str) -> dict[str, str]:
    """Return the test or the reason of a rule at each exit, and check that no exit has two."""
    found: dict[str, str] = {}
    for cell in TABLE["rules"][rule]["cells"]:
        for exit_name in cell["exits"]:
            assert exit_name not in found, f"{rule} at {exit_name} has two cells"
            found[exit_name] = cell.get("test") or f"because {cell['reason']}"
    return found


def walked(rule: str) -> list[str]:
    """Return the exits of a rule whose cell is the walk of this module."""
    return [exit_name for exit_name, cell in cells(rule).items() if cell == WALK]


@pytest.mark.parametrize("rule", TABLE["rules"])
def test_a_rule_has_a_test_or_a_reason_at_every_exit(rule: str) -> None:
    found = cells(rule)
    assert sorted(found) == sorted(EXITS)
    tests = {cell for cell in found.values() if not cell.startswith("because ")}
    assert [name for name in sorted(tests) if not exists(name)] == []
    assert (rule in HIDDEN) is (WALK in tests)


def exists(test: str) -> bool:
    """Whether a test of this path and name is in the suite."""
    path, _colons, name = test.partition("::")
    return name in functions_of(path)


@cache
def functions_of(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_answer_that_is_a_file_and_every_background_file_belongs_to_an_exit() -> None:
    files = {line.partition(" ")[2] for line in leaving.file_routes() if line.startswith("GET ")}
    assert sorted(route for route in files if not exit_of(route)) == [], "add the route to an exit"
    listed = [job for entry in TABLE["exits"].values() for job in entry.get("jobs", ())]
    assert sorted([*listed, *TABLE["no_exit"]["jobs"]]) == sorted(kinds.names())


def test_every_module_that_sends_mail_or_writes_a_file_from_the_command_line_belongs_to_an_exit() -> None:
    code = dict(leaving.code())
    senders = {
        path
        for path, text in code.items()
        if re.search(r"\bEmail(MultiAlternatives|Message)\(|\bmail_to\(", text)
    }
    commands = {path for path in code if "/management/commands/" in path and WRITES.search(code[path])}
    listed = [path for entry in TABLE["exits"].values() for path in entry.get("code", ())]
    assert sorted([*listed, *TABLE["no_exit"]["code"]]) == sorted(senders | commands)


@pytest.mark.thorough
@pytest.mark.parametrize("exit_name", EXITS)
def test_an_exit_shows_what_no_rule_hides(left: dict[str, Answers], exit_name: str) -> None:
    """Otherwise the next test would prove nothing."""
    shows = TABLE["exits"][exit_name]["shows"]
    assert [word for word in shows if not any(word in text for text in left[exit_name].values())] == []


@pytest.mark.thorough
@pytest.mark.parametrize("rule", HIDDEN)
def test_no_exit_shows_what_a_rule_hides(left: dict[str, Answers], rule: str) -> None:
    shown = {
        exit_name: [name for name, text in left[exit_name].items() if HIDDEN[rule] in text]
        for exit_name in walked(rule)
    }
    assert {exit_name: names for exit_name, names in shown.items() if names} == {}
