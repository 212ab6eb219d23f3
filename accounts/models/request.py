"""Requests by administrators for changes to accounts that a second person must confirm."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.models.user import Role, User
from districts.models import District
from lib.acting import Acting
from lib.ids import uuid7


class Asked(models.TextChoices):
    """The kinds of change that an administrator requests and a second person confirms."""

    ROLE = rules.ROLE, _("role")
    DISTRICTS = rules.DISTRICTS, _("districts")
    EMAIL = rules.EMAIL, _("email address")
    SECOND_FACTOR = rules.SECOND_FACTOR, _("new two-factor authentication")
    REACTIVATION = rules.REACTIVATION, _("signing in again")


class AccountRequestQuerySet(models.QuerySet["AccountRequest"]):
    def visible_to(self, actor: Acting) -> Self:
        """Pending requests: all for privacy officers, those within their districts for supervisors.

        Confirmers see all but a new address or second factor of an account above officer. Those of a privacy
        officer they do see, because a city may have one only.
        """
        waiting = self.filter(decided_at__isnull=True)
        if actor.sees_everywhere:
            return waiting
        above = models.Q(user__role__in=rules.ABOVE_OFFICER) | ~models.Q(user__asked_role="")
        takeover = models.Q(kind__in=rules.TAKES_OVER)
        if actor.role == Role.CONFIRMER:
            return waiting.exclude(takeover & above & ~models.Q(user__role=Role.PRIVACY_OFFICER))
        if actor.role != Role.SUPERVISOR:
            return self.none()
        elsewhere = District.objects.exclude(pk__in=actor.district_ids)
        added = elsewhere.filter(account_requests=models.OuterRef("pk"))
        own = elsewhere.filter(users=models.OuterRef("user"))
        somewhere = District.objects.filter(users=models.OuterRef("user"))
        districts = models.Q(kind=Asked.DISTRICTS) & ~models.Exists(added)
        others = models.Q(kind__in=(Asked.EMAIL, Asked.REACTIVATION)) & ~above
        return waiting.filter(districts | others & ~models.Exists(own) & models.Exists(somewhere))

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def waiting(self) -> Self:
        return self.filter(decided_at__isnull=True)

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("asked_at", "pk")


class AccountRequest(models.Model):
    """A request that would give access to records. It takes effect when a second person confirms it.

    Decided rows are kept: a user whose request was confirmed cannot act as second person for the same
    administrator for a week (accounts.policies).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=20, choices=Asked)
    email = models.EmailField(blank=True)  # the requested address
    districts = models.ManyToManyField(District, blank=True, related_name="account_requests")  # to be added
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)

    objects = AccountRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(decided_at__isnull=True),
                name="account_request_once",
                violation_error_message=_("This has already been requested."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Asked.values),
                name="account_request_kind_is_known",
                violation_error_message=_("Choose from the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"
