"""The texts of the demo's practices: written for the demo from the ideas of each source, results made up."""

from typing import Any, Final

COMPENDIUM: Final = (
    "Compendium of practices on hate crime, FRA",
    "https://fra.europa.eu/en/theme/hate-crime",
)
CRITERIA: Final = (
    "Evidence-based prevention, EUCPN",
    "https://eucpn.org/service/evidence-based-prevention",
)
EMMIE: Final = (
    "About the Crime Reduction Toolkit, College of Policing",
    "https://whatworks.college.police.uk/toolkit/About-the-Crime-Reduction-Toolkit/Pages/About.aspx",
)
FACTS: Final = ("Make Hate Crimes Visible, Facing Facts 2012, chapter 2", "")
VICTIMS: Final = ("Victim-Centered and Intersectional Approaches, Háttér Society 2024", "")
ODIHR: Final = ("Preventing and responding to hate crimes, ODIHR 2009, chapter 2", "")
CLARA: Final = ("CLARA, local learning communities, Dinamia", "https://dinamia.coop/portfolio/")
BORDERS: Final = ("Community Policing without Borders, IOM 2021", "")
NONE_KNOWN: Final = "Nothing known yet."


def _practice(title: str, phase: str, strand: str, level: str, source: tuple[str, str], **said: Any) -> Any:
    return {"title": title, "phase": phase, "strand": strand, "level": level, "source": source} | said


OURS: Final[tuple[dict[str, Any], ...]] = (
    _practice(
        "A visit within three days of each report",
        *("manage", "victims", "tested_here", VICTIMS),
        problem="People who report an attack hear nothing for weeks, and tell others not to report.",
        how_it_works="The lead officer of the district visits within three days, listens, and says "
        "what comes next.",
        why="A person who is taken seriously once tells others, and reports again.",
        steps="Agree who visits on weekends\nCall first and let the person choose the place\n"
        "Bring the card of victim support\nWrite down only what was agreed",
        where_it_works="In districts with a lead officer. It stops when shifts change every week.",
        went_wrong="Two visits in uniform frightened a family. Ask first whether plain clothes are better.",
        results="Demonstration: 14 of 20 people asked said that they would report again.",
    ),
    _practice(
        "Reporting centres in rooms of organisations",
        *("detect", "identify_report_act", "evaluated", ODIHR),
        problem="Many people do not enter a police station, whatever happened to them.",
        how_it_works="Trained volunteers of an organisation take reports, and pass them on if the "
        "person agrees.",
        why="The first conversation is with a person they already trust.",
        steps="Choose organisations together with the advisory group\nTrain two people in each for a day\n"
        "Agree how a report reaches the police\nMeet every three months",
        where_it_works="Where the organisation is open at least three days a week.",
        went_wrong="One centre closed when its only trained volunteer moved away. Train two.",
        results="Demonstration: a university compared two districts and counted more reports in one.",
        grounds=["anti_roma", "racist_xenophobic"],
    ),
    _practice(
        "Ten questions on bias for each shift",
        *("detect", "capacity", "plausible", FACTS),
        problem="Bias that the first officer does not notice is rarely found later.",
        how_it_works="A card with one question for each indicator, discussed for ten minutes at the "
        "start of a shift.",
        why="A question at the right moment is remembered better than a course.",
        steps="Translate the card into plain words\n"
        "Discuss one question each week\nAsk what was hard to answer",
        where_it_works="Where sergeants lead the discussion themselves.",
        went_wrong=NONE_KNOWN,
        results="Demonstration: no one has measured this yet.",
    ),
    _practice(
        "Walks with young people after school",
        *("prevent", "prevent", "described", CLARA),
        problem="Young people and officers meet only when something is wrong.",
        how_it_works="Once a month a class shows two officers where they feel safe, and where they do not.",
        why="Both sides learn names and places before anything happens.",
        steps="Agree with the school\nWalk for an hour\nReport back to the class what was done",
        where_it_works="With the same two officers each time.",
        went_wrong="The third walk was cancelled twice, and the class lost interest.",
        results="Demonstration: six walks were held.",
    ),
    _practice(
        "One table after an attack on a place",
        *("manage", "coordinate_services", "plausible", COMPENDIUM),
        problem="Services visit one after the other, and each asks the same questions.",
        how_it_works="The protocol names one host, who invites all to a meeting on the next working day.",
        why="Those attacked tell what happened once.",
        steps="Agree the list of services\nName a deputy for each\n"
        "Meet on the next working day\nSay who reports back",
        where_it_works="Where the town hall has a person who can be called at weekends.",
        went_wrong="The first meeting had 14 people, and the community did not speak. Invite six at most.",
        results="Demonstration: visits after an attack fell from five to two.",
    ),
    _practice(
        "Advisory group with its own agenda",
        *("prevent", "civil_society", "reviewed", EMMIE),
        problem="Advisory groups hear what was decided, and stop coming.",
        how_it_works="Members set half of the agenda, and each meeting begins with what became of the "
        "last one.",
        why="Who sees that an answer comes, asks again.",
        steps="Let members chair in turns\nSend the agenda a week before\nBegin with the last promises",
        where_it_works="Where an officer can decide something in the room.",
        went_wrong="Without travel costs, only men who live nearby came.",
        results="Demonstration: attendance stayed the same for two years.",
    ),
    _practice(
        "Letters to victims in five languages",
        *("manage", "victims", "plausible", VICTIMS),
        problem="People do not understand the letter that ends an investigation.",
        how_it_works="A plain letter of half a page in five languages says what was decided and where "
        "to ask.",
        why="A decision that is understood hurts less than silence.",
        steps="Write it with a victims’ organisation\n"
        "Test it with five readers\nSend it with the official letter",
        where_it_works="Where the prosecutor agrees to the words.",
        went_wrong="The first version used words that only lawyers know.",
        results="Demonstration: calls with questions fell by a third.",
        unconfirmed=True,
    ),
    _practice(
        "Stalls at every market",
        *("prevent", "civil_society", "described", BORDERS),
        problem="The police wanted to be seen more often.",
        how_it_works="Two officers stood at a stall with leaflets on each market day.",
        why="People ask small questions where they are anyway.",
        steps="Book a stall\nBring leaflets\nWrite down what was asked",
        where_it_works="It did not work where people shop in a hurry.",
        went_wrong="Nearly no one stopped. The officers were missed elsewhere.",
        results="Demonstration: 11 conversations in ten markets.",
        retired="Too few conversations for the hours that it took.",
    ),
)

