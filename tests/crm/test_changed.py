"""`dev.py test --changed` finds the tests that a change reaches, and says where it has to guess."""

import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from crm.embedded.testing import BASE, split_changed
from tests import changed
from tests.changed import Arrows, changed_files, fits, segments
from tests.changed import tests_of as ask


@pytest.fixture(scope="module")
def arrows() -> Arrows:
    return Arrows()


def files_of(file: str, arrows: Arrows) -> set[str]:
    return {arrows.file_of[test] for test in ask(file, arrows)[0]}


def test_a_module_reaches_the_tests_that_import_it_also_over_others(arrows: Arrows) -> None:
    assert "tests/crm/test_changed.py" in files_of("crm/embedded/testing.py", arrows)
    assert "tests/crm/test_changed.py" in files_of("crm/embedded/checks.py", arrows)
    assert "tests/crm/test_changed.py" not in files_of("benchmarks/table.py", arrows)
    assert files_of("tests/crm/test_changed.py", arrows) == {"tests/crm/test_changed.py"}


def test_a_view_and_what_it_imports_reach_the_tests_that_open_its_url(arrows: Arrows) -> None:
    asking = "tests/browser/test_log_meeting.py"
    view = next(arrows.file_of[view] for view, tests in arrows.asking.items() if _opens_meetings(view, tests))
    direct = arrows.graph.find_upstream_modules("tests.browser.test_log_meeting")
    assert arrows.module_of[view] not in direct
    assert asking in files_of(view, arrows)
    below = arrows.graph.find_modules_directly_imported_by(arrows.module_of[view]) - direct
    assert all(asking in files_of(arrows.file_of[module], arrows) for module in below)
    assert "tests/architecture/test_every_page_is_closed.py" in files_of(view, arrows)


def _opens_meetings(view: str, tests: set[str]) -> bool:
    return view.startswith("pages.meetings.") and "tests.browser.test_log_meeting" in tests


def test_a_template_reaches_the_tests_of_its_view(arrows: Arrows) -> None:
    for template in (
        "pages/organisations/templates/list.html",
        "pages/organisations/templates/timeline.html",
    ):
        assert (changed.ROOT / template).exists()
        assert "tests/browser/test_organisations.py" in files_of(template, arrows)
    assert files_of("pages/organisations/templates/list.html", arrows) != {
        arrows.file_of[test] for test in arrows.tests
    }


@pytest.mark.parametrize(
    "file",
    [
        "tests/conftest.py",
        "tests/plugins/mail.py",
        "crm/settings.py",
        "contacts/migrations/0001_initial.py",
        "audit/migrations/sql/x.sql",
    ],
)
def test_what_every_test_needs_runs_all_and_says_so(file: str, arrows: Arrows) -> None:
    assert ask(file, arrows) == (arrows.tests, "all tests need it")


def test_where_no_arrow_leads_it_says_what_it_does_instead(arrows: Arrows) -> None:
    assert ask(f"docs/{uuid4()}.md", arrows) == (set(), "no test names it")
    found, reason = ask("contacts/gone.py", arrows)
    assert reason == "no test imports it: the tests of contacts"
    assert found == arrows.tests_in("contacts") != set()
    assert ask("tests/contacts/test_gone.py", arrows) == (set(), "")
    assert ask("pages/static/pages/app.js", arrows)[0] == arrows.tests_in("browser") != set()


def test_a_file_that_is_no_module_is_reached_by_its_name(arrows: Arrows) -> None:
    assert "tests/architecture/test_access_matrix.py" in files_of("tests/architecture/matrix.toml", arrows)


@pytest.mark.parametrize(
    ("asked", "route", "is_it"),
    [
        ("/meetings/?q=x", "meetings/", True),
        ("/meetings/\0/", "meetings/<uuid:pk>/", True),
        ("/meetings/new/", "meetings/<uuid:pk>/", True),
        ("/meetings/\0/edit/", "meetings/<uuid:pk>/", False),
        ("/contacts/", "meetings/", False),
    ],
)
def test_a_url_fits_the_route_that_could_answer_it(asked: str, route: str, is_it: bool) -> None:
    assert fits(segments(asked, "\0"), segments(route, "<")) is is_it


def test_what_is_not_committed_counts_and_what_the_base_alone_has_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        name = ("-c", "user.name=x", "-c", "user.email=x@police.example")
        subprocess.run(("git", *name, *arguments), cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(changed, "ROOT", tmp_path)
    git("init", "--initial-branch=main")
    for name in ("same", "committed", "edited", "gone"):
        (tmp_path / name).write_text(name)
    git("add", ".")
    git("commit", "-m", "before")
    git("branch", "base")
    (tmp_path / "committed").write_text("other")
    git("commit", "-am", "after")
    git("checkout", "base")
    (tmp_path / "of-the-base").touch()
    git("add", ".")
    git("commit", "-m", "elsewhere")
    git("checkout", "main")
    (tmp_path / "edited").write_text("other")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").touch()
    assert changed_files("base") == ["committed", "edited", "gone", "new"]


def test_a_commit_may_follow() -> None:
    assert split_changed(["--changed"]) == (BASE, [])
    assert split_changed(["-x", "--changed", "HEAD~2", "-k", "phone"]) == ("HEAD~2", ["-x", "-k", "phone"])
    assert split_changed(["--changed", "-x"]) == (BASE, ["-x"])
