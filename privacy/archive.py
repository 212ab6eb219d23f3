"""Restrictions in an archive (docs/archive.md): a restricted person stays restricted in the new system."""

from typing import Any, Final

from accounts.actors import Actor
from exchange.archive.parts import Part
from privacy.models import Restriction


def _restrictions(actor: Actor) -> Any:
    """Return restrictions in force of contacts. An archive of one district has no restricted contact."""
    return Restriction.objects.visible_to(actor).of_contacts()


PARTS: Final = (Part("restrictions", Restriction, _restrictions, derived=frozenset({"request"})),)
_HERE: Final = "an answer of this installation’s privacy officers, which ends here"
NOT_TAKEN: Final = {
    "privacy.Breach": _HERE,
    "privacy.BreachPhase": _HERE,
    "privacy.DataRequest": _HERE,
    "privacy.Erasure": _HERE,
    "privacy.Finding": _HERE,
    "privacy.HiddenText": "restricted texts stay with the desk that restricted them",
    "privacy.Notice": _HERE,
    "privacy.Package": _HERE,
    "privacy.RetentionDecision": _HERE,
    "privacy.LedgerEntry": "for restores of this installation’s backups",
    "privacy.NumberSeries": "the numbers of this installation’s requests",
    "privacy.PendingRule": "waits for a second person in this system",
    "privacy.RegisterState": "of this installation, which is another processing",
    "privacy.RegisterText": "of this installation, which is another processing",
    "privacy.RetentionRule": "each city decides its own periods, with two people",
}
