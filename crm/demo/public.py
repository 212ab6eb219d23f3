"""Demo of the public site: two districts have a page, and a third one has none yet."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from accounts.actors import Actor, actor_for
from contacts.codes import HIDDEN_AWAY
from contacts.models import Organisation
from crm.demo.records import Book
from lib.days import city_day
from meetings.models import Meeting
from meetings.services.meetings import create_meeting, edit_meeting
from publishing.codes import ListedField
from publishing.models import Registration
from publishing.services.entries import approve_entry, draft_entry
from publishing.services.listings import list_organisation
from publishing.services.pages import announce_meeting, write_page, write_text
from publishing.services.registrations import confirm_registration, register
from publishing.services.routes import record_test, write_route

_SHORT: Final = ("N", "O")
#: Said, what became of it, months ago; a text after “cannot:” says why it cannot be done.
_ENTRIES: Final[Mapping[str, tuple[tuple[str, str, int], ...]]] = {
    "N": (
        ("The lamps in the underpass are out, and people avoid it.", "The city repaired all nine.", 0),
        ("Nobody at the front desk understands us.", "under way: Interpreters by phone from next month.", 0),
        (
            "Open the police post at the mill again.",
            "cannot: The building is sold. We come to the library.",
            1,
        ),
        ("Cars speed past the school.", "We measured for two weeks. A crossing is painted.", 2),
        ("We never hear what became of a report.", "We ring back within 72 hours, and say it here.", 3),
        ("The market stalls need somebody to call at dawn.", "A patrol passes at six on market days.", 4),
        ("We want to know our officers.", "Two officers come to the library every Tuesday.", 5),
        ("Clear the needles from the playground.", "The city cleans it every morning.", 7),
    ),
    "O": (
        ("Visitors get lost at night and ask strangers.", "Signs to the station are lit.", 0),
        (
            "Keep the square car-free on feast days.",
            "cannot: Buses need it. Stewards now help people across.",
            1,
        ),
        ("Bicycles disappear from the station.", "under way: A locked shelter is being built.", 2),
        (
            "Bars close their doors on us without a word.",
            "We visited all of them with the equality office.",
            3,
        ),
        ("Put a camera in the passage.", "cannot: The law does not allow it there. The lamps are new.", 4),
        ("The old town has no desk for reports.", "The town hall has one on Thursdays.", 6),
    ),
}
_ROUTES: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    ("Report online", "police_online", "", {"url": "https://police.example/report", "anonymous": "yes"}),
    (
        "Front desk, Mill Lane", "police_desk", "N",
        {"address": "4 Mill Lane", "step_free": "yes", "hours": "Every day, 8:00 to 20:00"},
    ),
    ("Town hall desk", "police_desk", "O", {"address": "1 Castle Square", "phone": "+44 20 7946 0601"}),
    (
        "Anonymous line", "anonymous_line", "",
        {"phone": "+44 20 7946 0602", "anonymous": "yes", "hours": "Every day, 8:00 to 22:00"},
    ),
    ("Community desk", "reporting_centre", "N", {"phone": "+44 20 7946 0603"}),
)  # fmt: skip
#: A city has its own words: these only show where they appear.
_TEXTS: Final = {
    "privacy_notice": "We keep what an organisation sends us to stay in touch. No cookies are set.",
    "registration_consent": "We publish the details that you select. You can withdraw at any time.",
    "imprint": "Police of Alderport, 1 Castle Square, Alderport. This city is invented.",
    "accessibility_statement": "These pages work without scripts and by keyboard. Tell us what does not.",
}
_MEETINGS: Final = (
    ("N", "drop_in", 4, "Drop-in at the library", "Northgate Library", False),
    ("N", "community_event", 8, "Walk round the mill pond", "The mill", True),
    ("N", "public_meeting", 12, "District meeting", "Town hall, step-free", False),
    ("O", "drop_in", 6, "Coffee with your team", "Castle Square", False),
)


def write_public_site(book: Book) -> None:
    """Write the pages as the supervisors of both districts would."""
    sofia, greta = (
        actor_for(book.users[email]) for email in ("supervisor@demo.example", "supervisor.city@demo.example")
    )
    for slug, text in _TEXTS.items():
        write_text(actor=greta, slug=slug, language="en", text=text)
    _routes(book, greta, sofia)
    for code in _SHORT:
        write_page(
            actor=sofia, district_id=book.districts[code].pk, is_on=True, languages=["en", "es", "ar", "et"],
            language="en", intro="You need no appointment, and you need not give your name.",
            contact_line=f"+4420794606{50 + _SHORT.index(code)}",
            contact_email=f"{book.districts[code].name.lower().replace(' ', '')}@alderport.example",
            hours="Monday to Friday, 9:00 to 18:00",
        )  # fmt: skip
        for words, became, ago in _ENTRIES[code]:
            _entry(book, sofia, greta, code, words, became, ago)
    draft_entry(
        actor=actor_for(book.users["officer.north@demo.example"]), district_id=book.districts["N"].pk,
        language="en", state="done",
        said="No one answers emails at weekends.", did="The duty desk now reads them every day.",
    )  # fmt: skip
    for meeting in _MEETINGS:
        _meeting(book, sofia, *meeting)
    for organisation in _listed(book):
        _list(sofia, organisation, city_day(book.now))
    _registrations(book)


def _entry(book: Book, writer: Actor, approver: Actor, code: str, words: str, became: str, ago: int) -> None:
    today = city_day(book.now)
    months = today.year * 12 + today.month - 1 - ago
    state, _colon, text = became.rpartition(": ")
    states = {"cannot": "cannot", "under way": "under_way"}
    state = states.get(state, "done")
    text = text if state != "done" else became
    fields: dict[str, Any] = {"why": text} if state == "cannot" else {"did": text}
    entry = draft_entry(
        actor=writer, district_id=book.districts[code].pk, language="en", said=words, state=state,
        month=f"{months // 12:04}-{months % 12 + 1:02}", **fields,
    )  # fmt: skip
    approve_entry(
        actor=approver,
        entry_id=entry.pk,
        tells_of_incident=False,
        flag_reason="Names a place, no person" if entry.flags else "",
    )


def _routes(book: Book, city: Actor, tester: Actor) -> None:
    """Write reporting routes. All answered a test; the desk of the community has failed two tests since."""
    today = city_day(book.now)
    for sort, (name, kind, code, fields) in enumerate(_ROUTES):
        district = book.districts[code] if code else None
        route = write_route(
            actor=city, name=name, kind=kind, district=district, language="en", sort=sort, is_public=True,
            languages=["en", "es", "ar"], **fields,
        )  # fmt: skip
        results = [(30, "answered")]
        results += [(9, "not_answered"), (2, "not_answered")] if kind == "reporting_centre" else []
        for days, result in results:
            record_test(actor=tester, route_id=route.pk, result=result, on=today - timedelta(days))


def _meeting(
    book: Book, actor: Actor, code: str, kind: str, days: int, title: str, place: str, is_off: bool
) -> None:
    starts_at = (book.now + timedelta(days=days)).replace(hour=16, minute=0, second=0, microsecond=0)
    meeting: Meeting = create_meeting(
        actor=actor, subject=title, kind=kind, starts_at=starts_at, duration_minutes=90,
        district=book.districts[code], place=place,
    )  # fmt: skip
    announce_meeting(actor=actor, meeting_id=meeting.pk, title=title, place=place, language="en")
    if is_off:
        edit_meeting(actor=actor, meeting_id=meeting.pk, status="cancelled")


def _listed(book: Book) -> Iterator[Organisation]:
    """Yield 3 organisations with a website in each district."""
    for code in _SHORT:
        district_ids = {book.districts[code].pk, *(area.pk for area in book.areas[code])}
        rows = Organisation.objects.active().filter(home_district__in=district_ids).exclude(website="")
        yield from rows.exclude(kind__in=HIDDEN_AWAY).order_by("folded", "pk")[:3]


def _list(actor: Actor, organisation: Organisation, today: date) -> None:
    list_organisation(
        actor=actor, organisation_id=organisation.pk, agreed_by="the chair", how="letter", language="en",
        agreed_on=today - timedelta(days=40), summary="Everybody is welcome.",
        fields=[ListedField.SUMMARY, ListedField.WEBSITE, ListedField.LANGUAGES],
    )  # fmt: skip


def _registrations(book: Book) -> None:
    """Register a known organisation, an advertisement, and a new organisation."""
    organisations = (
        Organisation.objects.active().filter(home_district__in=book.areas["N"]).order_by("folded", "pk")
    )
    name = organisations[0].name
    for number, (registered_name, summary) in enumerate(
        ((name, ""), ("Best windows in town", "Buy now"), ("Mill pond chess club", "We play on Fridays"))
    ):
        row, token = register(
            district_id=book.districts["N"].pk, name=registered_name, kind="community_group", summary=summary,
            language="en", person_name="Kim Doe", person_email=f"kim{number}@club.example",
        )  # fmt: skip
        confirm_registration(token=token)
        Registration.objects.filter(pk=row.pk).update(created_at=book.now - timedelta(days=number + 1))
