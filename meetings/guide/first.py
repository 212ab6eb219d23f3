"""Which three bias indicators to think of first, by what happened. The order is our proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from meetings.codes import BiasIndicator, ConcernKind
from meetings.guide.sources import FACING_FACTS, FRA, ODIHR_DATA, ODIHR_NGO, PSNI, Source

SHOWN_FIRST: Final = 3
VICTIM, WITNESS = BiasIndicator.VICTIM_PERCEPTION, BiasIndicator.WITNESS_PERCEPTION
WORDS, SYMBOLS, PLACE = BiasIndicator.WORDS_GESTURES, BiasIndicator.SYMBOLS, BiasIndicator.LOCATION_TIMING
GROUP, PATTERN = BiasIndicator.HATE_GROUP, BiasIndicator.PATTERN
BRUTALITY, NO_MOTIVE = BiasIndicator.BRUTALITY, BiasIndicator.NO_OTHER_MOTIVE


@dataclass(frozen=True)
class First:
    indicators: tuple[BiasIndicator, BiasIndicator, BiasIndicator]
    source: Source


FIRST: Final[Mapping[str, First]] = {
    ConcernKind.HATE_CRIME_REPORTED: First((VICTIM, WORDS, WITNESS), PSNI),
    ConcernKind.HATE_INCIDENT: First((VICTIM, WORDS, PATTERN), PSNI),
    ConcernKind.HATE_SPEECH_OFFLINE: First((WORDS, SYMBOLS, PLACE), FACING_FACTS),
    ConcernKind.HATE_SPEECH_ONLINE: First((WORDS, PATTERN, GROUP), FACING_FACTS),
    ConcernKind.THREAT: First((WORDS, VICTIM, PATTERN), FACING_FACTS),
    ConcernKind.HARASSMENT: First((PATTERN, VICTIM, WORDS), FACING_FACTS),
    ConcernKind.ASSAULT: First((WORDS, BRUTALITY, NO_MOTIVE), ODIHR_DATA),
    ConcernKind.PROPERTY_DAMAGE: First((SYMBOLS, PLACE, NO_MOTIVE), ODIHR_NGO),
    ConcernKind.ATTACK_ON_COMMUNITY_SITE: First((PLACE, SYMBOLS, PATTERN), ODIHR_NGO),
    ConcernKind.GRAFFITI_SYMBOL: First((SYMBOLS, WORDS, PLACE), FACING_FACTS),
    ConcernKind.DISCRIMINATION: First((VICTIM, WITNESS, PATTERN), FRA),
    ConcernKind.TENSION: First((WORDS, PLACE, PATTERN), ODIHR_NGO),
    ConcernKind.RUMOUR: First((WORDS, GROUP, PATTERN), ODIHR_NGO),
    ConcernKind.FEAR_OF_CRIME: First((VICTIM, PATTERN, PLACE), FRA),
    ConcernKind.ANTISOCIAL_BEHAVIOUR: First((VICTIM, PATTERN, NO_MOTIVE), ODIHR_NGO),
    ConcernKind.EVENT_SECURITY: First((PLACE, GROUP, PATTERN), ODIHR_NGO),
    ConcernKind.BULLYING: First((PATTERN, WORDS, VICTIM), FACING_FACTS),
    ConcernKind.REPORTING_BARRIER: First((VICTIM, PATTERN, WITNESS), FRA),
    ConcernKind.VICTIM_NEED: First((VICTIM, WORDS, NO_MOTIVE), FRA),
    ConcernKind.OTHER: First((VICTIM, WITNESS, WORDS), PSNI),
}


def indicators_first(kinds: Iterable[str]) -> list[BiasIndicator]:
    """Three indicators for what happened. Several kinds take turns; unknown kinds are left out.

    >>> [code.value for code in indicators_first(["graffiti_symbol", "threat"])]
    ['symbols', 'words_gestures', 'victim_perception']
    """
    asked = [FIRST[kind].indicators for kind in kinds if kind in FIRST]
    turns = chain.from_iterable(zip(*(asked or [FIRST[ConcernKind.OTHER].indicators]), strict=True))
    return list(dict.fromkeys(turns))[:SHOWN_FIRST]


def ranks_of(indicator: str) -> list[str]:
    """Where an indicator stands among the first three of each kind, for the page: `graffiti_symbol:0`."""
    return [
        f"{kind}:{first.indicators.index(BiasIndicator(indicator))}"
        for kind, first in FIRST.items()
        if indicator in first.indicators
    ]
