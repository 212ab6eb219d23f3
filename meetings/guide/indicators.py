"""For each bias indicator a question to ask oneself, two examples, and what the indicator does not prove."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.codes import BiasIndicator
from meetings.guide.sources import FACING_FACTS, ODIHR_DATA, ODIHR_NGO, PSNI, Source

LONGEST_QUESTION: Final = 90  # characters, to be read at a glance at night


@dataclass(frozen=True)
class Guidance:
    question: Promise
    examples: tuple[Promise, Promise]
    but: Promise
    source: Source


GUIDANCE: Final[Mapping[str, Guidance]] = {
    BiasIndicator.VICTIM_PERCEPTION: Guidance(
        _("Does the victim think it happened because of who they are or seem to be?"),
        (
            _("They were shouted at while they spoke their language."),
            _("They were the only ones on the bus who were pushed."),
        ),
        _("Their perception is enough to record bias. It does not decide what a court will find."),
        PSNI,
    ),
    BiasIndicator.WITNESS_PERCEPTION: Guidance(
        _("Does a witness think it happened because of who the victim is or seems to be?"),
        (
            _("A neighbour says that only this family is insulted at the door."),
            _("A bus driver heard insults before the blow."),
        ),
        _("A witness knows the incident or the area. Having read about the incident is not enough."),
        PSNI,
    ),
    BiasIndicator.WORDS_GESTURES: Guidance(
        _("Was anything said, written or gestured about a group, before, during or after?"),
        (
            _("Insults about a language, a belief or a way of dressing."),
            _("A salute, a gesture or animal noises."),
        ),
        _("An insult in a quarrel can have another cause. Record the words as they were reported."),
        FACING_FACTS,
    ),
    BiasIndicator.SYMBOLS: Guidance(
        _("Was a symbol, sticker or object left that stands for hatred or insult?"),
        (
            _("A swastika on a door, or a number that stands for a slogan."),
            _("An object that was left at a place of worship as an insult."),
        ),
        _("Some symbols have several meanings. Describe the symbol, and ask the people it was aimed at."),
        FACING_FACTS,
    ),
    BiasIndicator.LOCATION_TIMING: Guidance(
        _("Did it happen at a place or on a day that matters to a community?"),
        (
            _("On the way to prayer, to a community school or from a meeting place."),
            _("On a memorial day, on a feast day or during a parade."),
        ),
        _("Place and day can coincide by chance. Check whether neighbours were affected too."),
        FACING_FACTS,
    ),
    BiasIndicator.GROUP_DIFFERENCE: Guidance(
        _("Could the suspect have taken the victim for a member of another group?"),
        (
            _("The suspect was wrong about the victim’s group. What the suspect believed counts."),
            _("The victim was with people who were insulted, or works for them."),
        ),
        _("A difference alone shows nothing. Many incidents between different people have another reason."),
        ODIHR_NGO,
    ),
    BiasIndicator.HATE_GROUP: Guidance(
        _("Does anything point to an organised group that promotes hatred?"),
        (
            _("A leaflet, a sticker or a claim of responsibility with its name."),
            _("Recent meetings or recruitment by such a group near the place."),
        ),
        _("Anyone can copy a logo. Record no names here: names belong in the case system."),
        ODIHR_NGO,
    ),
    BiasIndicator.PATTERN: Guidance(
        _("Have similar things happened here, or to the same people, before?"),
        (
            _("The third broken window at the same meeting place this year."),
            _("Smaller incidents in the weeks before that were never reported."),
        ),
        _("A first incident can be biased too. More reports can also mean that people trust you more."),
        ODIHR_NGO,
    ),
    BiasIndicator.BRUTALITY: Guidance(
        _("Was there more violence or humiliation than the situation explains?"),
        (
            _("Blows went on although the victim no longer resisted."),
            _("The incident was filmed to humiliate the victim."),
        ),
        _("Fear, drugs or a private quarrel can also explain violence. Bias does not need violence."),
        ODIHR_DATA,
    ),
    BiasIndicator.NO_OTHER_MOTIVE: Guidance(
        _("Is there no other reason that you can see, such as money or an old quarrel?"),
        (
            _("Nothing was taken, and the people did not know each other."),
            _("Of many parked cars, only the one with a community’s symbol was damaged."),
        ),
        _("Motives can be mixed: a theft can be biased too. Not knowing a reason is weak on its own."),
        ODIHR_NGO,
    ),
}
