"""Helpers for tests of pages."""

from typing import Any

from django.test import Client

from accounts.models import User
from contacts.models import Contact


def browse(user: User) -> Client:
    """Return a browser in which `user` has signed in."""
    client = Client()
    client.force_login(user)
    return client


def browse_for(user: User, contact: Contact) -> Client:
    """Return a browser in which `user` has given a reason for `contact`, who is outside their portfolio."""
    client = browse(user)
    client.post(f"/contacts/{contact.pk}/reason/", {"reason": "They called or wrote"})
    return client


def typed(**fields: Any) -> dict[str, Any]:
    """Return the contact form as a browser sends it, without communities and roles."""
    formsets = {
        f"{name}-{count}_FORMS": "0" for name in ("focuses", "roles") for count in ("TOTAL", "INITIAL")
    }
    return formsets | fields


def undo(client: Client, path: str) -> Any:
    """Press Undo in the message on the page."""
    html = client.get(path).content.decode()
    address = html.split('action="/undo/')[1].split('"')[0]
    return client.post(f"/undo/{address}", headers={"referer": f"http://testserver{path}"})
