"""Scopes of a key. A write scope does not include reading."""

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
    CONTACTS_ERASE = "contacts:erase", _("erase contacts")
    MEETINGS_READ = "meetings:read", _("read meetings")
    MEETINGS_WRITE = "meetings:write", _("write meetings")
    FOLLOW_UPS_READ = "follow-ups:read", _("read follow-ups")
    FOLLOW_UPS_WRITE = "follow-ups:write", _("write follow-ups")
    CONCERNS_READ = "concerns:read", _("read concerns")
    CONCERNS_WRITE = "concerns:write", _("write concerns")
    REPORTS_READ = "reports:read", _("read reports")
    CHANGES_READ = "changes:read", _("read the change feed")
    WEBHOOKS_WRITE = "webhooks:write", _("manage webhooks")


# A privacy officer checks these scopes first: they let a key read or erase contacts.
READS_PEOPLE: Final = frozenset({Scope.CONTACTS_READ, Scope.CONTACTS_PRIVATE, Scope.CONTACTS_ERASE})
# A key with only these scopes has no access to records. A key with any other scope becomes
# active when a privacy officer confirms it. Figures count as records: figures of one day and one community
# can describe a single meeting.
OPENS_NOTHING: Final = frozenset({Scope.CHANGES_READ, Scope.WEBHOOKS_WRITE})


def opens_records(scopes: Iterable[str]) -> bool:
    """Whether these scopes read or change records, or read figures of them."""
    return not OPENS_NOTHING.issuperset(scopes)
