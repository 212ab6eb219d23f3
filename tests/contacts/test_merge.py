"""Merging two rows loses nothing and can be undone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Change, Event
from contacts.merging import relations
from contacts.merging.choices import TOGETHER, differing_choices
from contacts.merging.services import delete_expired_memory, merge_contacts, merge_organisations, undo_merge
from contacts.models import (
    Affiliation,
    Contact,
    ImportedFields,
    Merge,
    Organisation,
    OrganisationPeriod,
    PrivateChannel,
)
from contacts.services.contacts import edit_contact
from contacts.services.organisations import edit_organisation
from contacts.services.rectifications import rectify_contact
from contacts.services.restrictions import set_restricted
from lib.conflicts import StaleVersion
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    Meeting,
    MeetingContact,
    MeetingOrganisation,
)
from privacy.services.erasure_job import erase_at_once
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)

pytestmark = pytest.mark.django_db


def merge(actor: Any, kept: Organisation, *gone: Organisation, **choices: Any) -> Merge:
    return merge_organisations(
        actor=actor,
        kept_id=kept.pk,
        versions={row.pk: row.version for row in (kept, *gone)},
        choices=choices,
    )


def everything(*models: Any) -> dict[str, list[Any]]:
    """Return all rows that a merge may change, without columns that the undo changes."""
    tables = [
        Organisation,
        Contact,
        *(rel.related_model for model in (Organisation, Contact) for rel in relations.relations(model)),
        Meeting,
        Concern,
        FollowUp,
    ]
    rows: dict[str, list[Any]] = {}
    for model in tables:
        linked = [field.name for field in model._meta.many_to_many]
        found = relations.as_json_rows(model._base_manager.order_by("pk").prefetch_related(*linked))
        for row in found:
            row["fields"].pop("version", None)
            row["fields"].pop("revision", None)
            row["fields"].pop("updated_at", None)
            for name in ("also_in", "near"):
                row["fields"].get(name, []).sort()
            if model._meta.auto_created:
                row["pk"] = None
        rows[model._meta.label] = sorted(found, key=str)
    return rows


def a_busy_pair() -> tuple[Organisation, Organisation]:
    """Create two organisations with a row in every relation, some with the same target."""
    north, south = make_district(), make_district()
    said = {"declared_by": "the chair", "declared_on": date(2026, 1, 1)}
    kept = make_organisation(
        north,
        name="Casa Roma",
        focuses=[{"focus": "roma", **said}],
        external_ids=[{"source": "a", "external_id": "1"}],
    )
    gone = make_organisation(
        south,
        name="Casa Romaní",
        also_in=[north],
        summary="Meets on Mondays.",
        email="casa@roma.example",
        focuses=[{"focus": "roma", **said}, {"focus": "women", **said}],
        external_ids=[{"source": "a", "external_id": "2"}],
    )
    OrganisationPeriod.objects.filter(organisation=gone).update(since=timezone.now() - timedelta(days=400))
    ImportedFields.objects.create(organisation=gone, source="a", fingerprints={"name": "x"})
    both = make_contact(north, kept, gone)
    only = make_contact(south, gone)
    kept.affiliations.filter(contact=both).update(is_primary=True)
    gone.affiliations.filter(contact=only).update(is_primary=True)
    make_meeting(north, kept)
    make_meeting(south, gone)
    there = make_meeting(south, kept, gone)
    MeetingOrganisation.objects.filter(meeting=there, organisation=kept).update(present=False)
    promise = FollowUp.objects.create(
        title="Call",
        kind="call_back",
        owner=make_officer(south),
        due_on=date(2026, 12, 1),
        first_due_on=date(2026, 12, 1),
    )
    FollowUpOrganisation.objects.create(follow_up=promise, organisation=gone)
    Concern.objects.create(
        kinds=["threat"],
        received_at=timezone.now(),
        district=south,
        facts="x",
        site_organisation=gone,
        raised_by_organisation=gone,
    )
    for row in (kept, gone):
        row.refresh_from_db()
    return kept, gone


def test_every_field_is_chosen_by_somebody() -> None:
    """A new field must be added to a group of fields that are chosen together."""
    for model in (Organisation, Contact):
        chosen = {name for names in TOGETHER[model] for name in names}
        names = {column.name for column in model._meta.concrete_fields if column.editable}
        assert names - {"withdrawn_on"} <= chosen  # contacts who opted out are never merged


def test_every_relation_is_known_and_those_that_exclude_each_other_have_a_hand() -> None:
    names = {
        rel.related_model._meta.label
        for model in (Organisation, Contact)
        for rel in relations.relations(model)
    }
    assert names >= {
        "contacts.Affiliation",
        "contacts.ContactExternalId",
        "contacts.FocusDeclaration",
        "contacts.ImportedFields",
        "contacts.OrganisationExternalId",
        "contacts.OrganisationPeriod",
        "contacts.Organisation_also_in",
        "contacts.PrivateChannel",
        "meetings.Concern",
        "meetings.FollowUp",
        "meetings.FollowUpOrganisation",
        "meetings.MeetingContact",
        "meetings.MeetingOrganisation",
    }
    for model in (Organisation, Contact):
        for relation in relations.relations(model):
            assert (
                not relations.needs_own_merger(relation.related_model)
                or relation.related_model in relations.MERGERS
            )


def test_all_that_was_known_of_both_is_known_of_one() -> None:
    kept, gone = a_busy_pair()
    merge(SYSTEM, kept, gone)
    assert not Organisation.objects.filter(pk=gone.pk).exists()
    kept.refresh_from_db()
    assert (kept.name, kept.summary, kept.email) == ("Casa Roma", "Meets on Mondays.", "casa@roma.example")
    assert kept.also_in.get().pk == gone.home_district_id
    assert sorted(kept.focus_declarations.values_list("focus", flat=True)) == ["roma", "women"]
    assert sorted(kept.external_ids.values_list("external_id", flat=True)) == ["1", "2"]
    assert kept.affiliations.count() == 2
    assert kept.affiliations.filter(is_primary=True).count() == 1
    links = MeetingOrganisation.objects.filter(organisation=kept)
    assert links.count() == 3
    assert links.filter(present=False).count() == 0
    assert kept.follow_ups.count() == 1
    assert Concern.objects.filter(site_organisation=kept, raised_by_organisation=kept).count() == 1
    assert kept.periods.filter(until__isnull=True).count() == 1
    assert kept.periods.filter(home_district_id=gone.home_district_id).count() == 1


@pytest.mark.parametrize("home", ["kept", "gone"])
def test_both_districts_go_on_seeing_it_wherever_its_home_is(home: str) -> None:
    north, south = make_district(), make_district()
    rows = {"kept": make_organisation(north), "gone": make_organisation(south)}
    merge(SYSTEM, rows["kept"], rows["gone"], home_district=rows[home].pk)
    left = Organisation.objects.get()
    assert left.home_district == rows[home].home_district
    for district in (north, south):
        assert Organisation.objects.visible_to(make_actor(district)).get() == left
    assert not left.also_in.filter(pk=left.home_district_id).exists()


def test_the_trail_names_both_and_the_feed_says_into_which() -> None:
    kept, gone = a_busy_pair()
    merge(SYSTEM, kept, gone)
    event = Event.objects.filter(action="merge").latest("at")
    assert set(event.object_ids) == {kept.pk, gone.pk}
    change = Change.objects.get(object_id=gone.pk, op="merged")
    assert (change.into_id, change.version) == (kept.pk, gone.version + 1)
    # Two officers met the merged organisation. Meetings of the kept one become visible in the south too.
    assert Change.objects.filter(event__request_id="", object_type="meeting", op="updated").count() == 3
    assert Change.objects.filter(object_type="follow_up", op="updated").count() == 1
    assert Change.objects.filter(object_type="contact", op="updated").count() == 2
    assert Merge.objects.heir_of("organisation", gone.pk) == kept.pk


def test_taking_it_back_leaves_everything_as_it_was() -> None:
    kept, gone = a_busy_pair()
    before = everything()
    done = merge(SYSTEM, kept, gone, name=gone.pk, home_district=gone.pk)
    assert everything() != before
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before
    assert Organisation.objects.get(pk=gone.pk).version == gone.version + 2
    assert Organisation.objects.get(pk=kept.pk).version == kept.version + 2
    assert Merge.objects.heir_of("organisation", gone.pk) is None


def test_moments_are_put_back_to_the_microsecond() -> None:
    kept, gone = a_busy_pair()
    since = timezone.now().replace(microsecond=123_456) - timedelta(days=500)
    OrganisationPeriod.objects.filter(organisation__in=[kept, gone]).update(since=since)
    undo_merge(actor=SYSTEM, merge_id=merge(SYSTEM, kept, gone).pk)
    assert set(OrganisationPeriod.objects.values_list("since", flat=True)) == {since}


def test_three_become_one_and_three_again() -> None:
    kept, gone = a_busy_pair()
    third = make_organisation(kept.home_district, name="Casa Rom")
    make_meeting(kept.home_district, kept, gone, third)
    before = everything()
    done = merge(SYSTEM, kept, gone, third)
    assert Organisation.objects.count() == 1
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before


def a_pair_met_five_hundred_times() -> tuple[Organisation, Organisation]:
    """Create a busy pair with 500 meetings, follow-ups and concerns for each, and 20 meetings of both."""
    kept, gone = a_busy_pair()
    north, officer = kept.home_district, make_officer(kept.home_district)
    day = date(2026, 12, 1)
    for rows, n in (((kept,), 500), ((gone,), 500), ((kept, gone), 20)):
        meetings = Meeting.objects.bulk_create(
            Meeting(subject="m", kind="visit", starts_at=timezone.now(), district=north) for _n in range(n)
        )
        promises = FollowUp.objects.bulk_create(
            FollowUp(title="Call", kind="call_back", owner=officer, due_on=day, first_due_on=day)
            for _n in range(n)
        )
        for row in rows:
            MeetingOrganisation.objects.bulk_create(
                MeetingOrganisation(meeting=one, organisation=row, present=True) for one in meetings
            )
            FollowUpOrganisation.objects.bulk_create(
                FollowUpOrganisation(follow_up=one, organisation=row) for one in promises
            )
        Concern.objects.bulk_create(
            Concern(
                kinds=["threat"],
                received_at=timezone.now(),
                district=north,
                facts="x",
                raised_by_organisation=rows[0],
                site_organisation=rows[-1],
            )
            for _n in range(n)
        )
    return kept, gone


@pytest.mark.thorough
def test_five_hundred_meetings_each_are_all_there_and_go_back() -> None:
    kept, gone = a_pair_met_five_hundred_times()
    before, counts = everything(), relations.reference_counts([kept, gone])
    assert counts["meetings.MeetingOrganisation.organisation"] == {kept.pk: 522, gone.pk: 522}
    done = merge(SYSTEM, kept, gone)
    after = {name: found[kept.pk] for name, found in relations.reference_counts([kept]).items()}
    both_had = {
        "meetings.MeetingOrganisation.organisation": 21,
        "meetings.FollowUpOrganisation.organisation": 20,
        "contacts.FocusDeclaration.organisation": 1,
        "contacts.Affiliation.organisation": 1,
        "contacts.OrganisationAlias.organisation": -1,  # the merged name is kept
    }
    assert after == {name: sum(found.values()) - both_had.get(name, 0) for name, found in counts.items()}
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before
    assert relations.reference_counts([kept, gone]) == counts


def test_a_value_can_be_chosen_from_either() -> None:
    north = make_district()
    kept, gone = (
        make_organisation(north, name="Ours"),
        make_organisation(north, name="Theirs", kind="shelter"),
    )
    assert {choice.field for choice in differing_choices([kept, gone])} == {"name", "kind"}
    merge(SYSTEM, kept, gone, name=gone.pk)
    kept.refresh_from_db()
    assert (kept.name, kept.kind) == ("Theirs", "ngo")


def test_two_people_become_one_and_two_again() -> None:
    north = make_district()
    ours = make_organisation(north)
    kept, gone = make_contact(north, ours), make_contact(north, ours, email="a@b.example")
    PrivateChannel.objects.create(contact=gone, phone="+34600000001")
    meeting = make_meeting(north, ours)
    MeetingContact.objects.create(meeting=meeting, contact=gone, attendance="attended")
    before = everything()
    versions = {kept.pk: kept.version, gone.pk: gone.version}
    done = merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions=versions)
    kept.refresh_from_db()
    assert kept.email == "a@b.example"
    assert kept.private_channel.phone == "+34600000001"
    assert (kept.affiliations.count(), kept.meetings.count()) == (1, 1)
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before


def test_two_people_with_a_private_number_each_become_one_with_one() -> None:
    kept, gone = make_contact(), make_contact()
    PrivateChannel.objects.create(contact=kept, phone="+34600000001")
    PrivateChannel.objects.create(contact=gone, phone="+34600000002", email="gone@home.example")
    before = everything()
    done = merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, gone.pk: 1})
    [left] = PrivateChannel.objects.all()
    assert (left.contact, left.phone, left.email) == (kept, "+34600000001", "gone@home.example")
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before


def test_an_organisation_met_since_stays_met_when_the_merge_is_taken_back() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north)
    done = merge(SYSTEM, kept, gone)
    now = timezone.now()
    Organisation.objects.filter(pk=kept.pk).update(last_met_at=now)
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert Organisation.objects.get(pk=kept.pk).last_met_at == now
    assert Organisation.objects.get(pk=gone.pk).last_met_at is None


def test_former_names_are_kept_by_a_merge_and_go_back_with_it() -> None:
    kept, gone = (make_contact(given_name="Helen", family_name=name) for name in ("Marsh", "Kwakstrom"))
    for row in (kept, gone):
        edit_contact(actor=SYSTEM, contact_id=row.pk, given_name="Yelena")
    one = merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 2, gone.pk: 2})
    kept.refresh_from_db()
    assert kept.former_names == ["Helen Marsh", "Helen Kwakstrom", "Yelena Kwakstrom"]
    undo_merge(actor=SYSTEM, merge_id=one.pk)
    former = dict(Contact.objects.values_list("pk", "former_names"))
    assert former == {kept.pk: ["Helen Marsh"], gone.pk: ["Helen Kwakstrom"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT former_names::text FROM contacts_contact")
        assert not any("Helen" in stored for (stored,) in cursor.fetchall())


def test_it_cannot_be_taken_back_when_somebody_built_on_it() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north)
    done = merge(SYSTEM, kept, gone)
    edit_organisation(actor=SYSTEM, organisation_id=kept.pk, name="Another")
    with pytest.raises(ValidationError, match="changed since"):
        undo_merge(actor=SYSTEM, merge_id=done.pk)


def test_it_can_be_taken_back_after_29_days_and_not_when_a_row_it_filled_has_changed() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north)
    contact = make_contact(north)
    for organisation, title in ((kept, ""), (gone, "Chair")):
        Affiliation.objects.create(contact=contact, organisation=organisation, role_title=title)
    before = everything()
    done = merge(SYSTEM, kept, gone)
    role = Affiliation.objects.get(contact=contact)
    Affiliation.objects.filter(pk=role.pk).update(role_title="Treasurer")
    with pytest.raises(ValidationError, match="changed since"):
        undo_merge(actor=SYSTEM, merge_id=done.pk)

    Affiliation.objects.filter(pk=role.pk).update(role_title=role.role_title)
    Merge.objects.update(merged_at=timezone.now() - timedelta(days=29))
    assert delete_expired_memory(timezone.now()) == 0
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert everything() == before


@pytest.mark.parametrize("act", ["rectify", "restrict", "erase"])
def test_an_act_for_a_person_deletes_what_a_merge_remembers_of_the_person(act: str) -> None:
    north = make_district()
    merges = {}
    for name in ("Zaphira", "Otherwise"):
        kept, gone = make_organisation(north), make_organisation(north)
        person = make_contact(north, family_name=name)
        Affiliation.objects.create(contact=person, organisation=gone, role_title="Chair")
        merges[name] = merge(SYSTEM, kept, gone), person
    person = Contact.objects.get(pk=merges["Zaphira"][1].pk)
    if act == "rectify":
        rectify_contact(SYSTEM, person.pk, person.version, {"family_name": "Zafira"})
    elif act == "restrict":
        set_restricted(SYSTEM, person, restricted=True)
    else:
        erase_at_once(SYSTEM, [person.pk])
    remembered = {name: Merge.objects.get(pk=done.pk).memory for name, (done, _person) in merges.items()}
    assert remembered["Zaphira"] is None
    assert remembered["Otherwise"] is not None


def test_it_cannot_be_taken_back_after_30_days_and_is_forgotten() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north)
    done = merge(SYSTEM, kept, gone)
    assert delete_expired_memory(timezone.now()) == 0
    assert delete_expired_memory(timezone.now() + timedelta(days=31)) == 1
    with pytest.raises(ValidationError, match="too late"):
        undo_merge(actor=SYSTEM, merge_id=done.pk)


def test_only_those_who_may_change_all_of_them_merge() -> None:
    north, south = make_district(), make_district()
    ours, theirs = make_organisation(north), make_organisation(south)
    visiting = make_organisation(south, also_in=[north])
    actor = make_actor(north)
    with pytest.raises(Organisation.DoesNotExist):
        merge(actor, ours, theirs)
    with pytest.raises(PermissionDenied):
        merge(actor, ours, visiting)
    merge(actor, ours, make_organisation(north))


def test_what_changed_meanwhile_is_not_merged() -> None:
    north = make_district()
    kept, gone = make_organisation(north), make_organisation(north)
    edit_organisation(actor=SYSTEM, organisation_id=gone.pk, name="Another")
    with pytest.raises(StaleVersion):
        merge(SYSTEM, kept, gone)


def test_somebody_who_withdrew_is_not_merged() -> None:
    north = make_district()
    kept, gone = make_contact(north), make_contact(north, withdrawn_on=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="A contact who has opted out cannot be merged"):
        merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, gone.pk: 1})
    merge_contacts(actor=SYSTEM, kept_id=kept.pk, versions={kept.pk: 1, make_contact(north).pk: 1})
