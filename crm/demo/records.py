"""Demo records of Alderport: districts, staff accounts, organisations and contacts."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from contacts.codes import HIDDEN_AWAY, NightCalls
from contacts.models import (
    Affiliation,
    Contact,
    ContactDetail,
    FocusDeclaration,
    Organisation,
    OrganisationDetail,
    OrganisationPeriod,
    OrganisationPrivateChannel,
)
from contacts.services.search_fields import fold_contact, fold_organisation
from crm.demo import names
from crm.demo.boundaries import DISTRICTS, outline
from crm.demo.names import FIRST_ROLES, ROLES
from crm.demo.stories import OrganisationStory, district_story
from districts.models import District, ExpectedCommunity, PeriodNote
from lib.days import city_day
from lib.fold import fold

PASSWORD = "prox" + "imity-demo"
# Phone numbers are from the ranges that Ofcom reserves for drama, so nobody answers.

# What organisations agreed about calls at night, in turn: one of ten has not been asked.
NIGHTS = (
    *(NightCalls.IF_OUR_PLACE, NightCalls.ALWAYS, NightCalls.IF_OUR_PLACE, NightCalls.NEVER),
    *(NightCalls.IF_OUR_PLACE, NightCalls.ALWAYS, NightCalls.NOT_ASKED, NightCalls.IF_OUR_PLACE),
    *(NightCalls.NEVER, NightCalls.IF_OUR_PLACE),
)
NEVER_MET = 370  # days ago somebody could have met an organisation that nobody met and that is not new


@dataclass(slots=True)
class Book:
    """Unsaved demo rows, with the lookups that the history needs."""

    now: datetime
    random: Random
    districts: dict[str, District] = field(default_factory=dict)
    areas: dict[str, list[District]] = field(default_factory=dict)
    expected: list[ExpectedCommunity] = field(default_factory=list)
    notes: list[PeriodNote] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    districts_of: list[tuple[User, District]] = field(default_factory=list)
    officers: dict[str, list[User]] = field(default_factory=dict)
    organisations: list[Organisation] = field(default_factory=list)
    stories: dict[Organisation, OrganisationStory] = field(default_factory=dict)
    declarations: list[FocusDeclaration] = field(default_factory=list)
    periods: list[OrganisationPeriod] = field(default_factory=list)
    organisation_numbers: list[int] = field(default_factory=list)
    contact_numbers: list[int] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    details: list[OrganisationDetail | ContactDetail] = field(default_factory=list)
    hidden: list[OrganisationPrivateChannel] = field(default_factory=list)
    mobile_numbers: list[int] = field(default_factory=list)
    speakers: dict[Organisation, list[Contact]] = field(default_factory=dict)


def write_book(book: Book) -> None:
    """Fill `book` without saving anything."""
    _districts(book)
    _users(book)
    # Numbers are drawn once, so that only the twin of an organisation has the number of another.
    book.organisation_numbers = book.random.sample(range(900), 300)  # supervisors have those above
    book.contact_numbers = book.random.sample(range(1000), 600)
    book.mobile_numbers = Random("mobile numbers").sample(range(1000), 1000)
    for place in DISTRICTS:
        for story in district_story(place.story_file).organisations:
            _organisation(book, place.code, story)
    _contacts(book)


def _districts(book: Book) -> None:
    city = District(code="CITY", name="Alderport", population=sum(p.population for p in DISTRICTS))
    city.lineage = [city.pk]
    book.districts["CITY"] = city
    for place in DISTRICTS:
        boundary = {"type": "MultiPolygon", "coordinates": outline(place.column * 2, place.row * 2, 2)}
        district = District(
            code=place.code, name=place.name, parent=city, population=place.population, boundary=boundary
        )
        district.lineage = [city.pk, district.pk]
        book.districts[place.code] = district
        book.areas[place.code] = []
        for number, name in enumerate(place.neighbourhoods):
            cell = outline(place.column * 2 + number % 2, place.row * 2 + number // 2, 1)
            area = District(
                code=f"{place.code}{number + 1}",
                name=name,
                parent=district,
                population=place.population // 4,
                boundary={"type": "MultiPolygon", "coordinates": cell},
            )
            area.lineage = [*district.lineage, area.pk]
            book.districts[area.code] = area
            book.areas[place.code].append(area)
        book.expected += [
            ExpectedCommunity(district=district, focus=focus, evidence=evidence, created_at=book.now)
            for focus, evidence in district_story(place.story_file).expected
        ]
        for ago, days, text in district_story(place.story_file).notes:
            since = city_day(book.now) - timedelta(days=ago)
            until = since + timedelta(days=days)
            book.notes.append(PeriodNote(district=district, since=since, until=until, text=text))


def _users(book: Book) -> None:
    # Once, because hashing is slow on purpose. A sandbox has no sign-in.
    password_hash = make_password(None if settings.SANDBOX else PASSWORD)
    signing_in = (
        ("officer.north@demo.example", "Nora Lind", Role.OFFICER, "N"),
        ("officer.south@demo.example", "Sami Ortega", Role.OFFICER, "S"),
        ("supervisor@demo.example", "Sofia Marsh", Role.SUPERVISOR, "NOS"),
        ("supervisor.harbour@demo.example", "Hanno Rebane", Role.SUPERVISOR, "WEH"),
        ("supervisor.city@demo.example", "Greta Holm", Role.SUPERVISOR, ""),  # see crm.demo.publications
        ("privacy@demo.example", "Paula Weiss", Role.PRIVACY_OFFICER, ""),
        ("admin@demo.example", "Adam Novak", Role.ADMINISTRATOR, ""),
        ("confirmer@demo.example", "Carla Roth", Role.CONFIRMER, ""),
        ("substitute@demo.example", "Matti Salo", Role.CONFIRMER, ""),
    )
    other_accounts = (
        (f"{fold(n).replace(' ', '.')}@demo.example", n, Role.OFFICER, code) for code, n in names.OFFICERS
    )
    for email, name, role, codes in (*signing_in, *other_accounts):
        user = User(email=email, name=name, role=role, password=password_hash, time_zone=settings.TIME_ZONE)
        if role == Role.SUPERVISOR:  # a number reserved for fiction
            user.phone = f"+4420794609{len(book.users):02}"
        book.users[email] = user
        for code in codes:
            book.districts_of.append((user, book.districts[code]))
            if role == Role.OFFICER:
                book.officers.setdefault(code, []).append(user)


def officer_of(book: Book, code: str, given_name: str) -> User:
    """Return the officer of a district by the given name that the stories use."""
    return next(user for user in book.officers[code] if user.name.startswith(f"{given_name} "))


def _organisation(book: Book, code: str, story: OrganisationStory) -> None:
    random, today = Random(f"book {story.name}"), city_day(book.now)
    areas = book.areas[code]
    area = areas[story.part - 1] if story.part else book.districts[code]
    known_for = story.marks.get("new") or max((step.ago for step in story.meetings), default=NEVER_MET) + 30
    known_since = book.now - timedelta(days=known_for + (random.randint(0, 500) if known_for > 500 else 0))
    lead, deputy = [*(officer_of(book, code, name) for name in story.officers), None, None][:2]
    ended = next(((s, story.marks[s]) for s in ("closed", "dormant") if s in story.marks), None)
    slug = fold(story.short_name or story.name).removeprefix("the ")
    slug = re.sub("[^a-z0-9]+", "-", slug).strip("-") or f"group{len(book.organisations)}"
    verified_on = today - timedelta(days=min(random.randint(5, 420), known_for))
    tested_on = today - timedelta(days=random.randint(20, 300))
    address = f"{random.randint(1, 90)} {random.choice(names.STREETS)}"
    is_hidden = story.kind in HIDDEN_AWAY
    organisation = Organisation(
        name=story.name,
        short_name=story.short_name,
        kind=story.kind,
        summary=story.summary,
        home_district=area,
        website=f"https://{slug}.example" if random.random() < 0.6 and story.meetings else "",
        email=f"office@{slug}.example",
        phone=f"+44 20 7946 0{book.organisation_numbers.pop():03}" if random.random() < 0.9 else "",
        address="" if is_hidden else address,
        postcode="" if is_hidden else f"{28000 + 100 * ord(code) % 900 + random.randint(1, 40)}",
        location_protected=is_hidden,
        languages=list(story.languages),
        lead_officer=lead,
        deputy_officer=deputy,
        cadence_days=story.cadence,
        status=ended[0] if ended else "active",
        night_calls=NIGHTS[len(book.organisations) % len(NIGHTS)],
        is_reporting_centre="centre" in story.marks,
        reporting_tested_on=tested_on if "centre" in story.marks else None,
        verified_on=verified_on if random.random() < 0.75 else None,
        review_on=today + timedelta(days=random.randint(-25, 360)) if random.random() < 0.3 else None,
        created_at=known_since,
        updated_at=known_since,
    )
    if organisation.night_calls != NightCalls.NOT_ASKED:
        organisation.night_agreed_on = max(city_day(known_since), today - timedelta(days=200))
    if is_hidden:
        book.hidden.append(OrganisationPrivateChannel(organisation=organisation, address=address))
    if "twin" in story.marks:  # entered twice, as an example for the page of duplicates
        original = book.organisations[-1]
        organisation.phone, organisation.address, organisation.postcode = (
            original.phone,
            original.address,
            original.postcode,
        )
    fold_organisation(organisation, _organisation_details(book, organisation, slug))
    book.organisations.append(organisation)
    book.stories[organisation] = story
    book.declarations += [
        FocusDeclaration(
            organisation=organisation,
            focus=focus,
            declared_by=random.choice(("chair", "coordinator", "secretary", "spokesperson")),
            declared_on=city_day(known_since),
        )
        for focus in story.focuses
    ]
    _periods(book, organisation, book.now - timedelta(days=ended[1]) if ended else None)


def _organisation_details(book: Book, organisation: Organisation, slug: str) -> list[OrganisationDetail]:
    """Further phones and pages of some organisations."""
    random = Random(f"details {organisation.name}")
    drawn = [
        ("email", f"events@{slug}.example", ""),
        ("social", f"https://social.example/{slug}", ""),
        ("phone", f"+447700900{book.mobile_numbers[-1]:03}", random.choice(("mobile", "out_of_hours"))),
    ]
    details = [
        OrganisationDetail(owner=organisation, channel=channel, value=value, use=use)
        for channel, value, use in drawn
        if random.random() < 0.25
    ]
    if any(detail.channel == "phone" for detail in details):
        book.mobile_numbers.pop()
    book.details += details
    return details


def _contact_details(book: Book, contact: Contact) -> list[ContactDetail]:
    """A mobile phone beside the landline of every fourth contact."""
    if Random(f"details {contact}").random() > 0.25:
        return []
    number = f"+447700900{book.mobile_numbers.pop():03}"
    details = [ContactDetail(owner=contact, channel="phone", value=number, use="mobile")]
    book.details += details
    return details


def _periods(book: Book, organisation: Organisation, ended: datetime | None) -> None:
    """Add the periods of the organisation: active until `ended`, if it closed or paused."""
    for since, until, status in (
        (organisation.created_at, ended, "active"),
        (ended, None, organisation.status),
    ):
        if since:
            book.periods.append(
                OrganisationPeriod(
                    organisation=organisation,
                    since=since,
                    until=until,
                    status=status,
                    kind=organisation.kind,
                    home_district=organisation.home_district,
                    lead_officer=organisation.lead_officer,
                    deputy_officer=organisation.deputy_officer,
                    cadence_days=organisation.cadence_days,
                    verified_on=organisation.verified_on,
                )
            )


def _contacts(book: Book) -> None:
    """Add contacts: none for some organisations, three for others, and a few independent contacts."""
    used_names: set[tuple[str, str]] = set()
    for organisation in book.organisations:
        story, random = book.stories[organisation], Random(f"contacts {organisation.name}")
        contact_count = random.choices((0, 1, 2, 3), (4, 40, 36, 20))[0] if story.meetings else 1
        contact_count = max(contact_count, 2) if "chair" in story.marks else contact_count
        first_role = FIRST_ROLES.get(organisation.kind, "chair")
        roles = [first_role, *random.sample(sorted(set(ROLES) - {first_role}), 2)]
        for number, role in enumerate(roles[:contact_count]):
            language = organisation.languages[number % len(organisation.languages)]
            contact = _contact(book, random, language, used_names, organisation)
            if "twin" in story.marks:
                same = book.speakers[book.organisations[book.organisations.index(organisation) - 1]][0]
                contact.given_name, contact.family_name = same.given_name, same.family_name
                contact.phone = same.phone
                fold_contact(contact, [detail for detail in book.details if detail.owner == contact])
            _affiliate(book, organisation, contact, role, is_primary=number == 0)
    for number in range(24):
        random = Random(f"alone {number}")
        _contact(book, random, random.choice(("en", "en", "es", "pt", "fr", "ar")), used_names, None)


def _affiliate(
    book: Book, organisation: Organisation, contact: Contact, role: str, *, is_primary: bool
) -> None:
    """Let the contact represent the organisation; a new chair does so from the day in the story."""
    book.speakers.setdefault(organisation, []).append(contact)
    changed = book.stories[organisation].marks.get("chair")
    since, until = organisation.created_at, None
    if changed:
        day = city_day(book.now) - timedelta(days=changed)
        if is_primary:
            since = book.now - timedelta(days=changed)
        elif len(book.speakers[organisation]) == 2:
            role, until = "chair", day
    book.affiliations.append(
        Affiliation(
            contact=contact,
            organisation=organisation,
            role_title=role,
            is_primary=is_primary,
            since=city_day(since),
            until=until,
            told_until=until,
        )
    )


def _contact(
    book: Book,
    random: Random,
    language: str,
    used_names: set[tuple[str, str]],
    organisation: Organisation | None,
) -> Contact:
    given_name, family_name = _name(random, language, used_names)
    since = organisation.created_at if organisation else book.now - timedelta(days=300)
    address = re.sub("[^a-z0-9]+", ".", fold(f"{given_name} {family_name}")).strip(".")
    contact = Contact(
        given_name=given_name,
        family_name=family_name,
        phone=f"+44 114 496 0{book.contact_numbers.pop():03}",
        email="" if random.random() < 0.4 or not address else f"{address}@mail.example",
        preferred_channel=random.choice(("phone", "phone", "message", "email", "in_person", "")),
        languages=organisation.languages[:2] if organisation else [language],
        home_district=organisation.home_district
        if organisation
        else random.choice([district for code, district in book.districts.items() if len(code) <= 2]),
        lawful_basis=settings.DEFAULT_LAWFUL_BASIS,
        purpose=settings.DEFAULT_PURPOSE,
        notice_given_on=city_day(since) if random.random() < 0.8 else None,
        notice_version="1" if random.random() < 0.8 else "",
        review_on=city_day(book.now) + timedelta(days=random.randint(-40, 360)),
        created_at=since,
        updated_at=since,
    )
    fold_contact(contact, _contact_details(book, contact))
    book.contacts.append(contact)
    return contact


def _name(random: Random, language: str, used_names: set[tuple[str, str]]) -> tuple[str, str]:
    """Return an unused name, common in the language if one is left."""
    for name_language in (
        language,
        language,
        language,
        *random.sample(sorted(names.PEOPLE), len(names.PEOPLE)),
        "en",
    ):
        given_names, family_names = names.PEOPLE.get(name_language, names.PEOPLE["en"])
        name = random.choice(given_names), random.choice(family_names)
        if name not in used_names:
            break
    used_names.add(name)
    return name
