"""Demo records of Alderport: districts, staff accounts, organisations and contacts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from contacts.models import Affiliation, Contact, FocusDeclaration, Organisation, OrganisationPeriod
from contacts.services.folding import fold_contact, fold_organisation
from crm.demo import names
from crm.demo.ground import PLACES, outline
from crm.demo.words import EVIDENCE
from districts.models import District, ExpectedCommunity
from lib.days import city_day
from lib.fold import fold

PASSWORD = "prox" + "imity-demo"
# Phone numbers are from the ranges that Ofcom reserves for drama, so nobody answers.

# Days between meetings for six levels of attention. None: never visited.
ATTENTION = (12, 25, 45, 80, 200, None)
CADENCES = (30, 30, 60, 90, 180, None, None)


@dataclass(slots=True)
class Book:
    """Unsaved demo rows, with the lookups that the history needs."""

    now: datetime
    random: Random
    districts: dict[str, District] = field(default_factory=dict)
    areas: dict[str, list[District]] = field(default_factory=dict)
    expected: list[ExpectedCommunity] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    districts_of: list[tuple[User, District]] = field(default_factory=list)
    officers: dict[str, list[User]] = field(default_factory=dict)
    organisations: list[Organisation] = field(default_factory=list)
    attention: dict[Organisation, int | None] = field(default_factory=dict)
    focuses: dict[Organisation, tuple[str, ...]] = field(default_factory=dict)
    declarations: list[FocusDeclaration] = field(default_factory=list)
    periods: list[OrganisationPeriod] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    speakers: dict[Organisation, list[Contact]] = field(default_factory=dict)


def write_book(book: Book) -> None:
    """Fill `book` without saving anything."""
    _districts(book)
    _users(book)
    for number, place in enumerate(PLACES):
        own = names.ORGANISATIONS[number :: len(PLACES)]  # so that each template is used at least once
        others = [template for template in names.ORGANISATIONS if template not in own]
        for template in sorted((*own, *book.random.sample(others, 25 - len(own)))):
            _organisation(book, place.code, *template)
    _contacts(book)


def _districts(book: Book) -> None:
    city = District(code="CITY", name="Alderport", population=sum(p.population for p in PLACES))
    city.lineage = [city.pk]
    book.districts["CITY"] = city
    for place in PLACES:
        boundary = {"type": "MultiPolygon", "coordinates": outline(place.column * 2, place.row * 2, 2)}
        district = District(
            code=place.code, name=place.name, parent=city, population=place.population, boundary=boundary
        )
        district.lineage = [city.pk, district.pk]
        book.districts[place.code] = district
        book.areas[place.code] = []
        for number, name in enumerate(place.parts):
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
        for focus in book.random.sample(sorted(EVIDENCE), 4):
            book.expected.append(
                ExpectedCommunity(
                    district=district, focus=focus, evidence=EVIDENCE[focus], created_at=book.now
                )
            )


def _users(book: Book) -> None:
    known = make_password(PASSWORD)  # once, because hashing is slow on purpose
    signing_in = (
        ("officer.north@demo.example", "Nora Lind", Role.OFFICER, "N"),
        ("officer.south@demo.example", "Sami Ortega", Role.OFFICER, "S"),
        ("supervisor@demo.example", "Sofia Marsh", Role.SUPERVISOR, "NOS"),
        ("supervisor.harbour@demo.example", "Hanno Rebane", Role.SUPERVISOR, "WEH"),
        ("privacy@demo.example", "Paula Weiss", Role.PRIVACY_OFFICER, ""),
        ("admin@demo.example", "Adam Novak", Role.ADMINISTRATOR, ""),
    )
    others = (
        (f"{fold(n).replace(' ', '.')}@demo.example", n, Role.OFFICER, code) for code, n in names.OFFICERS
    )
    for email, name, role, codes in (*signing_in, *others):
        user = User(email=email, name=name, role=role, password=known, time_zone=settings.TIME_ZONE)
        if role == Role.SUPERVISOR:  # a number reserved for fiction
            user.phone = f"+4420794609{len(book.users):02}"
        book.users[email] = user
        for code in codes:
            book.districts_of.append((user, book.districts[code]))
            if role == Role.OFFICER:
                book.officers.setdefault(code, []).append(user)


def _organisation(
    book: Book, code: str, name: str, kind: str, focuses: tuple[str, ...], languages: tuple[str, ...]
) -> None:
    random, district = book.random, book.districts[code]
    area = random.choice(book.areas[code])
    known_since = book.now - timedelta(days=random.randint(60, 900))
    lead, deputy = [*random.sample(book.officers[code], len(book.officers[code])), None, None][:2]
    title = name.format(place=area.name, district=district.name)
    status = random.choices(("active", "dormant", "closed"), (92, 5, 3))[0]
    organisation = Organisation(
        name=title,
        kind=kind,
        summary="",
        home_district=random.choice((district, area)),
        email=f"hello{len(book.organisations)}@{code.lower()}.example",
        phone=f"+44 20 7946 0{random.randint(0, 999):03}" if random.random() < 0.85 else "",
        address=f"{random.randint(1, 180)} {area.name} Street",
        postcode=f"{28000 + 100 * ord(code) % 900 + random.randint(1, 40)}",
        languages=list(languages),
        lead_officer=lead if random.random() < 0.9 else None,
        deputy_officer=deputy if random.random() < 0.5 else None,
        cadence_days=random.choice(CADENCES),
        status=status,
        is_reporting_centre=kind in {"ngo", "victim_support", "lgbt_organisation"} and random.random() < 0.3,
        verified_on=city_day(known_since + timedelta(days=30)) if random.random() < 0.7 else None,
        created_at=known_since,
        updated_at=known_since,
    )
    fold_organisation(organisation)
    book.organisations.append(organisation)
    book.attention[organisation] = random.choices(ATTENTION, (10, 25, 30, 20, 10, 5))[0]
    book.focuses[organisation] = focuses
    for focus in focuses:
        book.declarations.append(
            FocusDeclaration(
                organisation=organisation,
                focus=focus,
                declared_by=random.choice(names.ROLES),
                declared_on=city_day(known_since),
            )
        )
    book.periods.append(
        OrganisationPeriod(
            organisation=organisation,
            since=known_since,
            status=status,
            home_district=organisation.home_district,
            lead_officer=organisation.lead_officer,
            deputy_officer=organisation.deputy_officer,
            cadence_days=organisation.cadence_days,
            verified_on=organisation.verified_on,
        )
    )


def _contacts(book: Book) -> None:
    """Add contacts: none for some organisations, three for others, and a few independent contacts."""
    random, today = book.random, city_day(book.now)
    alone = [None] * 24
    for organisation in [*book.organisations, *alone]:
        for number in range(random.choices((0, 1, 2, 3), (5, 40, 35, 20))[0] if organisation else 1):
            given, family = random.choice(names.GIVEN), random.choice(names.FAMILY)
            since = organisation.created_at if organisation else book.now - timedelta(days=300)
            contact = Contact(
                given_name=given,
                family_name=family,
                phone=f"+44 114 496 0{random.randint(0, 999):03}",
                email="" if random.random() < 0.4 else f"contact{len(book.contacts)}@mail.example",
                preferred_channel=random.choice(("phone", "phone", "message", "email", "in_person", "")),
                languages=organisation.languages[:2] if organisation else ["en"],
                home_district=organisation.home_district
                if organisation
                else random.choice(list(book.districts.values())),
                lawful_basis=settings.DEFAULT_LAWFUL_BASIS,
                purpose=settings.DEFAULT_PURPOSE,
                notice_given_on=city_day(since) if random.random() < 0.8 else None,
                notice_version="1" if random.random() < 0.8 else "",
                review_on=today + timedelta(days=random.randint(-40, 360)),
                created_at=since,
                updated_at=since,
            )
            fold_contact(contact)
            book.contacts.append(contact)
            if organisation:
                book.speakers.setdefault(organisation, []).append(contact)
                book.affiliations.append(
                    Affiliation(
                        contact=contact,
                        organisation=organisation,
                        role_title=random.choice(names.ROLES),
                        is_primary=number == 0,
                        since=city_day(since),
                    )
                )
