"""A demo plan: five goals, 14 actions and nine indicators, with late milestones and two signed reviews.

What organisations say here is made up, and so are the results of the survey: demonstration.
"""

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import F

from accounts.actors import Actor, actor_for
from contacts.models import Organisation
from crm.demo.records import Book
from lib.days import city_day
from plans.codes import Direction, Measure, Source, Unit
from plans.models import Milestone
from plans.services.goals import add_evidence, save_action, save_goal, save_partner, set_status
from plans.services.indicators import add_indicator, enter_value
from plans.services.milestones import save_milestone, tick_milestone
from plans.services.plans import adopt_plan, create_plan
from plans.services.reviews import save_voice, sign_review, start_review
from practices.codes import Strand
from practices.models import Practice
from reports.queries.periods import year_of

REASON: Final = "The council set the target before there were records."
SURVEY: Final = "City survey (demonstration)"


def _book(title: str, slug: str, target: float | None = None) -> dict[str, Any]:
    direction = Direction.UP if target else Direction.NO_TARGET
    source_fields = {"source": Source.BOOK, "slug": slug, "measure": Measure.RATIO, "unit": Unit.SHARE}
    return {"title": title, "direction": direction, "target": target} | source_fields


def _hand(title: str) -> dict[str, Any]:
    survey_fields = {"where_from": SURVEY, "frequency_months": 12, "target": 0.5, "target_reason": REASON}
    return {
        "title": title,
        "source": Source.HAND,
        "unit": Unit.SHARE,
        "direction": Direction.UP,
    } | survey_fields


#: Goals, their strand and problem, their indicators, and the titles of their actions.
GOALS: Final[tuple[tuple[str, str, str, tuple[dict[str, Any], ...], tuple[str, ...]], ...]] = (
    (
        "Communities and the police meet before anything happens",
        Strand.PREVENT,
        "Six communities that live here were met by no officer in the year before the plan.",
        (_book("Organisations met", "coverage", 0.7), _book("Agreed frequency kept", "cadence", 0.8)),
        ("Agree with each organisation how often to meet", "Meet new organisations in 30 days", "Open days"),
    ),
    (
        "People who are attacked know where to report, and get an answer",
        Strand.IDENTIFY_REPORT_ACT,
        "Advisory group members named four barriers to reporting.",
        (
            _book("Concerns answered in time", "concerns", 0.9),
            {**_book("Concerns received", "concerns"), "measure": Measure.N, "unit": Unit.COUNT},
            _hand("Residents who know where to report"),
        ),
        ("Train 6 reporting centres", "Answer every concern in time", "Reporting leaflet in 5 languages"),
    ),
    (
        "Services act together after an attack",
        Strand.COORDINATE_SERVICES,
        "After two attacks, services learned of each other's visits from the newspaper.",
        (_book("Follow-ups done in time", "follow-ups", 0.85),),
        ("Agree a protocol with the services", "Exercise the protocol once a year", "One list of contacts"),
    ),
    (
        "Victims are told what became of their report",
        Strand.VICTIMS,
        "Organisations said that they hear nothing after they report.",
        (_book("Reported back", "loop-closed", 0.8), _hand("Victims who felt taken seriously")),
        (
            "Report back on every closed concern",
            "Offer victim support at the first visit",
            "Letter in 5 languages",
        ),
    ),
    (
        "Officers recognise bias and know their communities",
        Strand.CAPACITY,
        "A third of the shifts had no training on bias indicators.",
        (_book("Organisations with a lead and a deputy", "continuity", 0.9),),
        ("Train all shifts in bias indicators", "Name a deputy for each organisation"),
    ),
)
#: Actions that follow a practice of the library, by the title of the action: its code.
PRACTICES: Final = {
    "Train 6 reporting centres": "reporting-centres-in-rooms-of-organisations",
    "Letter in 5 languages": "letters-to-victims-in-five-languages",
    "Train all shifts in bias indicators": "ten-questions-on-bias-for-each-shift",
}
VOICES: Final = (
    ("better", "Somebody calls us back now.", True),
    ("same", "The same officer comes, but reports still take long.", True),
    ("worse", "Two attacks, and nobody came on the day after.", False),
    ("cannot_say", "", False),
)


