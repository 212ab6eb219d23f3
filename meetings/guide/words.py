"""Words to use and to avoid in the facts of a concern, one line for each code of the bias grounds."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from meetings.codes import BiasGround
from meetings.guide.sources import (
    DISABILITY_WORDS,
    FACING_FACTS,
    HOMELESSNESS_WORDS,
    LGBTI_GLOSSARY,
    ODIHR_DATA,
    ODIHR_FACTSHEETS,
    ODIHR_NGO,
    RACE_WORDS,
    RACISM_WORDS,
    ROMA_GLOSSARY,
    VICTIM_CENTRED,
    Line,
)

WORDS: Final[Mapping[str, Line]] = {
    BiasGround.RACIST_XENOPHOBIC: Line(
        _("Write what was done and said. Avoid “foreign-looking” and guesses about where people come from."),
        RACISM_WORDS,
    ),
    BiasGround.ANTI_BLACK: Line(
        _("Write “Black people” or “people of African descent”, as they do. Avoid “coloured”."),
        RACISM_WORDS,
    ),
    BiasGround.ANTI_ROMA: Line(
        _("Ask for their own name: Roma, Sinti, Travellers. Avoid “nomads”, and “gypsies” if not theirs."),
        ROMA_GLOSSARY,
    ),
    BiasGround.ANTISEMITIC: Line(
        _("Write “Jewish people” and “antisemitic”. Avoid explaining the incident with politics abroad."),
        RACE_WORDS,
    ),
    BiasGround.ANTI_MUSLIM: Line(
        _("Write “Muslim people” and “anti-Muslim”. Avoid “Islamist” for a person, a place or clothing."),
        ODIHR_FACTSHEETS,
    ),
    BiasGround.ANTI_CHRISTIAN: Line(
        _("Write which church or denomination was targeted. Avoid “only vandalism” for damage to a church."),
        ODIHR_FACTSHEETS,
    ),
    BiasGround.OTHER_RELIGION_BELIEF: Line(
        _("Write the name that the community uses for itself. Avoid “sect” and “cult”."),
        ODIHR_NGO,
    ),
    BiasGround.GENDER_BASED: Line(
        _("Write “woman” or “man” and what was done. Avoid “provoked” and words about clothing."),
        VICTIM_CENTRED,
    ),
    BiasGround.ANTI_LGBTI: Line(
        _("Write the words people use for themselves. Avoid “homosexuals”, “admitted” and “lifestyle”."),
        LGBTI_GLOSSARY,
    ),
    BiasGround.ANTI_TRANS: Line(
        _("Write “trans person”, and use the pronoun that they use. Avoid former names and medical words."),
        LGBTI_GLOSSARY,
    ),
    BiasGround.DISABILITY: Line(
        _("Write “person with a disability”. Avoid “suffers from”, “special needs” and “normal people”."),
        DISABILITY_WORDS,
    ),
    BiasGround.POVERTY: Line(
        _("Write “people experiencing homelessness”. Avoid “the homeless”, “vagrant” and “beggar”."),
        HOMELESSNESS_WORDS,
    ),
    BiasGround.IDEOLOGY: Line(
        _("Write what was said, and which event or office was targeted. Avoid labels such as “radical”."),
        FACING_FACTS,
    ),
    BiasGround.LANGUAGE: Line(
        _("Write which language was spoken if this mattered. Avoid “does not speak properly”."),
        ODIHR_NGO,
    ),
    BiasGround.AGE: Line(
        _("Write “older people” or “young people”. Avoid “the elderly” and “youths”."),
        ODIHR_NGO,
    ),
    BiasGround.UNKNOWN: Line(
        _("Write what people saw and heard. Avoid ruling out bias: later facts can still show bias."),
        ODIHR_DATA,
    ),
    BiasGround.NONE: Line(
        _("Write why nothing points to bias. Avoid “none” if a victim or witness perceives bias."),
        ODIHR_DATA,
    ),
}
