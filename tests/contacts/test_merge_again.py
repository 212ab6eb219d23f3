"""Several merges in a row are undone exactly, the latest first."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Event
from contacts.merging import relations
from contacts.merging.services import merge_contacts, merge_organisations, undo_merge
from contacts.models import (
    Contact,
    ContactExternalId,
    FocusDeclaration,
    ImportedFields,
    Merge,
    Organisation,
    OrganisationAlias,
    OrganisationExternalId,
    OrganisationNumber,
    OrganisationPeriod,
    OrganisationPrivateChannel,
    PrivateChannel,
)
from contacts.services.organisations import edit_organisation
from incidents.models import CallInProgress
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    MeetingContact,
    MeetingOrganisation,
)
from meetings.services.folding import refold
from pages.duplicates.merging import REFERRING
from tests.contacts.test_merge import everything
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
)
from tests.incidents.of_three import OF_THREE
from tests.plans.of_three import OF_THREE as IN_PLANS
from tests.publishing.of_three import OF_THREE as PUBLISHED

pytestmark = pytest.mark.django_db

Rows = list[Any]


def a_promise(**more: Any) -> FollowUp:
    day = date(2026, 12, 1)
    usual = {"title": "Call", "owner": make_officer(), "due_on": day, "first_due_on": day}
    return FollowUp.objects.create(**usual | more)


def a_concern(**more: Any) -> Concern:
    return Concern.objects.create(
        kinds=["threat"], received_at=timezone.now(), district=make_district(), facts="x", **more
    )


def near_a_concern(rows: Rows) -> None:
    a_concern().near.set(rows[:2])
    for row in rows:
        a_concern().near.add(row)


def in_meetings(rows: Rows) -> None:
    meetings = [make_meeting(None, row) for row in rows]
    for kept, there in zip(rows, meetings[1:], strict=False):  # both at the second, one as absent
        MeetingOrganisation.objects.create(meeting=there, organisation=kept, present=False)


def attending(rows: Rows) -> None:
    both = make_meeting()
    for row, attendance in zip(rows, ("invited", "", "attended"), strict=True):
        MeetingContact.objects.create(meeting=make_meeting(), contact=row, attendance="attended")
        if attendance:
            MeetingContact.objects.create(meeting=both, contact=row, attendance=attendance)


def promised(rows: Rows) -> None:
    to_all = a_promise()
    for row in rows:
        for promise in (to_all, a_promise()):
            FollowUpOrganisation.objects.create(follow_up=promise, organisation=row)


def promised_before(rows: Rows) -> None:
    to_all, until = a_promise(), timezone.now()
    for row in rows:
        for promise in (to_all, a_promise()):
            promise.former_organisation_links.create(organisation=row, until=until)


def speaking(rows: Rows) -> None:
    for_all = make_contact(rows[0].home_district, *rows)
    assert for_all.affiliations.count() == len(rows)
    for row in rows:
        only = make_contact(row.home_district, row)
        row.affiliations.filter(contact=only).update(is_primary=True)


def spoken_for(rows: Rows) -> None:
    ours = make_organisation(rows[0].home_district)
    make_contact(ours.home_district, ours)
    for row in rows:
        for organisation in (ours, make_organisation(row.home_district)):
            row.affiliations.create(organisation=organisation, role_title=f"chair of {row.pk}")


def declared(rows: Rows) -> None:
    for row, focuses in zip(rows, (["roma"], ["roma", "women"], ["women", "youth"]), strict=True):
        for focus in focuses:
            FocusDeclaration.objects.create(
                organisation=row, focus=focus, declared_by="the chair", declared_on=date(2026, 1, 1)
            )


def also_elsewhere(rows: Rows) -> None:
    shared = make_district()
    for row in rows:
        row.also_in.add(shared, make_district())


def of_before(rows: Rows) -> None:
    for n, row in enumerate(rows):
        since = timezone.now() - timedelta(days=400 * n)
        OrganisationPeriod.objects.filter(organisation=row).update(since=since)


def reached_at_home(rows: Rows) -> None:
    for n, row in enumerate(rows, start=1):
        PrivateChannel.objects.create(contact=row, phone=f"+3460000000{n}")


def reached_at_night(rows: Rows) -> None:
    for n, row in enumerate(rows, start=1):
        OrganisationPrivateChannel.objects.create(organisation=row, night_phone=f"+3460000000{n}")


def reached_besides(rows: Rows) -> None:
    for n, row in enumerate(rows, start=1):
        row.other_details.create(channel="phone", value=f"+3460000000{n}")
        row.other_details.create(channel="email", value="same@x.example")
        refold(type(row), [row.pk])


def imported(rows: Rows) -> None:
    for row, source in zip(rows, "aab", strict=True):
        ImportedFields.objects.create(organisation=row, source=source, fingerprints={"name": str(row.pk)})


def known_elsewhere(model: Any, link: str) -> Callable[[Rows], None]:
    def make(rows: Rows) -> None:
        for row in rows:
            model.objects.create(**{link: row, "source": "a", "external_id": str(row.pk)})

    return make


def called_differently(rows: Rows) -> None:
    for row in rows:
        for text in ("the same", f"name {row.pk}"):
            OrganisationAlias.objects.create(organisation=row, text=text, folded=text)


def registered(rows: Rows) -> None:
    for row in rows:
        for text in ("501964843", f"N{row.pk.hex[:20]}"):
            OrganisationNumber.objects.create(organisation=row, country="PT", as_written=text, compact=text)


def each(make: Callable[..., Any], link: str) -> Callable[[Rows], None]:
    def make_all(rows: Rows) -> None:
        for row in rows:
            make(**{link: row})

    return make_all


#: By relation, the rows that refer to three organisations: each alone and, if possible, several together.
MADE: Final[dict[str, Callable[[Rows], None]]] = {
    "meetings.MeetingOrganisation.organisation": in_meetings,
    "meetings.MeetingContact.contact": attending,
    "meetings.FollowUpOrganisation.organisation": promised,
    "meetings.FormerFollowUpOrganisation.organisation": promised_before,
    "meetings.FollowUp.contact": each(a_promise, "contact"),
    "meetings.Concern.raised_by_organisation": each(a_concern, "raised_by_organisation"),
    "meetings.Concern.site_organisation": each(a_concern, "site_organisation"),
    "meetings.Concern_near.organisation": near_a_concern,
    "contacts.Affiliation.organisation": speaking,
    "contacts.Affiliation.contact": spoken_for,
    "contacts.PrivateChannel.contact": reached_at_home,
    "contacts.OrganisationPrivateChannel.organisation": reached_at_night,
    "contacts.OrganisationDetail.owner": reached_besides,
    "contacts.ContactDetail.owner": reached_besides,
    "contacts.FocusDeclaration.organisation": declared,
    "contacts.Organisation_also_in.organisation": also_elsewhere,
    "contacts.OrganisationAlias.organisation": called_differently,
    "contacts.OrganisationNumber.organisation": registered,
    "contacts.OrganisationExternalId.organisation": known_elsewhere(OrganisationExternalId, "organisation"),
    "contacts.ContactExternalId.contact": known_elsewhere(ContactExternalId, "contact"),
    "contacts.OrganisationPeriod.organisation": of_before,
    "contacts.ImportedFields.organisation": imported,
    **OF_THREE,
    **PUBLISHED,
    **IN_PLANS,
}


def merge(kept: Any, gone: Any, actor: Any = SYSTEM) -> Merge:
    for row in (kept, gone):
        row.refresh_from_db()
    service = merge_organisations if isinstance(kept, Organisation) else merge_contacts
    return service(actor=actor, kept_id=kept.pk, versions={row.pk: row.version for row in (kept, gone)})


def is_of_contacts(relation: str) -> bool:
    return relation.endswith(".contact") or relation == "contacts.ContactDetail.owner"


def three(*relations_made: str) -> Rows:
    """Create three organisations or contacts with the rows of these relations."""
    north = make_district()
    make = make_contact if is_of_contacts(relations_made[0]) else make_organisation
    rows: Rows = [make(north) for _n in range(3)]
    for relation in relations_made:
        MADE[relation](rows)
    counts = relations.reference_counts(rows)
    assert all(sum(counts[relation].values()) >= 2 for relation in relations_made)
    return rows


#: All relations at once, because `everything` names the one of which a row differs.
BOTH_KINDS: Final = pytest.mark.parametrize(
    "made",
    [[one for one in MADE if is_of_contacts(one) == is_contact] for is_contact in (False, True)],
    ids=["organisations", "contacts"],
)


def refused(done: Merge, first: Merge) -> None:
    with pytest.raises(ValidationError, match="Undo the later merge first") as error:
        undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert error.value.code == "later_first"
    assert error.value.params == {"merge_id": first.pk}


def test_every_relation_is_made() -> None:
    assert set(MADE) == set(REFERRING)


@BOTH_KINDS
def test_two_merges_into_one_row_are_taken_back_one_after_the_other(made: list[str]) -> None:
    kept, one, other = three(*made)
    as_three = everything()
    first = merge(kept, one)
    as_two = everything()
    second = merge(kept, other)
    as_one = everything()
    refused(first, second)
    assert everything() == as_one
    undo_merge(actor=SYSTEM, merge_id=second.pk)
    assert everything() == as_two
    undo_merge(actor=SYSTEM, merge_id=first.pk)
    assert everything() == as_three


@BOTH_KINDS
def test_a_merge_into_a_row_that_was_merged_itself_is_taken_back_after_it(made: list[str]) -> None:
    one, kept, other = three(*made)
    as_three = everything()
    first = merge(kept, one)
    as_two = everything()
    second = merge(other, kept)
    refused(first, second)
    undo_merge(actor=SYSTEM, merge_id=second.pk)
    assert everything() == as_two
    undo_merge(actor=SYSTEM, merge_id=first.pk)
    assert everything() == as_three


def test_a_call_that_ended_since_neither_stops_an_undo_nor_comes_back() -> None:
    kept, gone, _other = three("incidents.CallInProgress.organisation")
    [twin] = CallInProgress.objects.filter(organisation=kept, incident__calls_in_progress__organisation=gone)
    done = merge(kept, gone)
    calls = CallInProgress.objects.filter(organisation=kept)
    assert calls.count() == 3, "one for each incident"
    calls.delete()
    again = CallInProgress.objects.create(incident=twin.incident, organisation=kept, user=twin.user)
    undo_merge(actor=SYSTEM, merge_id=done.pk)
    assert list(CallInProgress.objects.filter(organisation=kept)) == [again]


def test_versions_only_rise_and_each_step_is_in_the_trail() -> None:
    kept, one, other = three("contacts.OrganisationExternalId.organisation")
    first, second = merge(kept, one), merge(kept, other)
    seen = [kept.version, Organisation.objects.get(pk=kept.pk).version]
    for done in (second, first):
        undo_merge(actor=SYSTEM, merge_id=done.pk)
        seen.append(Organisation.objects.get(pk=kept.pk).version)
    assert seen == sorted(set(seen))
    assert Event.objects.filter(action="merge").count() == 4


def test_a_change_between_two_merges_keeps_the_earlier_one() -> None:
    kept, one, other = three("contacts.OrganisationExternalId.organisation")
    first = merge(kept, one)
    edit_organisation(actor=SYSTEM, organisation_id=kept.pk, name="Another")
    second = merge(kept, other)
    for _before_and_after in range(2):
        with pytest.raises(ValidationError, match="changed since"):
            undo_merge(actor=SYSTEM, merge_id=first.pk)
        if second.undone_at is None:
            second = undo_merge(actor=SYSTEM, merge_id=second.pk)
    assert Organisation.objects.get(pk=kept.pk).name == "Another"


def test_a_change_after_both_keeps_both() -> None:
    kept, one, other = three("contacts.OrganisationExternalId.organisation")
    first, second = merge(kept, one), merge(kept, other)
    edit_organisation(actor=SYSTEM, organisation_id=kept.pk, name="Another")
    for done in (first, second):
        with pytest.raises(ValidationError, match="changed since"):
            undo_merge(actor=SYSTEM, merge_id=done.pk)


def test_who_does_not_see_the_row_that_is_left_is_told_nothing_of_what_came_later() -> None:
    north, south = make_district(), make_district()
    one, kept, theirs = make_contact(north), make_contact(north), make_contact(south)
    actor = make_actor(north)
    first = merge(kept, one, actor)
    merge(theirs, kept)
    with pytest.raises(Contact.DoesNotExist):
        undo_merge(actor=actor, merge_id=first.pk)
    refused(first, Merge.objects.latest("merged_at"))