def write_plans(book: Book) -> None:
    """Write and review the plan through the services, as a supervisor of the city would."""
    today = city_day(book.now)
    since, until = date(today.year - 1, 1, 1), date(today.year + 2, 1, 1)
    keeper = actor_for(book.users["supervisor.city@demo.example"])
    plan = create_plan(
        actor=keeper,
        district=book.districts["CITY"],
        title=f"Alderport against racism and intolerance, {since.year} to {until.year - 1}",
        summary="What the city and its organisations do together, and how they know that it helps.",
        is_public=True,
        language="en",
        starts_on=since,
        ends_on=until,
    )
    plan_keys: dict[str, Any] = {"actor": keeper, "plan_id": plan.pk}
    owners = [book.users["officer.north@demo.example"], book.users["officer.south@demo.example"]]
    partners = list(Organisation.objects.active().filter(kind="ngo").order_by("folded", "pk")[:4])
    followed = {row.code: row for row in Practice.objects.published().of_this_city()}
    actions: list[tuple[Any, list[Any]]] = []
    for title, strand, problem, indicators, titles in GOALS:
        goal = save_goal(**plan_keys, title=title, strand=strand, problem=problem)
        for fields in indicators:
            day = date(until.year - 1, 12, 1) if fields["target"] else None
            reason = {"target_reason": REASON} if fields["target"] else {}
            row = add_indicator(**plan_keys, goal_id=goal.pk, **(fields | reason), target_on=day)
            if row.source == Source.HAND:
                for number, period in enumerate((year_of(date(since.year - 1, 1, 1)), year_of(since))):
                    enter_value(**plan_keys, indicator_id=row.pk, period=period, n=172 + 33 * number, of=500)
        for name in titles:
            owner = owners[len(actions) % 2]
            practice = followed.get(PRACTICES.get(name, ""))
            action = save_action(**plan_keys, goal_id=goal.pk, title=name, owner=owner, practice=practice)
            actions.append((action, _milestones(plan_keys, action.pk, len(actions), since, today)))
    for (action, _dates), organisation in zip(actions[::3], partners, strict=False):
        agreed: dict[str, Any] = {"agreed_on": since + timedelta(days=60), "agreed_by": "chair"}
        save_partner(**plan_keys, action_id=action.pk, organisation=organisation, role="advises", **agreed)
    adopt_plan(**plan_keys, adopted_on=since - timedelta(days=20), adopted_by="City council")
    for number, (action, milestones) in enumerate(actions):
        _go_on(plan_keys, action.pk, number, milestones, today)
    Milestone.objects.filter(action__goal__plan=plan).update(marked_on=F("done_on"))  # in their time
    for days, conclusion in ((320, "Begun well; two actions wait for money."), (140, "Half is done.")):
        _review(keeper, plan.pk, today - timedelta(days=days), conclusion, partners)


def _milestones(
    plan_keys: dict[str, Any], action_id: Any, number: int, since: date, today: date
) -> list[Any]:
    """Create a past, a recent and a future milestone."""
    days = (
        since + timedelta(days=150 + number),
        today - timedelta(days=5 + number),
        today + timedelta(days=60),
    )
    titles = ("First step done", "Half-way point reached", "Results discussed with the advisory group")
    return [
        save_milestone(**plan_keys, action_id=action_id, title=title, due_on=day)
        for title, day in zip(titles, days, strict=True)
    ]


def _go_on(
    plan_keys: dict[str, Any], action_id: Any, number: int, milestones: list[Any], today: date
) -> None:
    """Three milestones are late, one action is done and one is dropped."""
    past, recent, coming = milestones
    tick_milestone(**plan_keys, milestone_id=past.pk, done_on=past.due_on)
    if number not in (3, 8, 12):
        tick_milestone(**plan_keys, milestone_id=recent.pk, done_on=min(recent.due_on, today))
    set_status(**plan_keys, action_id=action_id, status="under_way")
    if number == 1:
        add_evidence(**plan_keys, action_id=action_id, url="https://alderport.example/new-organisations")
        tick_milestone(**plan_keys, milestone_id=coming.pk, done_on=today)  # earlier than it was due
        set_status(**plan_keys, action_id=action_id, status="done")
    if number == 2:
        set_status(
            **plan_keys, action_id=action_id, status="dropped", reason="No organisation wanted open days."
        )


def _review(keeper: Actor, plan_id: Any, day: date, conclusion: str, partners: list[Organisation]) -> None:
    plan_keys: dict[str, Any] = {"actor": keeper, "plan_id": plan_id}
    review = start_review(**plan_keys, held_on=day, conclusion=conclusion)
    for (says, text, may_be_quoted), organisation in zip(VOICES, partners, strict=False):
        save_voice(
            **plan_keys,
            planreview_id=review.pk,
            organisation=None if says == "worse" else organisation,
            says=says,
            text=text,
            may_be_quoted=may_be_quoted,
        )
    sign_review(**plan_keys, planreview_id=review.pk)
