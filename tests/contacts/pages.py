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
    """A form as a browser sends it, without declarations and roles."""
    formsets = {
        f"{name}-{count}_FORMS": "0" for name in ("focuses", "roles") for count in ("TOTAL", "INITIAL")
    }
    return formsets | fields


def undo(client: Client, path: str) -> Any:
    """Press the Undo of the message on the page."""
    html = client.get(path).content.decode()
    address = html.split('action="/undo/')[1].split('"')[0]
    return client.post(f"/undo/{address}", headers={"referer": f"http://testserver{path}"})
