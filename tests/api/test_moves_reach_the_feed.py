"""The change feed reports every way in which a row becomes visible in another district."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Change
from contacts.merging.services import merge_contacts, merge_organisations, undo_merge
from contacts.models import Affiliation, Contact, Organisation
from contacts.services.contacts import edit_contact, erase_contact
from contacts.services.ended_roles import record_ended_roles
from contacts.services.organisations import edit_organisation
from districts.models import District
from exchange.imports.mapping import load_mapping
from exchange.imports.register import import_organisations
from lib.days import city_today, day_starts_at
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.services.follow_ups import edit_follow_up
from meetings.services.meetings import edit_meeting, erase_meetings
from tests.api.copies import Copy
from tests.exchange.test_undo_imports import bring, undo
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)


@pytest.fixture(autouse=True)
def committed(committed_db: None) -> None:
    """Commit and number the rows."""


def with_all(organisation: Organisation, district: District) -> Organisation:
    """Create a contact, a meeting with a takeaway and a follow-up of the organisation, all in `district`."""
    make_contact(district, organisation)
    taken_home(make_meeting(district, organisation))
    promise = FollowUp.objects.create(
        title="Call back", kind="call_back", owner=make_officer(district), due_on="2026-12-01",
        first_due_on="2026-12-01",
    )  # fmt: skip
    FollowUpOrganisation.objects.create(follow_up=promise, organisation=organisation)
    return organisation


def taken_home(meeting: Meeting) -> FollowUp:
    """A takeaway, whose owner works elsewhere."""
    owner = make_officer(make_district())
    days = {"due_on": "2026-12-01", "first_due_on": "2026-12-01"}
    return FollowUp.objects.create(title="Try visits", kind="try_out", owner=owner, meeting=meeting, **days)


def check(copies: list[Copy]) -> list[list[dict[str, Any]]]:
    told = [copy.follow() for copy in copies]
    assert [copy.is_true() for copy in copies] == [True] * len(copies)
    return told


REGISTER = "id;Nombre;Distrito\n1;Casa Roma;{district}\n"
MAPPING = """
source = "register"
identify = ["id"]

