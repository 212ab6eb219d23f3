"""Fixtures for every test. The servers start here, before Django reads its settings."""

import gc
import os
from collections.abc import Iterator

import django
import hypothesis
import pytest
from django.conf import settings
from django.dispatch import receiver
from django.test.signals import setting_changed
from django.utils import translation

from crm.languages import forget_empty_fallbacks
from tests.examples import THOROUGH, examples
from tests.plugins import services

if not THOROUGH:
    hypothesis.settings.register_profile(
        "some",
        max_examples=examples(hypothesis.settings().max_examples),
        deadline=None,  # as in CI: an example may wait for the machine
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("some")

services.start()
django.setup()
# pytest-xdist workers inherit the variables. This one would make a worker read them before it sets its own.
del os.environ["DJANGO_SETTINGS_MODULE"]

pytest_plugins = [
    "tests.plugins.durations",
    "tests.plugins.database",
    "tests.plugins.guarded",
    "tests.plugins.clients",
    "tests.plugins.mail",
    "tests.plugins.workers",
    "tests.plugins.browser",
    *(["tests.plugins.pooler"] if os.environ.get("TEST_POOLER") else []),
    *(["tests.plugins.without_visible_to"] if os.environ.get("TEST_WITHOUT_VISIBLE_TO") else []),
    *(["tests.plugins.one_visible_to"] if os.environ.get("TEST_WITHOUT_ONE_VISIBLE_TO") else []),
]


@receiver(setting_changed)
def _forget_empty_fallbacks(*, setting: str, **_sent: object) -> None:
    """Repeat the clean-up of `crm.apps`, because Django reads every catalogue again after such a change."""
    if setting in {"LANGUAGES", "LOCALE_PATHS"}:
        forget_empty_fallbacks(settings.LANGUAGE_CODE)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):  # type: ignore[no-untyped-def]  # what pytest or Django hands over
    """Turn a skipped test into a failure if `CI` is set."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped where CI is set: {item.nodeid}: {report.longrepr}"


def pytest_collection_finish() -> None:
    """Exclude objects that exist before the first test from garbage collection, and collect others rarely.

    A page creates so many short-lived objects that the default threshold costs a twentieth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _speak_english_again() -> Iterator[None]:
    """Reset the language, because a request in another language leaves it active in the thread."""
    yield
    translation.deactivate()
