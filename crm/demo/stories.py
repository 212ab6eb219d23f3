"""Read the stories of Alderport from `city/*.txt`: one file for each district, and one for routine.

A line's first character is its type. Days are counted back from today; `|` separates fields. `{+9}` in a
text becomes the date nine days after the meeting, `{-2}` the date two days before it.

    # comment
    % community | evidence                                   expected in the district
    & 75 6 | note                                            a note on its figures, of six days
    @ topic | facts                                          one month of the partnership, oldest first
    = name | short name | kind | communities | languages | neighbourhood | rhythm/frequency | officers | marks
    : what the organisation does
    430 phone raised | topic | facts                         a meeting 430 days ago, with its outcomes
    150 visit info entered@20 | topic | facts                one that was entered only 20 days ago
    +4 visit | topic | agenda                                a planned meeting; `2 visit planned` is past
    430 ! kinds status | ground indicator perceiver | facts  a concern
    > visit 7 status | title | outcome                       a follow-up due 7 days after what stands above
    ~ assessment                                             of the meeting above

In `routine.txt`, `* kinds` begins meetings for these kinds of organisations, and `! list` a list of others.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from contacts.codes import Kind
from meetings.codes import ConcernKind, FollowUpKind, MeetingKind, Perceiver

FOLDER = Path(__file__).with_name("city")
OUTCOMES = {
    "info": "information_shared",
    "raised": "concern_raised",
    "solved": "concern_resolved",
    "prio": "priority_agreed",
    "act": "action_agreed",
    "joint": "joint_activity_agreed",
    "report": "report_facilitated",
    "refer": "referral_made",
    "intro": "introduction_made",
    "fb": "feedback_given",
    "calm": "reassurance_given",
    "adv": "advice_received",
    "same": "no_change",
    "pause": "relationship_paused",
}
ENTERED = "entered@"
_DATE = re.compile(r"\{([+-]\d+)\}")


@dataclass(frozen=True, slots=True)
class Promise:
    """A follow-up due `days` after it was made. `status` is "", open, or late (done, after its day)."""

    kind: str
    days: int
    status: str
    title: str
    result: str


@dataclass(slots=True)
class Step:
    """A meeting `ago` days before today (ahead if negative), or one of the partnership."""

    topic: str
    facts: str
    kind: str = "visit"
    outcomes: tuple[str, ...] = ()
    ago: int = 0
    is_planned: bool = False
    entered: int | None = None
    assessment: str = ""
    promises: list[Promise] = field(default_factory=list)


@dataclass(slots=True)
class Worry:
    """A concern received `ago` days before today. `status` is closed, untold (closed), answered or open."""

    ago: int
    kinds: tuple[str, ...]
    status: str
    ground: str
    indicator: str
    perceiver: str
    facts: str
    promises: list[Promise] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """An organisation and what happened with it. `rhythm` is the usual number of days between meetings."""

    name: str
    short_name: str
    kind: str
    focuses: tuple[str, ...]
    languages: tuple[str, ...]
    part: int
    rhythm: int | None
    cadence: int | None
    officers: tuple[str, ...]
    marks: dict[str, int]
    summary: str = ""
    steps: list[Step] = field(default_factory=list)
    worries: list[Worry] = field(default_factory=list)


@dataclass(slots=True)
class DistrictStory:
    expected: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[int, int, str]] = field(default_factory=list)  # days ago, days, text
    partnership: list[Step] = field(default_factory=list)
    worries: list[Worry] = field(default_factory=list)
    organisations: list[Story] = field(default_factory=list)


@dataclass(slots=True)
class Routine:
    """Meetings between the chapters, by kind of organisation, and what else may be on a timeline."""

    of_kind: dict[str, list[Step]] = field(default_factory=dict)
    of_all: list[Step] = field(default_factory=list)
    missed: list[Step] = field(default_factory=list)
    cancelled: list[Step] = field(default_factory=list)
    planned: list[Step] = field(default_factory=list)
    assessments: list[str] = field(default_factory=list)


def with_dates(text: str, day: date) -> str:
    """Write the dates that a text counts from `day`: “ready by {+9}” becomes “ready by 14 May”."""
    return _DATE.sub(lambda found: _written(day + timedelta(days=int(found[1]))), text)


def _written(day: date) -> str:
    return f"{day.day} {day:%B}"


@cache
def district_story(name: str) -> DistrictStory:
    """Read a district's file. Raises ValueError with the invalid line."""
    story = DistrictStory()
    above: Step | Worry | None = None
    for line in _lines(name):
        with _naming(line):
            mark, content = line[0], line[1:].strip()
            place = story.organisations[-1] if story.organisations else story
            match mark:
                case "%":
                    focus, evidence = _fields(content, 2)
                    story.expected.append((focus, evidence))
                case "&":
                    days, text = _fields(content, 2)
                    ago, day_count = days.split()
                    story.notes.append((int(ago), int(day_count), text))
                case "@":
                    topic, facts = _fields(content, 2)
                    story.partnership.append(Step(topic, facts, kind="partnership_meeting"))
                case "=":
                    story.organisations.append(_organisation(content))
                case ":":
                    story.organisations[-1].summary = content
                case ">" | "~":
                    _add(above, mark, content)
                case _ if "!" in line.partition("|")[0]:
                    above = _worry(line)
                    place.worries.append(above)
                case _:
                    above = _step(line)
                    story.organisations[-1].steps.append(above)
    return story