#: Practices of invented cities. The second of Westmark was written in Spanish; a machine translated it.
OTHERS: Final[tuple[dict[str, Any], ...]] = (
    _practice(
        "Cleaning symbols within 24 hours",
        *("manage", "identify_report_act", "tested_here", COMPENDIUM),
        city="Westmark",
        problem="Symbols on walls stay for weeks, and say whose street it is.",
        how_it_works="The police photograph, the city cleans within 24 hours, and the shop next door "
        "is told.",
        why="A symbol that disappears at once is copied less often.",
        steps="Agree one telephone number\nPhotograph before cleaning\nTell those who were meant",
        where_it_works="Where the cleaning team works on Saturdays.",
        went_wrong="In the first month symbols were cleaned before anyone photographed them.",
        results="Demonstration: repeated symbols fell in four of six streets.",
        grounds=["antisemitic", "anti_muslim"],
    ),
    _practice(
        "Neighbours who call each other",
        *("prevent", "prevent", "described", CLARA),
        city="Westmark",
        problem="Rumours about a hostel spread faster than any answer.",
        how_it_works="Six neighbours and the hostel have each other’s numbers, and ask before they forward.",
        why="A question to a person you know stops a rumour early.",
        steps="Find six people who are often asked\nMeet once with food\nAgree what to do with a rumour",
        where_it_works="In streets where some people have lived for years.",
        went_wrong=NONE_KNOWN,
        results="Demonstration: not measured.",
        machine=True,
    ),
    _practice(
        "Court visits with an interpreter",
        *("manage", "victims", "plausible", VICTIMS),
        city="Sunderholm",
        problem="Witnesses do not come to court, because they do not know what happens there.",
        how_it_works="An interpreter and an officer show the empty court room a week before.",
        why="A place that one has seen frightens less.",
        steps="Ask the court for half an hour\nWalk through the day\nShow where to wait",
        where_it_works="Where the court offers a separate waiting room.",
        went_wrong="One visit met the accused in the corridor. Agree the time with the court.",
        results="Demonstration: eight of nine witnesses came.",
    ),
    _practice(
        "Prayer times in the duty roster",
        *("prevent", "coordinate_services", "evaluated", CRITERIA),
        city="Sunderholm",
        problem="Patrols passed places of worship when no one was there.",
        how_it_works="Each community says when people arrive and leave, and the roster follows.",
        why="A patrol at the right hour is seen by those who are afraid.",
        steps="Ask each community once a season\nEnter the hours in the roster\nAsk after three months",
        where_it_works="Where the roster is written by the district itself.",
        went_wrong="On the first holiday the hours were those of the year before.",
        results="Demonstration: an independent survey found that people felt safer at two of three places.",
        grounds=["antisemitic", "anti_muslim", "anti_christian"],
    ),
)

#: Number of the practice, what came of it, whether they would do it again, and what was changed.
ADOPTIONS: Final = (
    (0, "helped", "yes", "We call before the visit."),
    (0, "too_early", "with_changes", "Only on weekdays so far."),
    (1, "helped", "with_changes", "Two volunteers in each place."),
    (3, "no_difference", "no", "We walked in the evening instead."),
    (5, "made_worse", "no", "We let the police chair all meetings, and two members left."),
    (8, "helped", "yes", "The cleaning team has its own key."),
)

#: Takeaways of the workshop, and the practice of each, if the library has one.
TAKEAWAYS: Final = (
    ("Try prayer times in our roster", 11),
    ("Visit the court with the next witness", 10),
    ("Photograph before cleaning", 8),
    ("Ask neighbours before a rumour spreads", None),
)
