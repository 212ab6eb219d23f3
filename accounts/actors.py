"""`Actor`: the user, API key or system behind a request, task or command, required to read any row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, CharField, ExpressionWrapper, Q, Subquery, Value
from django.utils import timezone

from accounts import rules
from accounts.models import Relief
from districts.models import District
from lib.prepared import Kept, Placeholder, PlaceholderMoment

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, a key or the system, and the districts that the actor covers (descendants included).

    The role limits `district_ids`: an administrator covers no district, even if the account has some, because
    administrators see no organisation and no contact.
    """

    kind: Literal["user", "key", "system"]
    id: UUID | None = None
    role: str = ""
    name: str = ""
    scopes: frozenset[str] = frozenset()
    district_ids: frozenset[UUID] = frozenset()
    relief_ids: frozenset[UUID] = frozenset()  # the part of `district_ids` that only temporary access opens
    purpose: str = ""
    request_id: str = ""
    device: str = ""  # by which accounts.devices knows the browser; empty outside a request of a page

    @property
    def sees_everywhere(self) -> bool:
        """Whether the actor reads all districts: the system and privacy officers."""
        return self.kind == "system" or self.role in rules.READS_EVERYWHERE

    @property
    def writes(self) -> bool:
        """Whether the actor may write organisations, contacts and meetings.

        Policies decide in which districts.
        """
        return (
            self.kind == "system"
            or self.role in rules.WRITES
            or any(scope.endswith(":write") for scope in self.scopes)
        )

    @property
    def reads(self) -> bool:
        """Whether the actor may read organisations, contacts and meetings.

        Administrators and NOBODY may not.
        """
        return self.sees_everywhere or self.role in rules.READS_OWN_DISTRICTS or self.kind == "key"

    @property
    def is_administrator(self) -> bool:
        return self.role == rules.ADMINISTRATOR

    @property
    def is_confirmer(self) -> bool:
        """Whether the actor confirms requests and does nothing else: no record, no report, no settings."""
        return self.role == rules.CONFIRMER

    @property
    def is_supervisor(self) -> bool:
        return self.role == rules.SUPERVISOR

    @property
    def is_on_relief(self) -> bool:
        """Whether the officer has temporary access to another district."""
        return self.kind == "user" and self.purpose.startswith(rules.RELIEF)

    def covers(self, district_id: UUID) -> bool:
        return self.kind == "system" or district_id in self.district_ids


SYSTEM: Final = Actor(kind="system", name="system")
NOBODY: Final = Actor(kind="user")


def actor_for(user: User, *, request_id: str = "", device: str = "") -> Actor:
    """Build the actor of a signed-in user, with districts, descendants and temporary access, in one query.

    During temporary access, every event of the officer has its reason as purpose. The actor of a deactivated
    user has no role and covers no district.
    """
    if not user.is_active:
        return Actor(kind="user", id=user.pk, request_id=request_id)
    covered: dict[UUID, tuple[str | None, bool]] = {}
    if user.role in rules.READS_OWN_DISTRICTS:
        rows = _covered(user.role == rules.OFFICER).fetch(user=user.pk, now=timezone.now())
        covered = {pk: (reason, is_own) for pk, reason, is_own in rows}
    reasons = [reason for reason, _own in covered.values() if reason]
    return Actor(
        kind="user",
        id=user.pk,
        role=user.role,
        name=user.name,
        district_ids=frozenset(covered),
        relief_ids=frozenset(pk for pk, (_why, is_own) in covered.items() if not is_own),
        purpose=rules.relief_purpose(reasons[0]) if reasons else "",
        request_id=request_id,
        device=device,
    )


@cache
def _covered(with_relief: bool) -> Kept:
    """The districts of a user, each with the reason of temporary access and whether it is the user's own."""
    user = Placeholder("user")
    own_districts = District.users.through.objects.filter(user_id=user).values("district_id")
    lies_in = in_own = Q(lineage__overlap=ArraySubquery(own_districts))
    reason: Any = Value(None, CharField())
    is_own: Any = Value(True)
    if with_relief:
        relief = Relief.objects.filter(officer_id=user).open_at(PlaceholderMoment("now"))
        lies_in |= Q(lineage__overlap=ArraySubquery(relief.values("district_id")))
        reason, is_own = Subquery(relief.values("reason")[:1]), ExpressionWrapper(in_own, BooleanField())
    return Kept(District.objects.filter(lies_in).values_list("pk", reason, is_own))