@cache
def routine() -> Routine:
    """Read `routine.txt`. Raises ValueError with the invalid line."""
    texts_of_routine = Routine()
    lists: list[list[Step]] = []
    texts: list[str] | None = None
    for line in _lines("routine"):
        with _naming(line):
            mark, content = line[0], line[1:].strip()
            if mark == "*":
                names = content.split()
                lists = (
                    [texts_of_routine.of_all]
                    if names == ["*"]
                    else [texts_of_routine.of_kind.setdefault(n, []) for n in names]
                )
            elif mark == "!":
                texts = texts_of_routine.assessments if content == "assessment" else None
                lists = [] if texts is not None else [getattr(texts_of_routine, content)]
            elif mark == ">":
                _add(lists[0][-1], mark, content)
            elif texts is not None:
                texts.append(line)
            else:
                step = _step(f"0 {line}" if line.count("|") > 1 else f"0 {line} |")
                for steps in lists:
                    steps.append(step)
    return texts_of_routine


@contextmanager
def _naming(line: str) -> Iterator[None]:
    """Name the line in the error of the code that could not read it."""
    try:
        yield
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise ValueError(line) from error


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _fields(text: str, count: int) -> list[str]:
    """Return exactly `count` stripped fields; those missing at the end are empty."""
    fields = [field.strip() for field in text.split("|")]
    if any(fields[count:]):
        raise ValueError(text)
    return [*fields, *[""] * count][:count]


def _organisation(text: str) -> Story:
    name, short, kind, focuses, languages, part, rhythm, officers, marks = _fields(text, 9)
    every, _bar, cadence = rhythm.partition("/")
    return Story(
        name=name,
        short_name=short,
        kind=Kind(kind).value,
        focuses=tuple(focuses.split()),
        languages=tuple(languages.split()),
        part=int(part),
        rhythm=None if every == "never" else int(every),
        cadence=int(cadence) if cadence else None,
        officers=tuple(name for name in officers.split("+") if name not in {"", "-"}),
        marks={mark: int(days or 0) for mark, _at, days in (m.partition("@") for m in marks.split())},
    )


def _step(text: str) -> Step:
    head, topic, facts = _fields(text, 3)
    ago, kind, *outcomes = head.split()
    late = [int(code.removeprefix(ENTERED)) for code in outcomes if code.startswith(ENTERED)]
    outcomes = [code for code in outcomes if not code.startswith(ENTERED)]
    is_planned = ago.startswith("+") or outcomes == ["planned"]
    codes = () if is_planned else tuple(OUTCOMES[code] for code in outcomes)
    days = -int(ago) if ago.startswith("+") else int(ago)
    return Step(topic, facts, MeetingKind(kind).value, codes, days, is_planned, next(iter(late), None))


def _worry(text: str) -> Worry:
    head, bias, facts = _fields(text, 3)
    ago, _mark, *codes = head.split()
    kinds_of_concern = {code for code in codes if code in ConcernKind.values}
    status = next(iter(set(codes) - kinds_of_concern), "closed")
    ground, indicator, perceiver = (*bias.split(), "", "")[:3]
    if (
        not kinds_of_concern
        or status not in {"closed", "untold", "answered", "open"}
        or perceiver not in {"", *Perceiver.values}
    ):
        raise ValueError(text)
    kinds = tuple(code for code in codes if code in kinds_of_concern)
    return Worry(int(ago), kinds, status, ground, indicator, perceiver, facts)


def _add(above: Step | Worry | None, mark: str, text: str) -> None:
    if above is None:
        raise ValueError(text)
    if mark == "~":
        if isinstance(above, Worry):
            raise ValueError(text)
        above.assessment = text
        return
    head, title, result = _fields(text, 3)
    kind, days, status = (*head.split(), "")[:3]
    if status not in {"", "open", "late"}:
        raise ValueError(text)
    above.promises.append(Promise(FollowUpKind(kind).value, int(days), status, title, result))
