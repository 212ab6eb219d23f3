"""What the tests of pages share."""

from typing import Any

from django.test import Client

from accounts.models import User


def browse(user: User) -> Client:
    """A browser in which `user` has signed in."""
    client = Client()
    client.force_login(user)
    return client


def typed(**fields: Any) -> dict[str, Any]:
    """A form as a browser sends it, without declarations."""
    formset = {"focuses-TOTAL_FORMS": "0", "focuses-INITIAL_FORMS": "0"}
    return formset | fields