[fields]
name = ["Nombre"]
kind = { value = "ngo" }
home_district = ["Distrito"]
"""


def bring_in(district: District) -> None:
    text = REGISTER.format(district=district.code).encode()
    import_organisations(actor=SYSTEM, file=BytesIO(text), mapping=load_mapping(MAPPING))


@pytest.mark.parametrize("how", ["home_district", "also_in"])
def test_an_edit_that_shows_an_organisation_elsewhere_takes_what_belongs_to_it_along(how: str) -> None:
    north, south, east = make_district(), make_district(), make_district()
    row = with_all(make_organisation(north), east)
    copies = [Copy(north), Copy(south)]
    there: dict[str, Any] = {"home_district": south} if how == "home_district" else {"also_in": [south]}
    back: dict[str, Any] = {"home_district": north} if how == "home_district" else {"also_in": []}
    for fields, op in ((there, "updated"), (back, "out_of_scope")):
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, **fields)
        _north, told = check(copies)
        came_or_left = {one["type"] for one in told if one["op"] == op}
        assert {"organisations", "contacts"} <= came_or_left


def test_an_import_that_moves_an_organisation_takes_what_belongs_to_it_along() -> None:
    north, south = make_district(), make_district()
    bring_in(north)
    with_all(Organisation.objects.get(), south)
    copies = [Copy(north), Copy(south)]
    bring_in(south)
    left, _came = check(copies)
    assert {(row["type"], row["op"]) for row in left} == {
        (name, "out_of_scope") for name in ("organisations", "contacts", "meetings", "follow-ups")
    }


def test_an_undo_of_an_import_that_moved_an_organisation_takes_it_back() -> None:
    north, south = make_district(code="N1"), make_district(code="N2")
    user = make_user("supervisor", north, south)
    rows = "Nombre;Tipo;Distrito;Número\nCasa Roma;ngo;{};7\n"
    bring(user, rows.format("N1"))
    with_all(Organisation.objects.get(), south)
    copies = [Copy(north), Copy(south)]
    moved = bring(user, rows.format("N2"))
    assert Organisation.objects.get().home_district == south
    check(copies)
    assert undo(user, moved) == "undone"
    assert Organisation.objects.get().home_district == north
    assert [len(told) for told in check(copies)] == [5, 5]


def test_a_merge_that_moves_the_kept_one_and_its_undo_take_everything_along() -> None:
    north, south, east = make_district(), make_district(), make_district()
    kept = with_all(make_organisation(north), east)
    gone = with_all(make_organisation(south), east)
    copies = [Copy(north), Copy(south), Copy(east)]
    versions = {row.pk: Organisation.objects.get(pk=row.pk).version for row in (kept, gone)}
    merge = merge_organisations(
        actor=SYSTEM, kept_id=kept.pk, versions=versions, choices={"home_district": gone.pk}
    )
    kept.refresh_from_db()
    assert kept.home_district == south
    check(copies)
    undo_merge(actor=SYSTEM, merge_id=merge.pk)
    check(copies)


def test_a_merge_of_people_tells_everybody_who_sees_what_names_them() -> None:
    north, south, east = make_district(), make_district(), make_district()
    theirs = make_organisation(east)
    kept, gone = make_contact(north), make_contact(south, theirs)
    for contact in (kept, gone):
        promise = FollowUp.objects.create(
            title="Call back", kind="call_back", owner=make_officer(east), due_on="2026-12-01",
            first_due_on="2026-12-01", contact=contact,
        )  # fmt: skip
        FollowUpOrganisation.objects.create(follow_up=promise, organisation=theirs)
    copies = [Copy(north), Copy(south), Copy(east)]
    merge = merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, gone.pk: 1})
    check(copies)
    undo_merge(actor=SYSTEM, merge_id=merge.pk)
    check(copies)


def ending(until: date, district: District, organisation: Organisation) -> Contact:
    contact = make_contact(district, organisation)
    Affiliation.objects.filter(contact=contact).update(until=until)
    return contact


def as_time_goes_by(days: int) -> None:
    """Shift all rows so that `days` days have passed."""
    for pk, until in Affiliation.objects.filter(until__isnull=False).values_list("pk", "until"):
        if until:
            Affiliation.objects.filter(pk=pk).update(until=until - timedelta(days=days))


def test_a_role_that_ends_by_its_date_is_told_once_even_days_later() -> None:
    north, south = make_district(), make_district()
    known = make_organisation(north)
    leaving = ending(city_today() + timedelta(days=1), south, known)
    staying = ending(city_today() + timedelta(days=9), south, known)
    copies = [Copy(north), Copy(south)]
    assert record_ended_roles() == 0
    as_time_goes_by(days=4)
    assert not copies[0].is_true()
    assert (record_ended_roles(), record_ended_roles()) == (1, 0)
    told, home = check(copies)
    assert [(row["id"], row["op"]) for row in told] == [(str(leaving.pk), "out_of_scope")]
    assert home == [] and ("contacts", staying.pk) in copies[0].rows


def test_a_day_of_the_city_ends_a_role_not_a_day_of_utc(settings: Any, monkeypatch: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    north = make_district()
    ending(date(2026, 11, 27), make_district(), make_organisation(north))
    midnight = day_starts_at(date(2026, 11, 27))
    for moment, count in ((midnight - timedelta(seconds=1), 0), (midnight, 1)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert record_ended_roles() == count


@pytest.mark.parametrize("how", ["moved", "dropped", "erased", "merged"])
def test_what_happens_between_the_day_and_its_telling_is_told_where_the_person_was(how: str) -> None:
    north, south = make_district(), make_district()
    known = make_organisation(north)
    contact = ending(city_today(), south, known)
    other = make_contact(south)
    copies = [Copy(north), Copy(south)]
    copies[0].rows["contacts", contact.pk] = 1  # as on the day before
    do: dict[str, Callable[[], object]] = {
        "moved": lambda: edit_organisation(actor=SYSTEM, organisation_id=known.pk, home_district=south),
        "dropped": lambda: edit_contact(actor=SYSTEM, contact_id=contact.pk, affiliations=[]),
        "erased": lambda: erase_contact(actor=SYSTEM, contact_id=contact.pk),
        "merged": lambda: merge_contacts(
            actor=SYSTEM, kept_id=other.pk, versions={other.pk: 1, contact.pk: 1}
        ),
    }
    do[how]()
    check(copies)
    record_ended_roles()
    check(copies)


def test_an_end_that_somebody_writes_is_told_by_that_edit_alone() -> None:
    north, south = make_district(), make_district()
    known = make_organisation(north)
    contact = make_contact(south, known)
    copies = [Copy(north), Copy(south)]
    rows = [{"organisation": known, "role_title": "coordinator", "until": city_today()}]
    edit_contact(actor=SYSTEM, contact_id=contact.pk, affiliations=rows)
    check(copies)
    before = Change.objects.count()
    assert record_ended_roles() == 0
    rows[0]["id"] = Affiliation.objects.get().pk
    rows[0]["until"] = city_today() + timedelta(days=3)  # it ends later than planned
    edit_contact(actor=SYSTEM, contact_id=contact.pk, affiliations=rows)
    check(copies)
    as_time_goes_by(days=4)
    assert record_ended_roles() == 1
    check(copies)
    assert Change.objects.count() == before + 2


def follow_up(to: Organisation, **fields: Any) -> FollowUp:
    promise: FollowUp = FollowUp.objects.create(
        title="Call back", kind="call_back", owner=make_officer(to.home_district), due_on="2026-12-01",
        first_due_on="2026-12-01", **fields,
    )  # fmt: skip
    FollowUpOrganisation.objects.create(follow_up=promise, organisation=to)
    return promise


@pytest.mark.parametrize("how", ["home_district", "also_in"])
def test_what_names_a_moved_organisation_is_told_to_who_comes_or_ceases_to_see_it(how: str) -> None:
    """Concerns, follow-ups and meetings that stay visible show the visible part of the organisation."""
    north, south = make_district(), make_district()
    row, here = make_organisation(north), make_organisation(south)
    person, meeting = make_contact(make_district(), row), make_meeting(north, row)
    received: dict[str, Any] = {"kinds": ["tension"], "district": south, "received_at": timezone.now()}
    naming: dict[str, list[Any]] = {
        "concerns": [
            Concern.objects.create(**received, site_organisation=row),
            Concern.objects.create(**received, raised_by_organisation=row),
            Concern.objects.create(**received),
        ],
        "follow-ups": [follow_up(here, contact=person), follow_up(here)],
        "meetings": [make_meeting(south, here), make_meeting(south, here)],
    }
    if how == "home_district":  # meetings are not visible in further districts of their organisation
        naming["concerns"].insert(0, Concern.objects.create(**received, meeting=meeting))
        naming["follow-ups"].insert(0, follow_up(here, meeting=meeting))
    naming["meetings"][0].contact_links.create(contact=person, attendance="attended")
    there: dict[str, Any] = {"home_district": south} if how == "home_district" else {"also_in": [south]}
    back: dict[str, Any] = {"home_district": north} if how == "home_district" else {"also_in": []}
    elsewhere, copy = Copy(make_district()), Copy(south)

    def says(name: str, one: Any) -> str:
        return str(copy.tool.get(f"/{name}/{one.pk}/").content)

    for fields in (there, back):
        before = {one.pk: says(name, one) for name, rows in naming.items() for one in rows}
        edit_organisation(actor=SYSTEM, organisation_id=row.pk, **fields)
        unseen, told = check([elsewhere, copy])
        assert unseen == []
        ids = {one["id"] for one in told if one["op"] == "updated"}
        for name, rows in naming.items():
            for one in rows:
                is_other = says(name, one) != before[one.pk]
                assert is_other == (one is not rows[-1]), (name, how)
                assert (str(one.pk) in ids) == is_other, (name, how)


def test_a_takeaway_comes_and_leaves_with_its_meeting() -> None:
    north, south, east = make_district(), make_district(), make_district()
    meeting, theirs = make_meeting(north), make_organisation(east)
    row = taken_home(meeting)
    copies = [Copy(one) for one in (north, south, east)]

    def edit(**fields: Any) -> None:
        edit_meeting(actor=SYSTEM, meeting_id=meeting.pk, **fields)

    def told_of_it() -> list[set[str]]:
        return [{one["op"] for one in told if one["id"] == str(row.pk)} for told in check(copies)]

    left, came, nothing = {"out_of_scope"}, {"updated"}, set[str]()
    edit(district=south)
    assert told_of_it() == [left, came, nothing]
    edit(organisations=[{"organisation": theirs, "present": True}])
    assert told_of_it() == [nothing, came, came]
    edit(organisations=[])
    assert told_of_it() == [nothing, came, left]
    edit(subject="Workshop on visits")
    assert told_of_it() == [nothing, nothing, nothing]
    for kind, op in (("other", left), ("try_out", came)):
        edit_follow_up(actor=SYSTEM, follow_up_id=row.pk, kind=kind)
        assert told_of_it() == [nothing, op, nothing]
    erase_meetings(SYSTEM, [Meeting.objects.get()])
    assert told_of_it() == [nothing, left, nothing]
