"""Effects of pending acts on their subjects (docs/adr/0045). `crm.wiring` lists the effects of all apps.

`accounts.services.acts` asks, decides and withdraws. It knows no API key and no file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class Shown:
    """How the inbox shows an act to whoever can confirm it, also to a confirmer: without personal data."""

    title: str
    lines: Sequence[str] = ()
    url: str = ""  # of the subject's page, for roles that can open it
    decide_url: str = ""  # of a page that has to be read first; without it the inbox has the buttons
    contact_ids: Sequence[UUID] = ()  # whom the act is about; named only to roles that see contacts


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of acts of these kinds on their subject.

    `lock` is called before the act is locked. `confirmed` and `dropped` (rejected, cancelled, or nobody
    decided in time) write and record their events in the transaction that decides. Of an act with a delay,
    `agreed` records that it was confirmed, and `confirmed` is called when the delay is over, with whoever
    confirmed it. `shown` takes IDs of subjects.
    """

    kinds: Collection[Act]
    lock: Callable[[PendingAct], None]
    confirmed: Callable[[Actor, PendingAct], None]
    dropped: Callable[[Actor, PendingAct], None]
    shown: Callable[[Collection[UUID]], Mapping[UUID, Shown]]
    agreed: Callable[[Actor, PendingAct], None] = lambda _actor, _act: None


EFFECTS: Final = Wired[Effect]("accounts.services.effects.EFFECTS")


def effect_of(kind: str) -> Effect:
    """Return the effect of acts of this kind. Raises KeyError."""
    return {name: effect for effect in EFFECTS for name in effect.kinds}[Act(kind)]


def acts_told_to(actor: Actor) -> list[tuple[PendingAct, Shown]]:
    """Pending acts for the start page of everyone who is told about them, oldest first."""
    acts = list(PendingAct.objects.told_to(actor).select_related("asked_by").in_order())
    shown = shown_acts(acts)
    return [(act, shown[act.pk]) for act in acts if act.pk in shown]


def shown_acts(acts: Collection[PendingAct]) -> dict[UUID, Shown]:
    """How to show acts that are not about an account, by ID. One call for each kind."""
    subjects: dict[str, dict[UUID, UUID]] = {}
    for act in acts:
        if act.subject is not None:
            subjects.setdefault(act.kind, {})[act.pk] = act.subject
    found: dict[UUID, Shown] = {}
    for kind, by_act in subjects.items():
        rows = effect_of(kind).shown(by_act.values())
        found |= {pk: rows[subject] for pk, subject in by_act.items() if subject in rows}
    return found
