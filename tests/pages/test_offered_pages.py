"""Pages of the places Privacy and Accounts: Find offers exactly those that a role may open."""

import pytest

from accounts.actors import actor_for
from accounts.models import Role
from pages.places import ACCOUNTS, PRIVACY
from tests.contacts.pages import browse
from tests.factories import make_district, make_user


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_offered_the_pages_that_open_and_no_other(role: Role) -> None:
    user = make_user(role, make_district())
    client, actor = browse(user), actor_for(user)
    pages = [*PRIVACY.pages, *ACCOUNTS.pages]
    opened = {page.name for page in pages if client.get(page.url).status_code == 200}
    assert opened == {page.name for page in pages if page.is_for(actor)}
