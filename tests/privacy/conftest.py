"""Fixtures for tests of the privacy desk: a district, and a privacy officer."""

import pytest

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from districts.models import District
from tests.factories import make_district, make_user


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer_of_privacy() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(officer_of_privacy: User) -> Actor:
    return actor_for(officer_of_privacy)
