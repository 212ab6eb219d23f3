"""Districts that an account waits for, until a second person confirms them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts import rules
from accounts.actors import actor_for
from accounts.models import Act, PendingAct, User, UserQuerySet
from accounts.policies import can_confirm
from districts.models import District


@dataclass(frozen=True, slots=True)
class WaitingDistricts:
    """Requested districts, and the colleagues who can confirm them now."""

    districts: Sequence[District]
    confirmers: Sequence[User]


def waiting_districts(user: User) -> WaitingDistricts | None:
    """Return the districts requested for an account, or None if nothing waits."""
    requests = PendingAct.objects.waiting().of_kind(Act.DISTRICTS).concerning(user=user)
    act = requests.prefetch_related("districts").first()
    if act is None:
        return None
    return WaitingDistricts(list(act.districts.order_by("name", "pk")), confirmers_of(act))


def with_requests(accounts: UserQuerySet) -> UserQuerySet:
    """Prefetch `account.requests`: acts that ask for districts and wait for a second person."""
    acts = PendingAct.objects.waiting().of_kind(Act.DISTRICTS).prefetch_related("districts")
    return accounts.prefetch_related(Prefetch("acts", acts, to_attr="requests"))


def confirmers_of(act: PendingAct) -> list[User]:
    """Active users who can decide a pending act now."""
    users = User.objects.active().with_role(*rules.ACTS[act.kind].confirms).in_order()
    return [user for user in users if can_confirm(actor_for(user), act)]
