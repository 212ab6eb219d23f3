"""A request of a person, with one finding, for tests of pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act, take_effect
from contacts.models import Contact
from districts.models import District
from jobs.models import Job
from lib.days import city_today
from meetings.models import Meeting
from privacy.codes import Identity, Matched, NoticeKind, RequestStatus, Verdict
from privacy.models import Breach, Finding, Notice, Package, PendingRule, RetentionRule
from privacy.services.breaches import make_phase, record_breach
from privacy.services.packages import ask_package
from privacy.services.requests import answer_request, receive_request
from privacy.services.restrictions import restrict_contact
from privacy.services.retention_rules import put_rule_in_force
from tests.factories import make_actor, make_contact


def confirm_pending(subject: UUID, *, delayed: bool = True) -> None:
    """Confirm the act about a row as a confirmer, and let its delay pass."""
    act = PendingAct.objects.waiting().get(subject=subject)
    confirm_act(actor=make_actor(role=Role.CONFIRMER), act_id=act.pk)
    if delayed:
        PendingAct.objects.filter(pk=act.pk).update(takes_effect_at=timezone.now())
        take_effect()


def put_in_force(actor: Actor, code: str, days: int, number: int = 0) -> RetentionRule:
    """Put a rule in force from now, by two people if it needs two."""
    row = put_rule_in_force(actor=actor, code=code, days=days, basis="Decision 7", number=number)
    if isinstance(row, PendingRule):
        confirm_pending(row.pk)
    return RetentionRule.objects.get(pk=row.pk)


def make_request(
    by: User, meeting: Meeting, contact: Contact, kind: str = "object", passage: tuple[int, int] = (0, 2)
) -> Finding:
    """Return the finding of a request whose search has run, about a passage of the facts of a meeting."""
    row = receive_request(
        actor=actor_for(by),
        terms={"names": ["Sam Example"]},
        regimes=["gdpr", "led"],
        kind=kind,
        channel="letter",
        received_on=city_today(),
    )
    row.identity, row.identity_on, row.status = Identity.IN_PERSON, city_today(), RequestStatus.DECIDING
    row.contact_id = contact.pk
    row.save()
    return Finding.objects.create(
        request=row,
        position=1,
        model="meetings.Meeting",
        object_id=str(meeting.pk),
        field="facts",
        matched=Matched.EXACT,
        passages=[list(passage)],
        verdict=Verdict.THEIRS,
    )


def make_package(by: User) -> Package:
    """Return the package of an answered request, whose file is gone."""
    actor = actor_for(by)
    row = receive_request(
        actor=actor,
        terms={"names": ["Bo Example"]},
        regimes=["gdpr"],
        kind="access",
        channel="letter",
        received_on=city_today(),
    )
    answer_request(actor=actor, request_id=row.pk, decision="refused", grounds=["manifestly_excessive"])
    package = ask_package(actor=actor, request_id=row.pk, language="en-gb")
    package.made_at = timezone.now()
    package.save(update_fields=["made_at"])
    Job.objects.filter(parameters__package=str(package.pk)).delete()
    return package


def make_breach(by: User) -> Breach:
    """Return a breach at hour 40."""
    known = timezone.now() - timedelta(hours=40)
    return record_breach(
        actor=actor_for(by),
        scenario="stolen_phone",
        what="A phone was stolen",
        kinds=["confidentiality"],
        noticed_at=known - timedelta(hours=2),
        aware_at=known,
    )


def make_notice(by: User, contact: Contact, **fields: Any) -> Notice:
    """Return a notice that the health office has to answer."""
    told = {"kind": NoticeKind.CORRECTED, "field_names": ["phone"], "recipient": "Health office"}
    return Notice.objects.create(object_ids=[contact.pk], made_by=by, **told | fields)


def tell_key(key_id: UUID) -> dict[str, UUID]:
    """Return the ID of a notice to a key."""
    told = Notice.objects.create(kind=NoticeKind.CORRECTED, object_ids=[key_id], key_id=key_id)
    return {"notice_of_key": told.pk}


def make_overdue(by: User, district: District) -> Contact:
    """Return a contact to review: no one has changed or met them for 400 days."""
    if not RetentionRule.objects.in_force().filter(code="contact").exists():
        put_in_force(actor_for(by), "contact", 365)
    contact = make_contact(district)
    Contact.objects.filter(pk=contact.pk).update(updated_at=timezone.now() - timedelta(days=400))
    return contact


def make_desk(by: User, meeting: Meeting, contact: Contact) -> dict[str, UUID]:
    """Return the IDs of a request, its finding, and a restriction of another contact of the district."""
    # About others, because nothing that a request needs is deleted.
    found = make_request(by, meeting, make_contact(contact.home_district))
    other = make_contact(contact.home_district)
    restriction = restrict_contact(actor=actor_for(by), contact_id=other.pk, ground="evidence")
    package = make_package(by)
    breach = make_breach(by)
    make_phase(actor=actor_for(by), breach_id=breach.pk)
    # Another passage, because an erasure waits for requests that need the same one.
    to_correct = make_request(by, meeting, make_contact(contact.home_district), "rectify", (2, 4))
    return {
        "data_request_correct": to_correct.request_id,
        "finding_to_correct": to_correct.pk,
        "notice": make_notice(by, contact).pk,
        "breach": breach.pk,
        "overdue": make_overdue(by, contact.home_district).pk,
        "answered_request": package.request_id,
        "package": package.pk,
        "data_request": found.request_id,
        "finding": found.pk,
        "restriction": restriction.pk,
    }
