"""Publications that the texts of the guide are based on."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise


@dataclass(frozen=True)
class Source:
    """A publication: its title in its own language, and where it can be read."""

    title: str
    url: str


@dataclass(frozen=True)
class Line:
    """A sentence of the guide, and the source of its idea."""

    text: Promise
    source: Source


FACING_FACTS: Final = Source(
    "Make Hate Crimes Visible, Facing Facts, 2012",
    "https://fr.scribd.com/document/212028183/Make-Hate-Crimes-Visible",
)
ODIHR_NGO: Final = Source(
    "Preventing and responding to hate crimes, OSCE/ODIHR, 2009",
    "https://archive.org/stream/PreventingAndRespondingToHateCrimes/"
    "PreventingAndRespondingToHateCrimes_djvu.txt",
)
ODIHR_DATA: Final = Source(
    "Hate Crime Data-Collection and Monitoring Mechanisms, OSCE/ODIHR, 2014",
    "https://www.readkong.com/page/hate-crime-data-collection-and-monitoring-mechanisms-1505124",
)
ODIHR_FACTSHEETS: Final = Source(
    "Guides related to hate crime, OSCE/ODIHR", "https://www.osce.org/odihr/guides-related-to-hate-crime"
)
PSNI: Final = Source(
    "The perception test, Police Service of Northern Ireland",
    "https://www.psni.police.uk/crime/hate-crime/the-perception-test/",
)
FRA: Final = Source(
    "FRA Opinions: Hate crime recording, EU Agency for Fundamental Rights",
    "https://fra.europa.eu/pl/content/fra-opinions-hate-crime-recording",
)
VICTIM_CENTRED: Final = Source(
    "Victim-Centered and Intersectional Approaches, Háttér Society, 2024",
    "https://issuu.com/lgllgl/docs/victim-centered_and_intersectional_approaches_in_t",
)
ROMA_GLOSSARY: Final = Source(
    "Descriptive Glossary of terms relating to Roma issues, Council of Europe, 2012",
    "https://rm.coe.int/1680088eab",
)
RACISM_WORDS: Final = Source(
    "An Anti-Racist Guide to Terminology, Anti Racist Cumbria",
    "https://antiracistcumbria.org/anti-racist-guide-to-terminology/",
)
RACE_WORDS: Final = Source(
    "Definitions, Institute of Race Relations", "https://irr.org.uk/research/statistics/definitions/"
)
LGBTI_GLOSSARY: Final = Source(
    "Our glossary, ILGA-Europe", "https://www.ilga-europe.org/about-us/who-we-are/glossary/"
)
DISABILITY_WORDS: Final = Source(
    "Disability-Inclusive Language Guidelines, United Nations Office at Geneva",
    "https://www.ungeneva.org/en/about/accessibility/disability-inclusive-language",
)
HOMELESSNESS_WORDS: Final = Source(
    "Language Guide for Respectful Communication, Unhomed",
    "https://www.unhomed.info/articles/language-guide-for-respectful-communication",
)
