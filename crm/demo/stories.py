"""Read the stories of Alderport from `city/*.txt`: one file for each district, and one of routine meetings.

A line's first character is its type. Days are counted back from today. `|` separates fields. `{+9}` in a
text becomes the date 9 days after the meeting, `{-2}` the date 2 days before it.

    # comment
    % community | evidence                                   expected in the district
    & 75 6 | note                                            a note on the figures of 6 days, from 75 days ago
    @ topic | facts                                          a monthly partnership meeting, oldest first
    = name | short name | kind | communities | languages | neighbourhood | rhythm/frequency | officers | marks
    : what the organisation does
    430 phone raised | topic | facts                         a meeting 430 days ago, with its outcomes
    150 visit info entered@20 | topic | facts                a meeting 150 days ago, entered 20 days ago
    +4 visit | topic | agenda                                a meeting planned for 4 days from now
    2 visit planned | topic | agenda                         a meeting 2 days ago that is still planned
    430 ! kinds status | ground indicator perceiver | facts  a concern
    > visit 7 status | title | outcome                       a follow-up of the entry above, due 7 days later
    ~ assessment                                             the assessment of the meeting above

In `routine.txt`, `* kinds` begins the meetings for these kinds of organisations, and `* *` those for all. `!`
begins a list of `missed`, `cancelled` or `planned` meetings, or of texts for an `assessment`.
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
ENTERED_PREFIX = "entered@"
_DATE = re.compile(r"\{([+-]\d+)\}")


@dataclass(frozen=True, slots=True)
class FollowUpStory:
    """A follow-up due `days` after it was made. `status` is "" (done), open, or late (done after `days`)."""

    kind: str
    days: int
    status: str
    title: str
    result: str


@dataclass(slots=True)
class MeetingStory:
    """A meeting `ago` days before today, or after today if negative. Partnership meetings have no `ago`.

    `entered_ago` is set if the meeting was entered late. `facts` of a planned meeting are its agenda.
    """

    topic: str
    facts: str
    kind: str = "visit"
    outcomes: tuple[str, ...] = ()
    ago: int = 0
    is_planned: bool = False
    entered_ago: int | None = None
    assessment: str = ""
    follow_ups: list[FollowUpStory] = field(default_factory=list)


@dataclass(slots=True)
class ConcernStory:
    """A concern received `ago` days before today.

    `status` is closed, untold (closed, but not reported back), answered or open.
    """

    ago: int
    kinds: tuple[str, ...]
    status: str
    ground: str
    indicator: str
    perceiver: str
    facts: str
    follow_ups: list[FollowUpStory] = field(default_factory=list)


@dataclass(slots=True)
class OrganisationStory:
    """An organisation with its meetings and concerns.

    `part` is the number of its neighbourhood, or 0. `rhythm` is the usual number of days between meetings.
    `marks` has the day (days ago, or 0) of each mark, such as a new chair.
    """

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
    meetings: list[MeetingStory] = field(default_factory=list)
    concerns: list[ConcernStory] = field(default_factory=list)


@dataclass(slots=True)
class DistrictStory:
    expected: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[int, int, str]] = field(default_factory=list)  # days ago, days, text
    partnership: list[MeetingStory] = field(default_factory=list)
    concerns: list[ConcernStory] = field(default_factory=list)
    organisations: list[OrganisationStory] = field(default_factory=list)


@dataclass(slots=True)
class Routine:
    """Texts of routine meetings: held, by kind of organisation or for all kinds, and not held, by status."""

    by_kind: dict[str, list[MeetingStory]] = field(default_factory=dict)
    for_all: list[MeetingStory] = field(default_factory=list)
    missed: list[MeetingStory] = field(default_factory=list)
    cancelled: list[MeetingStory] = field(default_factory=list)
    planned: list[MeetingStory] = field(default_factory=list)
    assessments: list[str] = field(default_factory=list)


def with_dates(text: str, day: date) -> str:
    """Return a text with dates for the days that it counts from `day`: “by {+9}” becomes “by 14 May”."""
    return _DATE.sub(lambda match: _day_and_month(day + timedelta(days=int(match[1]))), text)


def _day_and_month(day: date) -> str:
    return f"{day.day} {day:%B}"


@cache
def district_story(name: str) -> DistrictStory:
    """Read the file of a district. Raises ValueError with the first invalid line."""
    story = DistrictStory()
    last_entry: MeetingStory | ConcernStory | None = None
    for line in _lines(name):
        with _line_as_error(line):
            mark, content = line[0], line[1:].strip()
            current_story = story.organisations[-1] if story.organisations else story
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
                    story.partnership.append(MeetingStory(topic, facts, kind="partnership_meeting"))
                case "=":
                    story.organisations.append(_parse_organisation(content))
                case ":":
                    story.organisations[-1].summary = content
                case ">" | "~":
                    _add_to_entry(last_entry, mark, content)
                case _ if "!" in line.partition("|")[0]:
                    last_entry = _parse_concern(line)
                    current_story.concerns.append(last_entry)
                case _:
                    last_entry = _parse_meeting(line)
                    story.organisations[-1].meetings.append(last_entry)
    return story


@cache
def routine() -> Routine:
    """Read `routine.txt`. Raises ValueError with the first invalid line."""
    routine_texts = Routine()
    target_lists: list[list[MeetingStory]] = []
    assessments: list[str] | None = None
    for line in _lines("routine"):
        with _line_as_error(line):
            mark, content = line[0], line[1:].strip()
            if mark == "*":
                kinds = content.split()
                target_lists = (
                    [routine_texts.for_all]
                    if kinds == ["*"]
                    else [routine_texts.by_kind.setdefault(kind, []) for kind in kinds]
                )
            elif mark == "!":
                assessments = routine_texts.assessments if content == "assessment" else None
                target_lists = [] if assessments is not None else [getattr(routine_texts, content)]
            elif mark == ">":
                _add_to_entry(target_lists[0][-1], mark, content)
            elif assessments is not None:
                assessments.append(line)
            else:
                # The text of a routine meeting has no day, and that of a missed or cancelled one no facts.
                meeting = _parse_meeting(f"0 {line}" if line.count("|") > 1 else f"0 {line} |")
                for meetings in target_lists:
                    meetings.append(meeting)
    return routine_texts


@contextmanager
def _line_as_error(line: str) -> Iterator[None]:
    """Raise ValueError with the line if the block cannot parse it."""
    try:
        yield
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise ValueError(line) from error


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _fields(text: str, count: int) -> list[str]:
    """Return `count` stripped fields. Missing fields at the end are empty. Raises ValueError for more."""
    fields = [field.strip() for field in text.split("|")]
    if any(fields[count:]):
        raise ValueError(text)
    return [*fields, *[""] * count][:count]


def _parse_organisation(text: str) -> OrganisationStory:
    name, short_name, kind, focuses, languages, part, rhythm, officers, marks = _fields(text, 9)
    rhythm_days, _bar, cadence = rhythm.partition("/")
    return OrganisationStory(
        name=name,
        short_name=short_name,
        kind=Kind(kind).value,
        focuses=tuple(focuses.split()),
        languages=tuple(languages.split()),
        part=int(part),
        rhythm=None if rhythm_days == "never" else int(rhythm_days),
        cadence=int(cadence) if cadence else None,
        officers=tuple(name for name in officers.split("+") if name not in {"", "-"}),
        marks={mark: int(days or 0) for mark, _at, days in (m.partition("@") for m in marks.split())},
    )


def _parse_meeting(text: str) -> MeetingStory:
    head, topic, facts = _fields(text, 3)
    ago, kind, *outcomes = head.split()
    entered_days = [
        int(code.removeprefix(ENTERED_PREFIX)) for code in outcomes if code.startswith(ENTERED_PREFIX)
    ]
    outcomes = [code for code in outcomes if not code.startswith(ENTERED_PREFIX)]
    is_planned = ago.startswith("+") or outcomes == ["planned"]
    outcome_codes = () if is_planned else tuple(OUTCOMES[code] for code in outcomes)
    days_ago = -int(ago) if ago.startswith("+") else int(ago)
    return MeetingStory(
        topic,
        facts,
        MeetingKind(kind).value,
        outcome_codes,
        days_ago,
        is_planned,
        next(iter(entered_days), None),
    )


def _parse_concern(text: str) -> ConcernStory:
    head, bias, facts = _fields(text, 3)
    ago, _mark, *codes = head.split()
    kind_codes = {code for code in codes if code in ConcernKind.values}
    status = next(iter(set(codes) - kind_codes), "closed")
    ground, indicator, perceiver = (*bias.split(), "", "")[:3]
    if (
        not kind_codes
        or status not in {"closed", "untold", "answered", "open"}
        or perceiver not in {"", *Perceiver.values}
    ):
        raise ValueError(text)
    kinds = tuple(code for code in codes if code in kind_codes)
    return ConcernStory(int(ago), kinds, status, ground, indicator, perceiver, facts)


def _add_to_entry(entry: MeetingStory | ConcernStory | None, mark: str, text: str) -> None:
    """Add an assessment (`~`) to a meeting, or a follow-up (`>`) to either entry. Raises ValueError."""
    if entry is None:
        raise ValueError(text)
    if mark == "~":
        if isinstance(entry, ConcernStory):
            raise ValueError(text)
        entry.assessment = text
        return
    head, title, result = _fields(text, 3)
    kind, days, status = (*head.split(), "")[:3]
    if status not in {"", "open", "late"}:
        raise ValueError(text)
    entry.follow_ups.append(FollowUpStory(FollowUpKind(kind).value, int(days), status, title, result))
