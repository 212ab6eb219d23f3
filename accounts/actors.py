"""`Actor`: the user, API key or system behind a request, task or command, required to read any row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, CharField, ExpressionWrapper, Q, Subquery, Value
from django.utils import timezone

from accounts import rules
from accounts.models import DutyShift, ShiftDistrict
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
    duty_ids: frozenset[UUID] = frozenset()  # the part of `district_ids` that only a duty shift opens
    begun_ids: frozenset[UUID] = frozenset()  # the part of `duty_ids` that no supervisor planned
    shift_id: UUID | None = None  # the duty shift that is open now
    # The only incident that the actor sees, to record results after a shift (incidents.services).
    recording_in: UUID | None = None
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
    def is_on_duty(self) -> bool:
        """Whether the officer or supervisor has a duty shift now."""
        return self.shift_id is not None

    def covers(self, district_id: UUID) -> bool:
        return self.kind == "system" or district_id in self.district_ids


SYSTEM: Final = Actor(kind="system", name="system")
NOBODY: Final = Actor(kind="user")


def actor_for(user: User, *, request_id: str = "", device: str = "") -> Actor:
    """Build the actor of a signed-in user, with districts, descendants and the duty shift, in one query.

    While on duty, every event of an officer has the shift's reason as purpose. The shift of a supervisor
    opens nothing. The actor of a deactivated user has no role and covers no district.
    """
    if not user.is_active:
        return Actor(kind="user", id=user.pk, request_id=request_id)
    rows: list[_Covered] = []
    if user.role in rules.READS_OWN_DISTRICTS:
        fetched = _covered(user.role == rules.OFFICER).fetch(user=user.pk, moment=timezone.now())
        rows = [_Covered(*row) for row in fetched]
    shift_id, reason = (rows[0].shift_id, rows[0].reason) if rows else (None, None)
    return Actor(
        kind="user",
        id=user.pk,
        role=user.role,
        name=user.name,
        district_ids=frozenset(row.district_id for row in rows),
        duty_ids=frozenset(row.district_id for row in rows if not row.is_own),
        begun_ids=frozenset(row.district_id for row in rows if not (row.is_own or row.is_planned)),
        shift_id=shift_id,
        purpose=rules.duty_purpose(reason) if reason else "",
        request_id=request_id,
        device=device,
    )


class _Covered(NamedTuple):
    """A district of a user, with the user's shift, and what opens it: the account, or a planned shift."""

    district_id: UUID
    shift_id: UUID | None
    reason: str | None
    is_own: bool
    is_planned: bool


@cache
def _covered(is_officer: bool) -> Kept:
    user, moment = Placeholder("user"), PlaceholderMoment("moment")
    own_districts = District.users.through.objects.filter(user_id=user).values("district_id")
    lies_in = in_own = Q(lineage__overlap=ArraySubquery(own_districts))
    shift: Any = DutyShift.objects.filter(user_id=user).open_at(moment)
    reason: Any = Value(None, CharField())
    is_own: Any = Value(True)
    is_planned: Any = Value(True)
    if is_officer:
        opened = ShiftDistrict.objects.filter(shift__user_id=user).open_at(moment)
        planned = opened.exclude(added_by_id=user)
        lies_in |= Q(lineage__overlap=ArraySubquery(opened.values("district_id")))
        reason, is_own = Subquery(shift.values("reason")[:1]), ExpressionWrapper(in_own, BooleanField())
        in_planned = Q(lineage__overlap=ArraySubquery(planned.values("district_id")))
        is_planned = ExpressionWrapper(in_planned, BooleanField())
    rows = District.objects.filter(lies_in)
    return Kept(rows.values_list("pk", Subquery(shift.values("pk")[:1]), reason, is_own, is_planned))
