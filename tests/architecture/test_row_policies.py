"""PostgreSQL's policies say what `visible_to` says: for random actors, and for rows of a random city."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.utils import ProgrammingError
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import DutyShift, Role, ShiftDistrict, User
from api.models import ApiKey
from api.queries.actors import actor_for_key
from contacts.models import Affiliation, Contact, Organisation
from districts.models import District
from districts.services.districts import remove_district
from incidents.models import Debrief, ExclusionRequest, Incident, IncidentStep
from lib.candidates import with_one_of
from lib.days import city_today
from lib.row_context import Opened, acting_as, opened
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from reminders.models import Reminder
from reminders.services.reminders import refresh_for_user
from tests.examples import examples
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.incidents.making import make_protocol

ACTORS: Final = examples(200)
NOUNS: Final[tuple[Any, ...]] = (
    *(Organisation, Contact, Meeting, FollowUp, Concern),
    *(Incident, ExclusionRequest),
)
# Tables that name a district, or a row of a noun, and have no policy; and why.
WITHOUT: Final = {
    # Links between two others: IDs, dates and presence. Policies ask some of them.
    **dict.fromkeys(
        (
            "contacts_organisation_also_in",
            "meetings_meeting_officers",
            "meetings_meetingorganisation",
            "meetings_meetingcontact",
            "meetings_followuporganisation",
            "meetings_concern_near",
            "incidents_incident_also_in",
            "incidents_protocolagreement",
            "incidents_incident_excluded",
            "incidents_debrief_actions",
            "incidents_tensionassessment_consulted",
            "publishing_publicentry_concerns",
            "plans_partner",
            "plans_evidence",
            "practices_takeaway",
        ),
        "a link",
    ),
    # About districts and colleagues, whom all colleagues see.
    **dict.fromkeys(
        (
            "districts_district",
            "districts_district_succeeds",
            "districts_expectedcommunity",
            "districts_periodnote",
            "accounts_user_districts",
            "accounts_shiftdistrict",
            "accounts_pendingact_districts",
            "api_apikey_districts",
            "incidents_protocol",
            "publishing_publicdistrict",
            "publishing_reportingroute",
            "plans_plan",
            "plans_indicator",
            "practices_adoption",
        ),
        "about a district",
    ),
    "reviews_review": "numbers of a district, which tests compare with `visible_to`",
    **dict.fromkeys(
        ("plans_planreview", "plans_planvoice"),
        "said for a plan, which all see who cover a part of its district",
    ),
    "reviews_subscription": "who gets the numbers of a district by email",
    "accounts_savedview": "filters, which `visible_to` shows to colleagues of a district",
    "exchange_savedmapping": "what the columns of a file mean",
    "jobs_jobfile": "a file of its requester, who asks again for the districts in it",
    **dict.fromkeys(("audit_event", "audit_change"), "IDs and reasons; written by all, read by `visible_to`"),
}


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(16)


@pytest.fixture(scope="module")
def city(guarded_db: None, chance: random.Random) -> list[District]:
    """Districts in three levels, and rows that some see because of each part of each rule."""
    top = make_district()
    parts = [make_district(parent=top) for _ in range(3)]
    districts = [top, *parts, *(make_district(parent=parent) for parent in parts for _ in range(2))]

    def some(rows: list[Any], most: int) -> list[Any]:
        return chance.sample(rows, chance.randint(0, most))

    officers = [make_officer(*some(districts, 2)) for _ in range(6)]
    organisations = [
        make_organisation(chance.choice(districts), also_in=some(districts, 2)) for _ in range(30)
    ]
    today = city_today()
    for _ in range(40):
        contact = make_contact(chance.choice(districts), *some(organisations, 3))
        contact.is_restricted = chance.random() < 0.2
        contact.save()
        for role in contact.affiliations.all():
            role.until = chance.choice([None, today - timedelta(1), today, today + timedelta(1)])
            role.save()
    make_meetings(chance, districts, organisations, officers)
    return districts


def make_meetings(chance: random.Random, districts: Any, organisations: Any, officers: Any) -> None:
    protocol = make_protocol()
    now = timezone.now()
    for _ in range(40):
        held = make_meeting(chance.choice(districts), *chance.sample(organisations, chance.randint(0, 2)))
        owed = FollowUp.objects.create(
            title="Call", kind=chance.choice(["call_back", "try_out"]), due_on=city_today(),
            first_due_on=city_today(), owner=chance.choice(officers), meeting=chance.choice([held, None]),
        )  # fmt: skip
        FollowUpOrganisation.objects.bulk_create(
            FollowUpOrganisation(follow_up=owed, organisation=one)
            for one in chance.sample(organisations, chance.randint(0, 2))
        )
        Concern.objects.create(kinds=["other"], received_at=now, district=chance.choice(districts))
        incident = Incident.objects.create(
            protocol=protocol, district=chance.choice(districts), started_at=now
        )
        incident.also_in.set(chance.sample(districts, chance.randint(0, 2)))
        incident.excluded.set(chance.sample(officers, chance.randint(0, 2)))
        ExclusionRequest.objects.create(
            incident=incident, district=incident.district, user=chance.choice(officers)
        )


def random_actor(chance: random.Random, districts: list[District]) -> Actor:
    own = chance.sample(districts, chance.randint(0, 3))
    kind = chance.choice(["user", "user", "colleague", "shift", "key"])
    if kind == "key":
        key = ApiKey.objects.create(
            name="A tool", source=f"tool-{ApiKey.objects.count()}", purpose="tests",
            scopes=["organisations:read"], status="active",
            is_citywide=not own, expires_at=timezone.now() + timedelta(1),
        )  # fmt: skip
        key.districts.set(own)
        return actor_for_key(key)
    if kind == "colleague":  # somebody whom rows name: as owner, or as excluded
        return actor_for(chance.choice(list(User.objects.with_role(Role.OFFICER).order_by("pk"))))
    user = make_user(chance.choice(Role.values), *own, is_active=chance.random() < 0.9)
    if kind == "shift" and user.role == Role.OFFICER:
        begun = timezone.now() - timedelta(hours=chance.choice([1, 13]))
        shift = DutyShift.objects.create(
            user=user, reason="event", starts_at=begun, ends_at=begun + timedelta(hours=12)
        )
        for district in chance.sample(districts, chance.randint(1, 3)):
            since = begun + timedelta(minutes=chance.choice([0, 90]))
            ShiftDistrict.objects.create(shift=shift, district=district, since=since, added_by=user)
    return actor_for(user)


def ids(rows: models.QuerySet[Any]) -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def test_an_actor_reads_exactly_what_visible_to_says(city: list[District], chance: random.Random) -> None:
    seen, read = 0, 0
    for _ in range(ACTORS):
        actor = random_actor(chance, city)
        for model in NOUNS:
            right = ids(model.objects.visible_to(actor))  # as the system, whom no policy stops
            with acting_as(actor):
                found = ids(model.objects.all())
            assert found == right, (model, actor)
            if model is FollowUp:
                with_meeting = FollowUp.objects.takeaways().filter(
                    meeting__in=Meeting.objects.visible_to(actor)
                )
                assert ids(with_meeting) <= found, actor
            seen, read = seen + len(found), read + model.objects.count()
    assert 0.1 < seen / read < 0.9  # neither everybody nor nobody saw everything


def test_roles_of_a_restricted_contact_are_hidden_with_it(city: list[District]) -> None:
    contact = make_contact(city[1], make_organisation(city[1]))
    officer, privacy_officer = make_officer(city[1]), make_user(Role.PRIVACY_OFFICER)

    def seen() -> list[int]:
        counts = []
        for user in (officer, privacy_officer):
            with acting_as(actor_for(user)):
                counts.append(Affiliation.objects.filter(contact=contact).count())
        return counts

    assert seen() == [1, 1]
    Contact.objects.filter(pk=contact.pk).update(is_restricted=True)
    assert seen() == [0, 1]


def test_coverage_follows_whatever_changes_it(city: list[District]) -> None:
    officer = make_officer(city[1])

    def sees() -> list[bool]:
        with acting_as(actor_for(officer)):
            return [Organisation.objects.filter(pk=one.pk).exists() for one in (here, there)]

    here, there = make_organisation(city[1]), make_organisation(city[2])
    assert sees() == [True, False]
    officer.districts.set([city[2]])
    assert sees() == [False, True]
    District.objects.filter(pk=city[2].pk).update(lineage=[city[0].pk, city[1].pk, city[2].pk])
    officer.districts.set([city[1]])
    assert sees() == [True, True]
    District.objects.filter(pk=city[2].pk).update(lineage=[city[0].pk, city[2].pk])
    assert sees() == [True, False]
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert sees() == [False, False]


def test_nobody_writes_what_they_do_not_see(city: list[District]) -> None:
    actor, there = actor_for(make_officer(city[1])), make_organisation(city[2])
    here = make_organisation(city[1])
    with acting_as(actor):
        assert Organisation.objects.filter(pk=here.pk).update(summary="Ours") == 1
        assert Organisation.objects.filter(pk=there.pk).update(summary="Ours") == 0
        assert Organisation.objects.filter(pk=there.pk).delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            Organisation.objects.filter(pk=here.pk).update(home_district=city[2])
        with opened(Opened.WRITER):
            assert Organisation.objects.filter(pk=here.pk).update(home_district=city[2]) == 1
        assert not Organisation.objects.filter(pk=here.pk).exists()
    with acting_as(Actor(kind="user")):
        assert not any(model.objects.exists() for model in NOUNS)
    with acting_as(SYSTEM):
        assert Affiliation.objects.exists()


def test_a_district_with_records_that_its_administrator_does_not_see_stays(city: list[District]) -> None:
    used, unused = make_district(), make_district()
    make_organisation(used)
    admin = actor_for(make_user("administrator"))
    with acting_as(admin):
        with pytest.raises(ValidationError, match="is in use"):
            remove_district(actor=admin, district_id=used.pk, version=used.version)
        remove_district(actor=admin, district_id=unused.pk, version=unused.version)
    assert District.objects.filter(pk__in=[used.pk, unused.pk]).get() == used


def test_an_administrator_who_changes_a_user_takes_no_reminder_away(city: list[District]) -> None:
    officer = make_officer(city[1])
    in_a_week = city_today() + timedelta(7)
    FollowUp.objects.create(
        title="Call", kind="call_back", due_on=in_a_week, first_due_on=in_a_week, owner=officer
    )
    waiting = Reminder.objects.waiting().filter(recipient=officer)
    refresh_for_user(officer.pk)
    before = waiting.count()
    with acting_as(actor_for(make_user("administrator"))):
        refresh_for_user(officer.pk)
    assert waiting.count() == before > 0


def test_a_search_knows_only_ids_of_rows_that_the_actor_sees(city: list[District]) -> None:
    actor = actor_for(make_officer(city[1]))
    here, there = (make_organisation(district, name="Choir of Quince") for district in (city[1], city[2]))

    def candidates() -> set[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT context_candidates('contacts_organisation', '{%quince%}', '{qince}', '{}')"
            )
            return {pk for (pk,) in cursor.fetchall()}

    assert candidates() == {here.pk, there.pk}
    with acting_as(actor):
        assert candidates() == {here.pk}
    with acting_as(Actor(kind="user")):
        assert candidates() == set()


def test_the_next_meetings_of_a_user_are_those_that_the_actor_sees(city: list[District]) -> None:
    officer, elsewhere = make_officer(city[1]), make_officer(city[2])
    now = timezone.now()
    here, there, past, _of_another, _held = (
        make_meeting(officers=[whose], starts_at=now + timedelta(hours=hours), status=status, district=place)
        for whose, hours, status, place in (
            (officer, 2, "planned", city[1]),
            (officer, 3, "planned", city[2]),
            (officer, -2, "planned", city[1]),
            (elsewhere, 2, "planned", city[1]),
            (officer, 2, "held", city[1]),
        )
    )
    ends = {False: (now, now + timedelta(days=1)), True: (now - timedelta(days=1), now)}

    def next_of_officer(*, latest_first: bool = False) -> list[Any]:
        rows = Meeting.objects.all()
        return list(rows.next_of(officer.pk, *ends[latest_first], 5, latest_first=latest_first))

    assert next_of_officer() == [here, there]
    with acting_as(actor_for(officer)):
        assert next_of_officer() == [here]
        assert next_of_officer(latest_first=True) == [past]
    with acting_as(actor_for(elsewhere)):
        assert next_of_officer() == [there]
    with acting_as(Actor(kind="user")):
        assert next_of_officer() == []


def about_rows() -> Iterator[str]:
    """Tables that refer to a row of a noun or to a district, or list districts."""
    named = {model._meta.label for model in (*NOUNS, District, IncidentStep, Debrief)}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            related = field.related_model and field.related_model._meta.label
            if related in named or field.name == "district_ids":
                yield model._meta.db_table


def test_every_table_about_a_row_or_a_district_has_a_policy_or_a_reason(guarded_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity AND polname = 'rows_in_context'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
    assert {*(model._meta.db_table for model in NOUNS), *about_rows()} - guarded == set(WITHOUT)


def test_a_policy_that_asks_for_a_parent_names_a_column_of_its_own_table(guarded_db: None) -> None:
    """A column without its table can be one of the parent: then the policy shows no row, or each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, qual FROM pg_policies WHERE qual LIKE '% parent%WHERE%'")
        asking = dict(cursor.fetchall())
    assert len(asking) > 20
    assert {
        table for table, qual in asking.items() if not re.search(rf"\(parent\.id = {table}\.\w+\)", qual)
    } == set()


def test_a_search_asks_for_candidates_of_tables_with_a_policy_alone(guarded_db: None) -> None:
    """The database names none of another table, so such a search would find nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies")
        guarded = {table for (table,) in cursor.fetchall()}
    by_words = [model for model in apps.get_models() if any(f.name == "folded" for f in model._meta.fields)]
    assert {model._meta.db_table for model in by_words} - guarded  # such as the library of practices
    for model in by_words:
        sql, _parameters = with_one_of(model._base_manager.all(), ["visit"], []).query.sql_with_params()
        assert ("context_candidates" in sql) == (model._meta.db_table in guarded), model
