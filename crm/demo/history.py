"""Demo history of Alderport: 18 months of unevenly distributed meetings, follow-ups and concerns."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from accounts.models import User
from contacts.models import Contact, Organisation
from crm.demo import words
from crm.demo.book import Book
from lib.days import city_day, city_zone
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingOrganisation,
)
from meetings.services.folding import fold_concern, fold_follow_up, fold_meeting

MONTHS_18 = 548
KINDS = ("visit", "visit", "foot_patrol", "phone", "phone", "drop_in", "message", "community_event", "video")
SUBJECTS = {
    "visit": "Visit to {name}",
    "foot_patrol": "Chat on patrol with {name}",
    "phone": "Call with {name}",
    "drop_in": "Drop-in at {name}",
    "message": "Message from {name}",
    "community_event": "Event of {name}",
    "video": "Video call with {name}",
}
OUTCOMES = (
    ["concern_raised"], ["information_shared"], ["feedback_given"], ["priority_agreed", "action_agreed"],
    ["advice_received"], ["no_change"], ["reassurance_given"], ["introduction_made"], ["declined"],
)  # fmt: skip


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


def tell_history(book: Book) -> History:
    """Build past and planned meetings, follow-ups and concerns without saving anything."""
    history = History()
    for organisation in book.organisations:
        if organisation.status == "active":
            _meet_now_and_then(book, history, organisation)
    _partnerships(book, history)
    _concerns(book, history)
    _promises_of_today(book, history)
    return history


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=city_zone())


def _meet_now_and_then(book: Book, history: History, organisation: Organisation) -> None:
    every, random = book.attention[organisation], book.random
    if every is None:
        return
    day = max(city_day(book.now) - timedelta(days=MONTHS_18), city_day(organisation.created_at))
    day += timedelta(days=random.randint(1, every))
    today = city_day(book.now)
    forgotten_since = today - timedelta(days=random.choice((0, 0, 0, 0, 0, 120, 260)))
    while day < min(today, forgotten_since):
        _held(book, history, organisation, day)
        day += timedelta(days=max(3, int(random.gauss(every, every / 3))))
    if random.random() < 0.25:
        _planned(book, history, organisation, today + timedelta(days=random.randint(0, 18)))


def _held(book: Book, history: History, organisation: Organisation, day: date) -> None:
    random = book.random
    kind = random.choice(KINDS)
    status = random.choices(("held", "cancelled", "not_reached"), (90, 4, 6))[0]
    meeting = _meeting(
        book,
        history,
        kind,
        [organisation],
        _at(day, random.randint(9, 19), random.choice((0, 15, 30, 45))),
        status=status,
        outcomes=list(random.choice(OUTCOMES)) if status == "held" else [],
        facts=random.choice(words.FACTS) if status == "held" else "",
        assessment=random.choice(words.ASSESSMENTS) if status == "held" else "",
        initiated_by=random.choice(("police", "police", "community", "")),
        level=random.choice(("inform", "consult", "consult", "involve", "collaborate", "")),
    )
    if (status == "held" and "action_agreed" in meeting.outcomes) or random.random() < 0.3:
        due = day + timedelta(days=random.randint(2, 21))
        _promise(book, history, meeting, organisation, due)


def _planned(book: Book, history: History, organisation: Organisation, day: date) -> None:
    moment = max(_at(day, book.random.randint(10, 18)), book.now + timedelta(hours=2))
    _meeting(book, history, "visit", [organisation], moment, status="planned")


def _meeting(
    book: Book,
    history: History,
    kind: str,
    organisations: list[Organisation],
    starts_at: datetime,
    **fields: object,
) -> Meeting:
    first, random = organisations[0], book.random
    officer = first.lead_officer or random.choice(book.officers[_district_code(first)])
    subject = fields.pop("subject", None) or SUBJECTS[kind].format(name=first.short_name or first.name)
    written = min(starts_at, book.now)
    meeting = Meeting(
        subject=str(subject)[:200],
        kind=kind,
        starts_at=starts_at,
        duration_minutes=random.choice((10, 15, 30, 45, 60)),
        district=first.home_district,
        place=first.address,
        logged_by=officer,
        created_at=written,
        updated_at=written,
        **fields,
    )
    fold_meeting(meeting)
    history.meetings.append(meeting)
    history.officers.append((meeting, officer))
    for number, organisation in enumerate(organisations):
        there = meeting.status in {"held", "planned"} and (number == 0 or random.random() < 0.75)
        history.present.append(MeetingOrganisation(meeting=meeting, organisation=organisation, present=there))
        speaker: Contact | None = next(iter(book.speakers.get(organisation, ())), None)
        if speaker and (number == 0 or random.random() < 0.5):
            came = {"held": "attended", "planned": "invited"}.get(meeting.status, "apologies")
            history.people.append(MeetingContact(meeting=meeting, contact=speaker, attendance=came))
    return meeting


def _district_code(organisation: Organisation) -> str:
    return organisation.home_district.code[0]


def _promise(
    book: Book,
    history: History,
    meeting: Meeting | None,
    organisation: Organisation,
    due: date,
    **fields: object,
) -> FollowUp:
    random, today = book.random, city_day(book.now)
    title, kind = random.choice(words.PROMISES)
    made = meeting.starts_at if meeting else book.now - timedelta(days=9)
    moved = timedelta(days=random.choice((0, 0, 0, 0, 7)))
    past, recent = due + moved < today, due > today - timedelta(days=40)
    status = (
        random.choices(("done", "open", "cancelled"), (86, 8 if recent else 0, 6))[0]
        if past
        else random.choice(("open", "open", "done"))
    )
    done_on = min(due + timedelta(days=random.choice((-2, -1, 0, 0, 0, 3, 9))), today)
    done_on = max(done_on, city_day(made))
    defaults: dict[str, object] = {
        "title": title.format(name=organisation.name)[:200],
        "kind": kind,
        "meeting": meeting,
        "owner": organisation.lead_officer or book.officers[_district_code(organisation)][0],
        "due_on": due + moved,
        "first_due_on": due,
        "status": status,
    }
    follow_up = FollowUp(**(defaults | fields), created_at=made, updated_at=made)
    if follow_up.status == "cancelled":
        follow_up.cancel_reason = "No longer needed, they found another way."
    if follow_up.status == "done":
        follow_up.completed_at = min(max(_at(done_on, 16), made), book.now)
        follow_up.result = random.choice(words.RESULTS)
    fold_follow_up(follow_up)
    history.follow_ups.append(follow_up)
    told = done_on if follow_up.status == "done" and random.random() < 0.7 else None
    history.promised_to.append(
        FollowUpOrganisation(follow_up=follow_up, organisation=organisation, reported_back_on=told)
    )
    return follow_up


def _partnerships(book: Book, history: History) -> None:
    """Add a partnership per district that meets every first Monday, with the next meeting planned."""
    today = city_day(book.now)
    for code in book.areas:
        table = [o for o in book.organisations if _district_code(o) == code and o.status == "active"]
        members = book.random.sample(table, min(10, len(table)))
        for back in range(17, -2, -1):
            month = today.year * 12 + today.month - 1 - back
            first = date(month // 12, month % 12 + 1, 1)
            starts_at = _at(first + timedelta(days=(7 - first.weekday()) % 7), 18)
            planned = starts_at > book.now
            _meeting(
                book,
                history,
                "partnership_meeting",
                members,
                starts_at,
                subject=f"{book.districts[code].name} partnership",
                status="planned" if planned else "held",
                outcomes=[] if planned else ["priority_agreed", "information_shared"],
                facts="" if planned else book.random.choice(words.FACTS),
                headcount=None if planned else book.random.randint(9, 24),
                agenda="Priorities of the last month. What was promised. Anything new.",
                initiated_by="police",
                level="involve",
            )


def _concerns(book: Book, history: History) -> None:
    random, today = book.random, city_day(book.now)
    sites = [o for o in book.organisations if o.status == "active"]
    for _number in range(110):
        site = random.choice(sites)
        kinds, facts, indicator = random.choice(words.CONCERNS)
        focuses = book.focuses[site]
        grounds = [g for g in {words.GROUND_OF_FOCUS.get(f, "") for f in focuses[:1]} if g and indicator]
        received = _at(today - timedelta(days=random.randint(2, MONTHS_18)), random.randint(8, 22))
        concern = Concern(
            kinds=list(kinds),
            bias_grounds=grounds or ["unknown" if indicator else "none"],
            bias_indicators=[indicator] if indicator else [],
            perceived_by=random.choice(("victim", "witness", "organisation")) if indicator else "",
            received_at=received,
            occurred_on=city_day(received) - timedelta(days=random.randint(0, 2)),
            district=site.home_district,
            place=site.address,
            site_organisation=site,
            raised_by_organisation=site if random.random() < 0.7 else None,
            affected_focuses=list(focuses),
            facts=facts,
            created_at=received,
            updated_at=received,
        )
        _answer(book, concern, received)
        fold_concern(concern)
        history.concerns.append(concern)


def _answer(book: Book, concern: Concern, received: datetime) -> None:
    random = book.random
    if random.random() < 0.7:
        concern.reassurance_offered_at = min(
            received + timedelta(hours=random.choice((1, 3, 9, 20, 40))), book.now
        )
        concern.reassurance_answer = random.choice(("accepted", "accepted", "declined", ""))
    answered = received + timedelta(hours=random.choice((2, 8, 20, 50, 90, 200)))
    if answered > book.now:
        return
    concern.status, concern.answered_at = "answered", answered
    closed = answered + timedelta(days=random.randint(3, 40))
    if closed < book.now and random.random() < 0.85:
        concern.status, concern.closed_at = "closed", closed
        concern.reported_back_on = city_day(closed) if random.random() < 0.75 else None


def _promises_of_today(book: Book, history: History) -> None:
    """Give the officers who can sign in one overdue follow-up, one due today and one due later."""
    today = city_day(book.now)
    for email in ("officer.north@demo.example", "officer.south@demo.example"):
        owner = book.users[email]
        mine = [o for o in book.organisations if o.lead_officer is owner and o.status == "active"]
        for organisation, days in zip(mine, (-5, -2, 0, 0, 3, 8), strict=False):
            due = today + timedelta(days=days)
            _promise(book, history, None, organisation, due, owner=owner, due_on=due, status="open")
