"""The three bias indicators to consider first, by kind of concern. The order is our proposal."""

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
class FirstIndicators:
    indicators: tuple[BiasIndicator, BiasIndicator, BiasIndicator]
    source: Source


FIRST_INDICATORS: Final[Mapping[str, FirstIndicators]] = {
    ConcernKind.HATE_CRIME_REPORTED: FirstIndicators((VICTIM, WORDS, WITNESS), PSNI),
    ConcernKind.HATE_INCIDENT: FirstIndicators((VICTIM, WORDS, PATTERN), PSNI),
    ConcernKind.HATE_SPEECH_OFFLINE: FirstIndicators((WORDS, SYMBOLS, PLACE), FACING_FACTS),
    ConcernKind.HATE_SPEECH_ONLINE: FirstIndicators((WORDS, PATTERN, GROUP), FACING_FACTS),
    ConcernKind.THREAT: FirstIndicators((WORDS, VICTIM, PATTERN), FACING_FACTS),
    ConcernKind.HARASSMENT: FirstIndicators((PATTERN, VICTIM, WORDS), FACING_FACTS),
    ConcernKind.ASSAULT: FirstIndicators((WORDS, BRUTALITY, NO_MOTIVE), ODIHR_DATA),
    ConcernKind.PROPERTY_DAMAGE: FirstIndicators((SYMBOLS, PLACE, NO_MOTIVE), ODIHR_NGO),
    ConcernKind.ATTACK_ON_COMMUNITY_SITE: FirstIndicators((PLACE, SYMBOLS, PATTERN), ODIHR_NGO),
    ConcernKind.GRAFFITI_SYMBOL: FirstIndicators((SYMBOLS, WORDS, PLACE), FACING_FACTS),
    ConcernKind.DISCRIMINATION: FirstIndicators((VICTIM, WITNESS, PATTERN), FRA),
    ConcernKind.TENSION: FirstIndicators((WORDS, PLACE, PATTERN), ODIHR_NGO),
    ConcernKind.RUMOUR: FirstIndicators((WORDS, GROUP, PATTERN), ODIHR_NGO),
    ConcernKind.FEAR_OF_CRIME: FirstIndicators((VICTIM, PATTERN, PLACE), FRA),
    ConcernKind.ANTISOCIAL_BEHAVIOUR: FirstIndicators((VICTIM, PATTERN, NO_MOTIVE), ODIHR_NGO),
    ConcernKind.EVENT_SECURITY: FirstIndicators((PLACE, GROUP, PATTERN), ODIHR_NGO),
    ConcernKind.BULLYING: FirstIndicators((PATTERN, WORDS, VICTIM), FACING_FACTS),
    ConcernKind.REPORTING_BARRIER: FirstIndicators((VICTIM, PATTERN, WITNESS), FRA),
    ConcernKind.VICTIM_NEED: FirstIndicators((VICTIM, WORDS, NO_MOTIVE), FRA),
    ConcernKind.OTHER: FirstIndicators((VICTIM, WITNESS, WORDS), PSNI),
}


def indicators_first(kinds: Iterable[str]) -> list[BiasIndicator]:
    """Return three indicators for kinds of concern. Several kinds take turns, and unknown kinds are skipped.

    >>> [code.value for code in indicators_first(["graffiti_symbol", "threat"])]
    ['symbols', 'words_gestures', 'victim_perception']
    """
    triples = [FIRST_INDICATORS[kind].indicators for kind in kinds if kind in FIRST_INDICATORS]
    turns = chain.from_iterable(
        zip(*(triples or [FIRST_INDICATORS[ConcernKind.OTHER].indicators]), strict=True)
    )
    return list(dict.fromkeys(turns))[:SHOWN_FIRST]


def ranks_of(indicator: str) -> list[str]:
    """Ranks of an indicator among the first three of each kind, for the page, such as `graffiti_symbol:0`."""
    return [
        f"{kind}:{indicators_of_kind.indicators.index(BiasIndicator(indicator))}"
        for kind, indicators_of_kind in FIRST_INDICATORS.items()
        if indicator in indicators_of_kind.indicators
    ]
