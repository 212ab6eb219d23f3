"""Scopes of a key. Writing does not imply reading."""

from collections.abc import Iterable
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    ORGANISATIONS_READ = "organisations:read", _("read organisations")
    ORGANISATIONS_WRITE = "organisations:write", _("write organisations")
    CONTACTS_READ = "contacts:read", _("read contacts")
    CONTACTS_WRITE = "contacts:write", _("write contacts")
    CONTACTS_PRIVATE = "contacts:private", _("read private channels")
    MEETINGS_READ = "meetings:read", _("read meetings")
    MEETINGS_WRITE = "meetings:write", _("write meetings")
    FOLLOW_UPS_READ = "follow-ups:read", _("read follow-ups")
    FOLLOW_UPS_WRITE = "follow-ups:write", _("write follow-ups")
    CONCERNS_READ = "concerns:read", _("read concerns")
    CONCERNS_WRITE = "concerns:write", _("write concerns")
    REPORTS_READ = "reports:read", _("read reports")
    CHANGES_READ = "changes:read", _("read the change feed")
    WEBHOOKS_WRITE = "webhooks:write", _("manage webhooks")


# A key with one of these reads or erases people: what a privacy officer looks at first.
READS_PEOPLE: Final = frozenset({Scope.CONTACTS_READ, Scope.CONTACTS_PRIVATE})
# A key with no other scopes opens no row of the book. With any other, to read or to write, it becomes
# active when a privacy officer confirms it.
OPENS_NOTHING: Final = frozenset({Scope.REPORTS_READ, Scope.CHANGES_READ, Scope.WEBHOOKS_WRITE})


def opens_the_book(scopes: Iterable[str]) -> bool:
    """Whether a key with these reads or changes organisations, contacts, meetings, follow-ups or concerns."""
    return not OPENS_NOTHING.issuperset(scopes)
