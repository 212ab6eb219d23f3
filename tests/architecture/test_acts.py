"""Nothing irreversible by one person: every such act is in one table, and its machinery follows it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from accounts import rules
from accounts.models import Act
from accounts.services import effects
from tests.architecture.acts import PAGE, ROOT, page, table

#: How services are called that open, erase or publish. Each has a row, or a reason why one person is enough.
NAMES: Final = re.compile(
    r"(erase|delete|destroy|purge|prune|discard|merge|remove|forget|put_|approve|confirm|publish|release|sign_|"
    r"countersign|revoke|list_organisation|agree|drop|edit_user|invite|exclude|ask_|request_|restrict|join_|"
    r"accept|withdraw_incident|announce_|adopt_|redraw_|write_page|write_text|write_route|record_test|make_release|make_paper|make_bias)"
)


def services() -> Iterator[str]:
    """Services with such a name. A service takes its actor by keyword."""
    files = [*ROOT.glob("*/services/*.py"), *ROOT.glob("*/services.py"), *ROOT.glob("*/merging/services.py")]
    files.append(ROOT / "districts/services/redraws.py")
    for file in files:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and NAMES.match(node.name) and _takes_actor(node):
                yield f"{module}.{node.name}"


def _takes_actor(node: ast.FunctionDef) -> bool:
    return any(argument.arg == "actor" for argument in node.args.kwonlyargs)


def test_every_pending_act_has_a_row_a_rule_and_an_effect() -> None:
    kinds = [kind for act in table()["act"] for kind in act.get("kinds", ())]
    assert sorted(kinds) == sorted(Act.values) == sorted(rules.ACTS)
    assert all(effects.effect_of(kind) for kind in kinds)
    assert all(rules.ACTS[kind].confirms for kind in kinds)


def test_every_service_that_opens_erases_or_publishes_has_a_row_or_a_reason() -> None:
    found, known = set(services()), table()
    listed = {name for act in known["act"] for name in act["services"]}
    assert found - listed - set(known["alone"]) == set(), "Add these to tests/architecture/acts.toml."
    assert (listed | set(known["alone"])) - found == set(), "These are no services any more."
    assert not listed & set(known["alone"])
    assert all(known["alone"].values())


def test_a_row_without_a_pending_act_names_its_second_person() -> None:
    assert all(act.get("kinds") or act["second"] for act in table()["act"])
    assert all(act["asks"] and act["undo"] for act in table()["act"])


def test_the_test_of_each_row_exists() -> None:
    for act in table()["act"]:
        file, _colons, name = act["test"].partition("::")
        assert (ROOT / file).exists(), file
        assert not name or f"def {name}(" in (ROOT / file).read_text(), name


def test_whatever_erases_by_a_rule_waits_and_is_told_to_whom_it_concerns() -> None:
    rule = rules.ACTS[rules.RETENTION]
    assert rule.delay.days >= 7
    assert rule.notified >= {rules.SUPERVISOR, rules.PRIVACY_OFFICER, rules.CONFIRMER}
    assert rules.ACTS[rules.ROLE].if_role == {rules.PRIVACY_OFFICER, rules.CONFIRMER}


def test_the_page_says_the_same() -> None:
    assert PAGE.read_text() == page(), "Run python -m tests.architecture.acts."
