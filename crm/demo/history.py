"""Demo history of Alderport: 18 months of meetings, follow-ups and concerns, from `city/*.txt`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from contacts.models import Contact, Organisation
from crm.demo.boundaries import DISTRICTS
from crm.demo.follow_ups import History, at, promise, raise_worry
from crm.demo.records import Book
from crm.demo.routine_meetings import ENDING, between_chapters
from crm.demo.stories import MeetingStory, OrganisationStory, district_story, routine, with_dates
from lib.days import city_day
from meetings.models import Meeting, MeetingContact, MeetingOrganisation
from meetings.rules import ACTION_AGREED, with_outcome
from meetings.services.folding import fold_meeting

EVENING = frozenset({"public_meeting", "partnership_meeting", "reporting_session", "training"})
AT_WEEKENDS = frozenset({"foot_patrol", "drop_in", "community_event", "message"})
PARTNERS = 9  # organisations in a partnership
AGENDA = "What was promised last month. News from each group. Next steps."


def tell_history(book: Book) -> History:
    """Build past and planned meetings, follow-ups and concerns without saving anything."""
    history = History()
    organisations = {story.name: organisation for organisation, story in book.stories.items()}
    for place in DISTRICTS:
        district = district_story(place.story_file)
        between = between_chapters(district.organisations)
        for story in district.organisations:
            _tell(book, history, organisations[story.name], story, between[story.name])
        _partnership(book, history, place.code, district.partnership)
        for worry in district.concerns:
            raise_worry(book, history, worry, None, code=place.code)
    return history


def _tell(
    book: Book,
    history: History,
    organisation: Organisation,
    story: OrganisationStory,
    between: Sequence[tuple[MeetingStory, int]],
) -> None:
    """Add the meetings and concerns of a story, and routine meetings between them."""
    random, today = Random(f"history {story.name}"), city_day(book.now)
    assessments = random.sample(routine().assessments, len(routine().assessments))
    for step in story.meetings:
        day = _working_day(step, today - timedelta(days=step.ago))
        moment = at(day, _hour(step, random), random.choice((0, 15, 30, 45)))
        if step.is_planned:
            _planned(book, history, random, organisation, step, moment)
        else:
            _held(book, history, random, organisation, step, moment)
    for step, ago in between:
        day = _working_day(step, today - timedelta(days=ago))
        moment = at(day, _hour(step, random), random.choice((0, 5, 15, 30, 40, 50)))
        if not step.outcomes:
            _missed(book, history, random, organisation, step, moment)
            continue
        assessment = assessments.pop() if assessments and random.random() < 0.12 else ""
        _held(book, history, random, organisation, step, moment, assessment=assessment, is_routine=True)
    if story.meetings and organisation.status == "active" and random.random() < 0.2:
        moment = at(today + timedelta(days=random.randint(1, 18)), random.randint(9, 17))
        _planned(book, history, random, organisation, random.choice(routine().planned), moment)
    for worry in story.concerns:
        code = _district_code(organisation)
        raise_worry(book, history, worry, organisation, code=code, focuses=story.focuses)


def _working_day(step: MeetingStory, day: date) -> date:
    """Move a weekend meeting to Friday or Monday, unless a follow-up due today needs it or its kind fits."""
    is_fixed = (step.is_planned and step.ago == 0) or any(
        follow_up.status == "open" for follow_up in step.follow_ups
    )
    if day.weekday() < 5 or is_fixed or step.kind in AT_WEEKENDS:
        return day
    return day + timedelta(days=7 - day.weekday() if step.ago < 0 else 4 - day.weekday())


def _hour(step: MeetingStory, random: Random) -> int:
    return random.choice((18, 19)) if step.kind in EVENING else random.randint(9, 17)


def _held(
    book: Book,
    history: History,
    random: Random,
    organisation: Organisation,
    step: MeetingStory,
    moment: datetime,
    *,
    assessment: str = "",
    is_routine: bool = False,
) -> None:
    day = city_day(moment)
    outcomes = [*step.outcomes]
    if step.follow_ups:
        outcomes = with_outcome(outcomes, ACTION_AGREED, status="held")
    headcount = random.randint(8, 60) if step.kind in {*EVENING, "community_event"} else None
    meeting = _meeting(
        book,
        history,
        random,
        step,
        [organisation],
        moment,
        subject=with_dates(step.topic, day),
        status="held",
        outcomes=outcomes,
        facts=with_dates(step.facts, day),
        assessment=step.assessment or assessment,
        headcount=headcount,
        initiated_by=random.choice(("police", "police", "community", "")),
        level=random.choice(("inform", "consult", "consult", "involve", "collaborate", "")),
    )
    for promised in step.follow_ups:
        owner = organisation.lead_officer or meeting.logged_by
        promise(
            book,
            history,
            random,
            promised,
            organisation,
            made_at=min(moment, book.now),
            owner=owner,  # type: ignore[arg-type]  # every meeting here has an officer
            meeting=meeting,
            routine=is_routine,
        )


def _missed(
    book: Book,
    history: History,
    random: Random,
    organisation: Organisation,
    step: MeetingStory,
    moment: datetime,
) -> None:
    status = "not_reached" if step in routine().missed else "cancelled"
    _meeting(book, history, random, step, [organisation], moment, subject=step.topic, status=status)


def _planned(
    book: Book,
    history: History,
    random: Random,
    organisation: Organisation,
    step: MeetingStory,
    moment: datetime,
) -> None:
    if step.ago == 0 and city_day(moment) == city_day(book.now):  # later today, whenever that is
        moment = max(moment, book.now.replace(minute=30, second=0, microsecond=0) + timedelta(hours=2))
    fields = {"subject": step.topic, "agenda": step.facts, "status": "planned"}
    _meeting(book, history, random, step, [organisation], moment, **fields)


def _meeting(
    book: Book,
    history: History,
    random: Random,
    step: MeetingStory,
    organisations: Sequence[Organisation],
    starts_at: datetime,
    **fields: object,
) -> Meeting:
    first_organisation = organisations[0]
    district_officers = book.officers[_district_code(first_organisation)]
    officer = first_organisation.lead_officer or random.choice(district_officers)
    if first_organisation.deputy_officer and random.random() < 0.2:
        officer = first_organisation.deputy_officer
    entered = starts_at if step.entered_ago is None else book.now - timedelta(days=step.entered_ago)
    written = min(entered, book.now)
    meeting = Meeting(
        kind=step.kind,
        starts_at=starts_at,
        duration_minutes=random.choice((10, 15, 20, 30, 45, 60)),
        district=first_organisation.home_district,
        place=first_organisation.address,
        logged_by=officer,
        created_at=written,
        updated_at=written,
        **fields,
    )
    fold_meeting(meeting)
    history.meetings.append(meeting)
    history.officers += [
        (meeting, user) for user in (district_officers if len(organisations) > 1 else [officer])
    ]
    for number, organisation in enumerate(organisations):
        came = meeting.status in {"held", "planned"} and (number == 0 or random.random() < 0.75)
        history.present.append(MeetingOrganisation(meeting=meeting, organisation=organisation, present=came))
        speaker = _speaker(book, organisation, city_day(starts_at))
        if speaker and came and (number == 0 or random.random() < 0.5):
            attendance = "attended" if meeting.status == "held" else "invited"
            history.people.append(MeetingContact(meeting=meeting, contact=speaker, attendance=attendance))
    return meeting


def _speaker(book: Book, organisation: Organisation, day: date) -> Contact | None:
    """Return the main contact of a day: before a new chair it was the former one."""
    speakers = book.speakers.get(organisation, [])
    changed = book.stories[organisation].marks.get("chair", 0)
    before = changed and day < city_day(book.now) - timedelta(days=changed)
    return next(iter(speakers[1:] if before else speakers), None)


def _district_code(organisation: Organisation) -> str:
    return organisation.home_district.code[0]


def _partnership(book: Book, history: History, code: str, steps: Sequence[MeetingStory]) -> None:
    """Add the partnership of a district, which meets every first Monday, with the next meeting planned."""
    random, today = Random(f"partnership {code}"), city_day(book.now)
    regular = [
        organisation
        for organisation, story in book.stories.items()
        if _district_code(organisation) == code
        and (story.rhythm or 99) <= 50
        and not {*ENDING, "new"} & set(story.marks)
    ]
    members = random.sample(regular, PARTNERS)
    for number, step in enumerate(steps):
        month = today.year * 12 + today.month + number - len(steps) + 1
        first_day = date(month // 12, month % 12 + 1, 1)
        starts_at = at(first_day + timedelta(days=(7 - first_day.weekday()) % 7), 18)
        is_planned = starts_at > book.now
        day = city_day(starts_at)
        _meeting(
            book,
            history,
            random,
            step,
            members,
            starts_at,
            subject=f"Partnership meeting: {step.topic}",
            status="planned" if is_planned else "held",
            outcomes=[] if is_planned else ["priority_agreed", "information_shared"],
            facts="" if is_planned else with_dates(step.facts, day),
            headcount=None if is_planned else random.randint(9, 24),
            agenda=AGENDA if is_planned else "",
            initiated_by="police",
            level="involve",
        )
