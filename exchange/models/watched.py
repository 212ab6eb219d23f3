"""Registers that are read from a web address regularly. A person confirms each import."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.models.drafts import DraftState, ImportDraft, SavedMapping
from lib.acting import Acting
from lib.ids import uuid7
from lib.leases import FREE


class Rhythm(models.IntegerChoices):
    """Days between two readings."""

    DAY = 1, _("every day")
    WEEK = 7, _("every week")
    MONTH = 30, _("every 30 days")


class Problem(models.TextChoices):
    """Reasons why the last reading gave no file."""

    ADDRESS = "address", _("The address can no longer be used. Enter the new one.")
    CONNECTION = "connection", _("The server did not answer. We will try again next time.")
    STATUS = "status", _("The server did not send the file. Check the address.")
    REDIRECT = "redirect", _("The address points to another one. Enter that one.")
    TOO_LARGE = "too_large", _("The file is larger than 50 MB.")
    UNREADABLE = "unreadable", _("The address has no table. It may lead to a web page instead of the file.")
    COLUMNS = "columns", _("The columns have changed. Open the file and match them.")
    RIGHTS = "rights", _("Your account can no longer import.")


class WatchedRegisterQuerySet(models.QuerySet["WatchedRegister"]):
    def visible_to(self, actor: Acting) -> Self:
        """The actor's own registers."""
        return self.filter(owner=actor.id, owner__isnull=False)

    def of_colleagues(self, actor: Acting) -> Self:
        """Registers of colleagues whose mapping for the source the actor shares.

        The actor can take them over.
        """
        shared = SavedMapping.objects.visible_to(actor).filter(
            owner=OuterRef("owner"), what=OuterRef("what"), source=OuterRef("source")
        )
        return self.filter(Exists(shared)).exclude(owner=actor.id)

    def due(self) -> Self:
        """Registers to read now, the longest due first (index watched_register_due)."""
        return self.filter(FREE, next_at__lte=Now()).order_by("next_at", "pk")

    def with_news(self) -> Self:
        """Registers whose last checked file has rows that would change a record, or that were rejected."""
        sums = ("created", "updated", "merged", "refused")
        has_changes = Q(*((f"draft__report__sums__{name}__gt", 0) for name in sums), _connector=Q.OR)
        checked = self.filter(has_changes, draft__state=DraftState.TRIED, draft__content__isnull=False)
        return checked.select_related("draft").defer("draft__content").order_by("source", "pk")


class WatchedRegister(models.Model):
    """The address of a source's file. `digest` is that of the last file, `draft` its import."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField()  # an ID without a foreign key, as in the activity log
    what = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    url = models.CharField(_("address of the file"), max_length=500)
    every_days = models.PositiveSmallIntegerField(_("how often"), choices=Rhythm, default=Rhythm.WEEK)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=12, choices=Problem, blank=True)
    draft = models.ForeignKey(ImportDraft, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WatchedRegisterQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="watched_register_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "what", "source"],
                name="watched_register_once",
                violation_error_message=_("This source already has an address."),
            ),
            models.CheckConstraint(
                condition=Q(every_days__in=Rhythm.values),
                name="watched_register_rhythm_is_known",
                violation_error_message=_("Choose how often from the list."),
            ),
        ]
