"""Acts of people and background tasks that change what a key reads (`tests/api/world.py`)."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from contacts.merging.services import merge_contacts, merge_organisations, undo_merge
from contacts.models import Affiliation, Contact, FocusDeclaration, Merge, Organisation
from contacts.services.contacts import edit_contact, erase_contact, withdraw_contact
from contacts.services.ended_roles import record_ended_roles
from contacts.services.organisations import edit_organisation
from contacts.services.private_channels import set_organisation_private_channel, set_private_channel
from contacts.services.restrictions import set_restricted
from districts.models import District
from districts.services.districts import edit_district
from districts.services.redraws import redraw_district
from incidents.models import Incident
from incidents.services import concerns
from incidents.services.decisions import agree_words, widen_incident
from incidents.services.exclusions import exclude_user
from incidents.services.judgements import assess_tension, waive_debrief
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import mark_step, take_over
from lib import erasable
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.concerns import edit_concern
from meetings.services.district_moves import report_district_moves
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    edit_follow_up,
)
from meetings.services.held_meetings import log_meeting
from meetings.services.meetings import cancel_meeting, create_meeting, edit_meeting, erase_meetings
from meetings.services.rewriting import remove_attendance
from plans.models import Action, Milestone
from plans.sending import record_changed_figures
from plans.services.goals import save_action, set_status
from plans.services.indicators import enter_value
from plans.services.milestones import drop_milestone, tick_milestone
from plans.services.plans import close_plan, edit_plan
from practices.services.practices import retire_practice
from privacy.models import RetentionRule
from privacy.services.retention import act_on_rules
from privacy.services.retention_rules import end_rule
from publishing.models import PublicListing
from publishing.services.listings import list_organisation, withdraw_listing
from reports.queries.periods import Period
from tests.api.world import World
from tests.factories import make_user
from tests.plans.making import STARTS
from tests.privacy.making import put_in_force

_numbers = count()

Act = Callable[[World, Random], Any]


def _some(rows: Any, chance: Random) -> Any:
    return chance.choice(list(rows.order_by("pk")))


def _district(world: World, chance: Random) -> District:
    return chance.choice([world.north, world.south, world.part])


def move_organisation(world: World, chance: Random) -> None:
    row = _some(Organisation.objects, chance)
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, home_district=_district(world, chance))


def show_organisation_elsewhere(world: World, chance: Random) -> None:
    row = _some(Organisation.objects, chance)
    where = chance.sample([world.north, world.south, world.part], chance.randint(0, 2))
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, also_in=where)


def edit_some_organisation(world: World, chance: Random) -> None:
    row = _some(Organisation.objects, chance)
    fields: list[dict[str, Any]] = [
        {"name": f"Quince {next(_numbers)}"},
        {"phone": f"+3491555{next(_numbers):04}"},
        {"location_protected": not row.location_protected},
        {"kind": "shelter", "address": ""},
        {"kind": "ngo"},
        {"status": "closed"},
        {"focuses": [{"focus": "roma", "declared_by": "The board", "declared_on": city_today()}]},
    ]
    edit_organisation(actor=SYSTEM, organisation_id=row.pk, **chance.choice(fields))


def move_contact(world: World, chance: Random) -> None:
    row = _some(Contact.objects, chance)
    edit_contact(actor=SYSTEM, contact_id=row.pk, home_district=_district(world, chance))


def change_roles(world: World, chance: Random) -> None:
    row = _some(Contact.objects, chance)
    some = chance.sample(list(Organisation.objects.order_by("pk")), chance.randint(0, 2))
    until = chance.choice([None, city_today(), city_today() + timedelta(days=1)])
    roles = [{"organisation": one, "role_title": "speaker", "until": until} for one in some]
    edit_contact(actor=SYSTEM, contact_id=row.pk, affiliations=roles)


def erase_someone(_world: World, chance: Random) -> None:
    row = _some(Contact.objects, chance)
    erasable.forget(SYSTEM, erasable.Leaving(frozenset({row.pk})))
    erase_contact(actor=SYSTEM, contact_id=row.pk)


def restrict_someone(_world: World, chance: Random) -> None:
    row = _some(Contact.objects, chance)
    with transaction.atomic():
        set_restricted(SYSTEM, row, restricted=not row.is_restricted)


def merge_two_contacts(_world: World, chance: Random) -> None:
    one, two = chance.sample(list(Contact.objects.order_by("pk")), 2)
    merge_contacts(actor=SYSTEM, kept_id=one.pk, versions={one.pk: one.version, two.pk: two.version})


def merge_two_organisations(_world: World, chance: Random) -> None:
    one, two = chance.sample(list(Organisation.objects.order_by("pk")), 2)
    merge_organisations(actor=SYSTEM, kept_id=one.pk, versions={one.pk: one.version, two.pk: two.version})


def undo_last_merge(_world: World, _chance: Random) -> None:
    undo_merge(actor=SYSTEM, merge_id=Merge.objects.standing().latest("merged_at").pk)


def move_meeting(world: World, chance: Random) -> None:
    row = _some(Meeting.objects, chance)
    some = chance.sample(list(Organisation.objects.order_by("pk")), chance.randint(0, 2))
    with_whom = [{"organisation": one, "present": True} for one in some]
    edit_meeting(
        actor=SYSTEM, meeting_id=row.pk, district=_district(world, chance), organisations=with_whom
    )  # fmt: skip


def write_meeting(world: World, chance: Random) -> None:
    some = chance.sample(list(Organisation.objects.order_by("pk")), 2)
    given: dict[str, Any] = {
        "actor": SYSTEM, "subject": "A visit", "kind": "visit", "district": _district(world, chance),
        "organisations": [{"organisation": one} for one in some],
        "contacts": [{"contact": _some(Contact.objects, chance)}], "with_actor": False,
    }  # fmt: skip
    if chance.random() < 0.5:
        create_meeting(starts_at=timezone.now() + timedelta(days=2), **given)
    else:
        log_meeting(starts_at=timezone.now() - timedelta(minutes=5), **given)


def discard_some_meeting(_world: World, chance: Random) -> None:
    erase_meetings(SYSTEM, [_some(Meeting.objects, chance)])


def forget_who_came(_world: World, chance: Random) -> None:
    row = _some(Meeting.objects, chance)
    remove_attendance(SYSTEM, [str(pk) for pk in row.contact_links.values_list("pk", flat=True)])


def change_follow_up(world: World, chance: Random) -> None:
    row = _some(FollowUp.objects, chance)
    fields: list[dict[str, Any]] = [
        {"kind": chance.choice(["try_out", "call_back"])},
        {"meeting": _some(Meeting.objects, chance)},
        {"contact": _some(Contact.objects, chance)},
        {"concern": _some(Concern.objects, chance)},
        {"organisations": [_some(Organisation.objects, chance)]},
    ]
    edit_follow_up(actor=SYSTEM, follow_up_id=row.pk, **chance.choice(fields))


def change_concern(world: World, chance: Random) -> None:
    row = _some(Concern.objects, chance)
    fields: list[dict[str, Any]] = [
        {"district": _district(world, chance)},
        {"site_organisation": _some(Organisation.objects, chance)},
        {"meeting": _some(Meeting.objects, chance)},
        {"status": "closed"},
    ]
    concerns.edit_concern(actor=SYSTEM, concern_id=row.pk, **chance.choice(fields))


def log_new_concern(world: World, chance: Random) -> None:
    world.log_concern(_some(Organisation.objects, chance), _district(world, chance))


def join_some_concern(world: World, chance: Random) -> None:
    row = _some(Concern.objects.filter(incident_link=None), chance)
    incident = _some(Incident.objects, chance)
    concerns.join_concern(actor=world.actor, incident_id=incident.pk, concern_id=row.pk)


def open_some_incident(world: World, chance: Random) -> None:
    row = _some(Concern.objects.filter(incident_link=None), chance)
    concerns.open_incident(actor=world.actor, concern_id=row.pk, protocol_id=world.protocol.pk)


def work_on_incident(world: World, chance: Random) -> None:
    incident = _some(Incident.objects, chance)
    about: dict[str, Any] = {"actor": world.actor, "incident_id": incident.pk}
    step = _some(incident.steps, chance)
    acts: list[Callable[[], Any]] = [
        lambda: widen_incident(**about, district_id=_district(world, chance).pk),
        lambda: exclude_user(**about, user_id=world.officer.pk),
        lambda: take_over(**about, step_id=step.pk, owner_id=step.owner_id),
        lambda: mark_step(**about, step_id=step.pk, case_reference="A-1"),
        lambda: agree_words(**about, words="We know."),
        lambda: assess_tension(**about, level=1, trend="steady", experienced="Nothing", consulted=[]),
        lambda: waive_debrief(**about, reason="Nobody came to it."),
        lambda: record_reassurance(
            **about, organisation_id=_some(Organisation.objects, chance).pk, result="left_message"
        ),
    ]
    chance.choice(acts)()


def work_on_plan(world: World, chance: Random) -> None:
    plan, milestone = world.plan, _some(Milestone.objects, chance)
    acts: list[Callable[[], Any]] = [
        lambda: tick_milestone(**plan.about, milestone_id=milestone.pk, done_on=city_today()),
        lambda: drop_milestone(**plan.about, milestone_id=milestone.pk, reason="No money for it"),
        lambda: set_status(**plan.about, action_id=plan.action.pk, status="under_way"),
        lambda: save_action(**plan.about, goal_id=plan.goal.pk, action_id=plan.action.pk, title="Other"),
        lambda: edit_plan(**plan.about, title="Together"),
        lambda: close_plan(**plan.about, reason="All is done"),
        lambda: retire_practice(actor=plan.actor, practice_id=world.practice.pk, reason="No longer works"),
        lambda: enter_value(
            **plan.about, indicator_id=world.indicator.pk, period=Period(STARTS, date(2026, 1, 1)), n=3, of=9
        ),
    ]  # fmt: skip
    chance.choice(acts)()


def publish(world: World, chance: Random) -> None:
    row = _some(Organisation.objects, chance)
    named = chance.choice([row, _some(PublicListing.objects.in_force(), chance).organisation])
    list_organisation(
        actor=world.actor, organisation_id=row.pk, agreed_by="the chair", agreed_on=city_today(), how="form",
        fields=["name", "summary"], language="en", summary=f"We sing with {named}",
    )  # fmt: skip


def withdraw(world: World, chance: Random) -> None:
    row = _some(PublicListing.objects.in_force(), chance)
    withdraw_listing(actor=world.actor, organisation_id=row.organisation_id)


def rewrite_a_text(_world: World, chance: Random) -> None:
    label, name, rows = chance.choice(
        [
            ("publishing.PublicListing", "summary", PublicListing.objects.in_force()),
            ("plans.Action", "title", Action.objects),
            ("plans.Milestone", "title", Milestone.objects),
            ("meetings.Meeting", "subject", Meeting.objects),
            ("meetings.FollowUp", "title", FollowUp.objects),
            ("meetings.Concern", "facts", Concern.objects),
            ("contacts.Organisation", "summary", Organisation.objects),
            ("contacts.FocusDeclaration", "declared_by", FocusDeclaration.objects.current()),
            ("contacts.Affiliation", "role_title", Affiliation.objects),
        ]
    )
    row = _some(rows, chance)
    erasable.writers()[label].write(SYSTEM, [str(row.pk)], lambda _row: {name: f"[removed {next(_numbers)}]"})


def change_private(_world: World, chance: Random) -> None:
    contact, organisation = _some(Contact.objects, chance), _some(Organisation.objects, chance)
    if chance.random() < 0.5:
        set_private_channel(actor=SYSTEM, contact_id=contact.pk, email=f"a{next(_numbers)}@mail.example")
    else:
        address = chance.choice(["", "Lantern 2 house", "on Mondays"])
        set_organisation_private_channel(actor=SYSTEM, organisation_id=organisation.pk, address=address)


def leave_the_book(_world: World, chance: Random) -> None:
    withdraw_contact(actor=SYSTEM, contact_id=_some(Contact.objects, chance).pk)


def limit_ended_roles(_world: World, chance: Random) -> None:
    """Put the rule in force that hides ended roles, and perhaps let it act, or end it."""
    by = actor_for(make_user(Role.PRIVACY_OFFICER))
    latest = RetentionRule.objects.with_code("ended_role").first()
    if latest is not None and latest.ended_at is None:
        end_rule(actor=by, code="ended_role", number=latest.number)
        return
    put_in_force(by, "ended_role", 90, latest.number if latest else 0)
    if chance.random() < 0.5:
        act_on_rules(city_today() + timedelta(days=1))


def move_district(world: World, chance: Random) -> None:
    parent = chance.choice([world.north, world.south, world.city])
    edit_district(actor=SYSTEM, district_id=world.part.pk, parent=parent, was_wrong=True)


def rename_district(world: World, chance: Random) -> None:
    edit_district(actor=SYSTEM, district_id=_district(world, chance).pk, code=f"R{next(_numbers)}")


def redraw(world: World, _chance: Random) -> None:
    redraw_district(actor=SYSTEM, district_id=world.part.pk, code=f"N{next(_numbers)}")


ACTS: Final[tuple[Act, ...]] = (
    move_organisation, move_organisation, show_organisation_elsewhere, edit_some_organisation,
    edit_some_organisation, move_contact, change_roles, erase_someone, restrict_someone, merge_two_contacts,
    merge_two_organisations, undo_last_merge, move_meeting, write_meeting, discard_some_meeting,
    forget_who_came, change_follow_up, change_concern, log_new_concern, join_some_concern, open_some_incident,
    work_on_incident, work_on_incident, work_on_plan, publish, withdraw, rewrite_a_text, change_private,
    leave_the_book, limit_ended_roles, limit_ended_roles, move_district, rename_district, redraw,
    lambda _world, chance: complete_follow_up(actor=SYSTEM, follow_up_id=_some(FollowUp.objects, chance).pk),
    lambda _world, chance: cancel_follow_up(
        actor=SYSTEM, follow_up_id=_some(FollowUp.objects, chance).pk, reason="Not needed"
    ),
    lambda _world, chance: cancel_meeting(actor=SYSTEM, meeting_id=_some(Meeting.objects, chance).pk),
    lambda _world, chance: edit_concern(
        actor=SYSTEM, concern_id=_some(Concern.objects, chance).pk, status="answered"
    ),
)  # fmt: skip


def beat() -> None:
    """What background tasks do within minutes, also as a day begins."""
    act_on_rules(city_today())
    record_ended_roles()
    report_district_moves()
    record_changed_figures(city_today())
