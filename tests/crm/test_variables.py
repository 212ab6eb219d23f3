"""The list of variables matches the settings, docker-compose.yml and the guide."""

import ast
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from crm.processes import PUBLIC, READ, WEB
from crm.variables import COMPOSE_ONLY, GUIDE, VARIABLES, Variable, with_table
from tests.crm.test_compose import FILE, OURS, SECRETS, read
from tests.plugins import services

PASSED: Final = [one for one in VARIABLES if not one.compose]


def reads() -> Iterator[tuple[str, ast.Call]]:
    """Return each variable that the settings read, with the call."""
    for node in ast.walk(ast.parse((services.ROOT / "crm" / "settings.py").read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if ast.unparse(node.func.value) == "env":
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            yield str(node.args[0].value), node


def test_each_variable_that_is_read_is_in_the_list_and_the_other_way_round() -> None:
    assert {name for name, _call in reads()} == {one.name for one in VARIABLES}
    names = [one.name for one in (*VARIABLES, *COMPOSE_ONLY)]
    assert sorted(set(names)) == sorted(names)


def as_written(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def test_defaults_are_those_of_the_settings() -> None:
    listed = {one.name: one for one in VARIABLES}
    compared = set()
    for name, call in reads():
        for keyword in call.keywords:
            if keyword.arg == "default":
                try:
                    value = ast.literal_eval(keyword.value)
                except ValueError:
                    continue  # derived from another variable
                if listed[name].default is not None:
                    compared.add(name)
                    assert listed[name].default == as_written(value), name
    assert len(compared) > 30


@pytest.mark.parametrize("one", PASSED, ids=lambda one: one.name)
def test_compose_passes_it_on_to_each_process_that_reads_it(one: Variable) -> None:
    parts = read(SECRETS | {one.name: "given"}, by_default=False)
    for name, read_by in READ.items():
        given = parts[name]["environment"].get(one.name)
        own = name == PUBLIC and one.name in ("SECRET_KEY", "ALLOWED_HOSTS")
        wanted = one.name in read_by and not own
        kept = "/run/secrets/city_key" if one.name == "CITY_KEY_FILE" else "given"
        assert (given or "").split(",")[0] == (kept if wanted else given if own else ""), name
    if one.name in READ[WEB] and one.default is not None and one.name != "TRUSTED_PROXIES":
        assert read(SECRETS)["web"]["environment"][one.name] == one.default


def test_compose_asks_for_no_variable_that_nobody_knows() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", FILE.read_text()))
    known = {one.name for one in (*PASSED, *COMPOSE_ONLY)} | {"AUDIT_SIGNING_KEY_FILE"}
    assert asked == known
    assert read(SECRETS).keys() >= OURS


def test_what_compose_leaves_out_says_why_and_what_it_makes_is_there() -> None:
    parts = read(SECRETS)
    given = set().union(*(part.get("environment", {}) for part in parts.values()))
    for one in VARIABLES:
        if one.compose in ("made by compose", "a secret of the worker", "a volume of the worker"):
            assert one.name in given, one.name
        elif one.compose:
            assert one.name not in given, one.name


def test_the_guide_has_the_table_as_the_code_has_it() -> None:
    """`python -m crm.variables` writes the table."""
    text = GUIDE.read_text()
    assert text == with_table(text)


def test_the_template_of_env_names_each_variable_that_compose_requires() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", FILE.read_text()))
    template = dict(
        line.split("=", 1)
        for line in (services.ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert required <= set(template)
    known = {one.name for one in (*VARIABLES, *COMPOSE_ONLY)}
    assert set(template) <= known
    secrets = {name for name in template if "PASSWORD" in name or name == "SECRET_KEY"}
    assert {template[name] for name in secrets} == {""}
