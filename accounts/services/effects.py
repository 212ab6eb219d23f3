"""Effects of pending acts on their subjects (docs/adr/0045). `crm.wiring` lists the effects of all apps.

`accounts.services.acts` requests, decides and withdraws acts of any kind.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Act, PendingAct
from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class ActSummary:
    """The description of an act in the inbox. It has no personal data, because confirmers see it, too."""

    title: str
    lines: Sequence[str] = ()
    url: str = ""  # of the subject's page, for roles that can open it
    decide_url: str = ""  # of a page that must be read first; otherwise the inbox has the buttons
    contact_ids: Sequence[UUID] = ()  # contacts that the act is about; shown only to roles that see contacts


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of acts of these kinds on their subject.

    `lock` is called before the act is locked. `confirmed` and `dropped` (rejected, cancelled or expired)
    write and record their events in the transaction that decides. If an act has a delay, `agreed` records the
    confirmation. `confirmed` is called after the delay, with the second person. `describe` takes IDs of
    subjects.
    """

    kinds: Collection[Act]
    lock: Callable[[PendingAct], None]
    confirmed: Callable[[Actor, PendingAct], None]
    dropped: Callable[[Actor, PendingAct], None]
    describe: Callable[[Collection[UUID]], Mapping[UUID, ActSummary]]
    agreed: Callable[[Actor, PendingAct], None] = lambda _actor, _act: None


EFFECTS: Final = Wired[Effect]("accounts.services.effects.EFFECTS")


def effect_of(kind: str) -> Effect:
    """Return the effect of acts of this kind. Raises KeyError."""
    return {name: effect for effect in EFFECTS for name in effect.kinds}[Act(kind)]


def notified_acts(actor: Actor) -> list[tuple[PendingAct, ActSummary]]:
    """Return the pending acts on the start page of notified users, with their descriptions, oldest first."""
    acts = list(PendingAct.objects.notifying(actor).select_related("asked_by").in_order())
    summaries = summaries_of(acts)
    return [(act, summaries[act.pk]) for act in acts if act.pk in summaries]


def summaries_of(acts: Collection[PendingAct]) -> dict[UUID, ActSummary]:
    """Return the descriptions of acts by ID, except acts about accounts. One call for each kind."""
    subjects: dict[str, dict[UUID, UUID]] = {}
    for act in acts:
        if act.subject is not None:
            subjects.setdefault(act.kind, {})[act.pk] = act.subject
    summaries: dict[UUID, ActSummary] = {}
    for kind, by_act in subjects.items():
        rows = effect_of(kind).describe(by_act.values())
        summaries |= {pk: rows[subject] for pk, subject in by_act.items() if subject in rows}
    return summaries
