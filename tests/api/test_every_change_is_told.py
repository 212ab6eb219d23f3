"""Whatever changes what a key reads is in its change feed: any act, any row, any key (docs/adr/0008)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Final

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from meetings.services import last_met
from tests.api.acts import ACTS, beat
from tests.api.told import changes_since, known_changes, read, untold
from tests.api.world import World
from tests.examples import THOROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SEEDS: Final = 200 if THOROUGH else 4
REFUSED: Final = (ValidationError, PermissionDenied, ObjectDoesNotExist)


@contextmanager
def tomorrow(monkeypatch: pytest.MonkeyPatch, days: int) -> Iterator[None]:
    """Time has passed."""
    real = timezone.now
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: real() + timedelta(days=days))
        yield


def test_whatever_changes_what_a_key_reads_is_in_its_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    # In one transaction here, a moment of the last meeting would only be recorded the first time.
    monkeypatch.setattr(last_met, "TRANSACTION_ID", Value(0))
    world, done = World(), set[str]()
    before, known = read(world.keys()), known_changes()  # of every story, because each is rolled back
    for seed in range(SEEDS):
        chance = Random(seed)
        days = chance.choice([0, 0, 0, 1, 40])
        with transaction.atomic():
            story: list[str] = []
            for act in chance.sample(ACTS, 3):
                try:
                    with transaction.atomic():
                        act(world, chance)
                except (*REFUSED, IndexError):
                    continue
                story.append(act.__name__)
            with tomorrow(monkeypatch, days):
                beat()
                keys = world.keys()
                after = read(keys)
                missing = list(untold(keys, before, after, changes_since(known)))
            transaction.set_rollback(True)
        done.update(story)
        assert not missing, (seed, story, days, missing[:5])
    assert len(done) > min(SEEDS, len(set(ACTS))) // 2
