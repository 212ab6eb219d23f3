"""Demo follow-ups and concerns, with the day they were done, and the reports back."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import User
from contacts.models import Organisation
from crm.demo.records import Book
from crm.demo.stories import ConcernStory, FollowUpStory, with_dates
from lib.days import city_day, moment_at
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingOrganisation,
)
from meetings.services.folding import fold_concern, fold_follow_up

FORGOTTEN_DAYS = 20  # a late routine follow-up is at most this old
REASONS = (
    "No longer needed: they found another way.",
    "They asked us to leave it.",
    "Done by the city before we could.",
    "The group decided against it.",
)


@dataclass(slots=True)
class History:
    """Unsaved demo rows."""

    meetings: list[Meeting] = field(default_factory=list)
    present: list[MeetingOrganisation] = field(default_factory=list)
    people: list[MeetingContact] = field(default_factory=list)
    officers: list[tuple[Meeting, User]] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    promised_to: list[FollowUpOrganisation] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the moment of a local time in the city."""
    return moment_at(day, time(hour, minute))


def promise(
    book: Book,
    history: History,
    random: Random,
    story: FollowUpStory,
    organisation: Organisation | None,
    *,
    made_at: datetime,
    owner: User,
    meeting: Meeting | None = None,
    concern: Concern | None = None,
    routine: bool = False,
) -> FollowUp:
    """Add a follow-up with its outcome: routine ones may be late or cancelled, others are as in the story."""
    today, day = city_day(book.now), city_day(made_at)
    due = day + timedelta(days=story.days)
    moved = timedelta(days=7 if story.status == "late" else 0)
    done_on = due + timedelta(
        days=5 if story.status == "late" else random.choice((-2, -1, -1, 0, 0, 0, 0, 4))
    )
    done_on = max(done_on, day)
    chance = random.random() if routine else 1
    status = "done"
    if story.status == "open" or done_on > today:
        status = "open" if story.status == "open" or random.random() < 0.6 else "in_progress"
    elif due > today - timedelta(days=FORGOTTEN_DAYS) and chance < 0.2:
        status = "open"
    elif chance > 0.93 and routine:
        status = "cancelled"
    follow_up = FollowUp(
        title=with_dates(story.title, day)[:200],
        kind=story.kind,
        meeting=meeting,
        concern=concern,
        owner=owner,
        due_on=due + moved,
        first_due_on=due,
        status=status,
        created_at=made_at,
        updated_at=made_at,
    )
    if status == "cancelled":
        follow_up.cancel_reason = random.choice(REASONS)
    if status == "done":
        follow_up.completed_at = follow_up.updated_at = min(max(at(done_on, 16), made_at), book.now)
        follow_up.result = with_dates(story.result, day)
    fold_follow_up(follow_up)
    history.follow_ups.append(follow_up)
    if organisation:
        reported = done_on if status == "done" and random.random() < 0.8 else None
        history.promised_to.append(
            FollowUpOrganisation(follow_up=follow_up, organisation=organisation, reported_back_on=reported)
        )
    return follow_up


def raise_worry(
    book: Book,
    history: History,
    story: ConcernStory,
    site: Organisation | None,
    *,
    code: str,
    focuses: tuple[str, ...] = (),
) -> None:
    """Add a concern with its follow-ups and its answer."""
    random = Random(f"worry {story.facts}")
    day = city_day(book.now) - timedelta(days=story.ago)
    received = at(day, random.randint(8, 21), random.choice((5, 10, 20, 40, 50)))
    is_biased = story.ground not in {"none", "unknown"}
    to_case = any(promised.kind == "pass_to_investigation" for promised in story.follow_ups)
    concern = Concern(
        kinds=list(story.kinds),
        bias_grounds=[story.ground],
        bias_indicators=[story.indicator] if story.indicator else [],
        perceived_by=story.perceiver,
        received_at=received,
        occurred_on=day - timedelta(days=random.choice((0, 0, 1))),
        district=site.home_district if site else book.districts[code],
        place=site.address if site else "",
        site_organisation=site,
        raised_by_organisation=site,
        affected_focuses=list(focuses) if is_biased else [],
        facts=with_dates(story.facts, day),
        case_reference=f"AP-{day.year}-{random.randint(1000, 9999)}" if to_case else "",
        created_at=received,
        updated_at=received,
    )
    fold_concern(concern)
    history.concerns.append(concern)
    officers = book.officers[code]
    owner = (site and site.lead_officer) or officers[0]
    follow_ups = [
        promise(book, history, random, promised, site, made_at=received, owner=owner, concern=concern)
        for promised in story.follow_ups
    ]
    if story.status != "open":
        _answer(
            book,
            concern,
            story,
            random,
            [follow_up.completed_at for follow_up in follow_ups if follow_up.completed_at],
        )


def _answer(
    book: Book, concern: Concern, story: ConcernStory, random: Random, completed_at: list[datetime]
) -> None:
    """Record when the concern was answered, closed and reported back, but not before its follow-ups."""
    received = concern.received_at
    if random.random() < 0.75:
        concern.reassurance_offered_at = received + timedelta(hours=random.choice((1, 2, 4, 9, 20)))
        concern.reassurance_answer = random.choice(("accepted", "accepted", "accepted", "declined", ""))
    concern.answered_at = received + timedelta(hours=random.choice((2, 5, 8, 20, 26, 60, 90)))
    concern.status, concern.updated_at = "answered", concern.answered_at
    if story.status != "answered":
        closed = max([concern.answered_at, *completed_at]) + timedelta(days=random.randint(1, 12))
        concern.status, concern.closed_at = "closed", min(closed, book.now)
        concern.updated_at = concern.closed_at
        concern.reported_back_on = city_day(concern.closed_at) if story.status == "closed" else None
