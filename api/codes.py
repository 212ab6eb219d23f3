"""Scopes of a key. Writing does not imply reading."""

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


# A key with one of these becomes active when a privacy officer confirms it.
READS_PEOPLE: Final = frozenset({Scope.CONTACTS_READ, Scope.CONTACTS_PRIVATE})
