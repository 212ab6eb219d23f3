"""Fixtures of accounts."""

import pytest

from accounts.actors import Actor, actor_for
from accounts.models import Role
from tests.factories import make_user


@pytest.fixture
def administrator() -> Actor:
    return actor_for(make_user(Role.ADMINISTRATOR, name="Ada Admin"))
