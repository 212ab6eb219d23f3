"""Django may call `AppConfig.ready` again in one process: what is wired twice must not count twice."""

import sys
from collections.abc import Sized
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings

from lib.wired import Wired

OURS = [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]


def registries() -> dict[str, int]:
    """How much is in each list, set and dictionary of the modules of the project."""
    names = tuple(f"{app.name}." for app in OURS)
    return {
        f"{module_name}.{name}": len(value)
        for module_name, module in list(sys.modules.items())
        if module_name.startswith((*names, "lib."))
        for name, value in vars(module).items()
        if isinstance(value, (list, set, dict, Wired))
        and isinstance(value, Sized)
        and not name.startswith("__")
    }


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_an_app_that_is_ready_again_wires_nothing_twice(app: AppConfig) -> None:
    before = registries()
    app.ready()
    after = registries()
    assert {name: count for name, count in after.items() if count != before.get(name)} == {}


def test_the_wired_tuples_of_the_apps_are_looked_at() -> None:
    assert {"districts.services.followers.COUNTS", "lib.erasable.FORGETTERS", "lib.erasable.WRITERS"} <= {
        *registries()
    }
    assert len(OURS) > 10
