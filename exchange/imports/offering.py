"""Describe the possible duplicates of rows for the person who decides."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Organisation
from exchange.imports.planning import NEW, Plan
from exchange.imports.spooling import Spool


@dataclass(slots=True)
class NamedOption:
    """A possible duplicate: its `key` (planning.Option), its name and the shared features."""

    key: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


@dataclass(slots=True)
class NamedOffer:
    """The possible duplicates of a row. `counts_as` holds until a person decides."""

    line: int
    name: str
    counts_as: str
    options: list[NamedOption] = field(default_factory=list)

    def __str__(self) -> str:
        chosen = next((option for option in self.options if option.key == self.counts_as), None)
        if chosen:
            return _("is treated as a duplicate of %(other)s") % {"other": chosen}
        option_texts = ", ".join(f"{option} [{option.key}]" for option in self.options)
        if self.counts_as == NEW:
            return _("is treated as new but may be %(others)s") % {"others": option_texts}
        return _("may be %(others)s") % {"others": option_texts}

    def as_json(self) -> dict[str, Any]:
        options = [[option.key, option.name, option.reason] for option in self.options]
        return {"line": self.line, "name": self.name, "counts_as": self.counts_as, "options": options}


def named_offers(actor: Actor, plan: Plan, spool: Spool) -> list[NamedOffer]:
    """Return the plan's offers with names, limited to organisations that the actor sees."""
    offers = list(plan.offers())
    if not offers:
        return []
    keys = {option.key for offer in offers for option in offer.options}
    ids = {UUID(key.removeprefix("organisation:")) for key in keys if key.startswith("organisation:")}
    lines = {int(key.removeprefix("line:")) for key in keys if key.startswith("line:")}
    lines |= {offer.line for offer in offers}
    rows = {row.line: row.name for row in spool if row.line in lines}
    visible = Organisation.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "name")
    names = {f"organisation:{pk}": name for pk, name in visible}
    names |= {
        f"line:{line}": _("%(name)s of line %(line)d") % {"name": name, "line": line}
        for line, name in rows.items()
    }
    return [
        NamedOffer(
            offer.line,
            rows.get(offer.line, ""),
            offer.counts_as,
            [
                NamedOption(option.key, names[option.key], _reason_of(option.shares))
                for option in offer.options
                if option.key in names
            ],
        )
        for offer in offers
    ]


def _reason_of(shares: set[str]) -> str:
    words = {
        "name": _("same name, nothing else in common"),
        "district": _("similar name, same district"),
        "phone": _("similar name, same phone"),
        "email": _("similar name, same email"),
    }
    return ", ".join(words[trait] for trait in words if trait in shares)
