"""Check the addresses of webhooks and registers, when entered and again before each request.

The name is resolved once, all its addresses are checked, and the connection uses one of the checked
addresses. So a name that resolves to another address a moment later (DNS rebinding) gains nothing.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from lib.target_rules import BadTarget, Target, is_public, read_target

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A target and its checked address."""

    target: Target
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Resolve a name to addresses. Raises OSError."""
    address_infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_rest, address in address_infos]


def check_target(url: str, resolve: Resolve = resolve) -> Checked:
    """Resolve and check the target of a URL. Raises BadTarget.

    The error for a missing name is that for an internal name, so that callers cannot learn which names exist.
    """
    target = read_target(url)
    allowed = target.place in settings.WEBHOOK_ALLOWED_HOSTS
    if not allowed:
        if target.scheme != "https":
            raise BadTarget("not_https")
        if target.port not in settings.WEBHOOK_PORTS:
            raise BadTarget("port")
    try:
        addresses = list(resolve(target.host, target.port))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses or not (allowed or all(is_public(address) for address in addresses)):
        raise BadTarget("unknown_host" if allowed else "not_public")
    return Checked(target, addresses[0])


def target_problem(code: str) -> str:
    """The message for a forbidden address (BadTarget.code)."""
    return {
        "not_https": _("Enter an https URL."),
        "userinfo": _("Remove the username and password from the URL."),
        "port": _("This port is not allowed."),
        "unknown_host": _("This host name could not be found."),
        "not_public": _("There is no public server at this URL. Check the URL."),
    }.get(code, _("This URL cannot be used."))
