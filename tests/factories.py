"""Factories for test rows.

They use services where these exist, so that derived data and events are correct.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, Session, User
from accounts.services.sessions import SEEN
from contacts.models import Contact, Organisation
from contacts.services.organisations import create_organisation
from contacts.services.search_fields import fold_contact
from districts.models import District
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting, MeetingOrganisation
from meetings.services.folding import fold_meeting
from meetings.services.periods import begin_histories

PASSWORD = "correct horse battery"

#: All have six digits: names sort in the order of their rows, and no name is part of another or of a token.
_numbers = count(100_001)


def make_district(name: str = "", *, parent: District | None = None, **fields: Any) -> District:
    number = next(_numbers)
    district = District(code=f"D{number}", name=name or f"District {number}", parent=parent)
    for field, value in fields.items():
        setattr(district, field, value)
    district.lineage = [*(parent.lineage if parent else []), district.pk]
    district.save()
    return district


def make_user(role: str = Role.OFFICER, *districts: District, **fields: Any) -> User:
    """Create a user who can sign in with PASSWORD."""
    number = next(_numbers)
    defaults = {"email": f"person{number}@police.example", "name": f"Person {number}", "role": role}
    user = User(**(defaults | fields))
    user.set_password(PASSWORD)
    user.save()
    user.districts.set(districts)
    return user


def make_officer(*districts: District, **fields: Any) -> User:
    return make_user(Role.OFFICER, *districts, **fields)


def make_supervisor(*districts: District, **fields: Any) -> User:
    return make_user(Role.SUPERVISOR, *districts, **fields)


def make_actor(*districts: District, role: str = Role.OFFICER) -> Actor:
    return actor_for(make_user(role, *districts))


def make_organisation(district: District | None = None, **fields: Any) -> Organisation:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"Organisation {number}",
        "kind": "ngo",
        "home_district": district or make_district(),
    }
    return create_organisation(actor=SYSTEM, **(defaults | fields))


def make_contact(district: District | None = None, *organisations: Organisation, **fields: Any) -> Contact:
    """Create a contact of a district who represents the given organisations as coordinator."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "given_name": "Sam",
        "family_name": f"Person{number}",
        "home_district": district or (organisations[0].home_district if organisations else make_district()),
        "lawful_basis": "public_task",
        "purpose": "community_liaison",
        "review_on": city_today() + timedelta(days=365),
    }
    contact = Contact(**(defaults | fields))
    fold_contact(contact)
    contact.full_clean()
    contact.save()
    for organisation in organisations:
        contact.affiliations.create(organisation=organisation, role_title="coordinator")
    return contact


def make_meeting(district: District | None = None, *organisations: Organisation, **fields: Any) -> Meeting:
    """Create a meeting, by default held an hour ago and substantive. Summaries are not refreshed."""
    defaults: dict[str, Any] = {
        "subject": "A chat",
        "kind": "visit",
        "status": "held",
        "starts_at": timezone.now() - timedelta(hours=1),
        "duration_minutes": 30,
        "district": district or (organisations[0].home_district if organisations else make_district()),
        "outcomes": ["concern_raised"],
    }
    officers: Iterable[User] = fields.pop("officers", ())
    present: bool = fields.pop("present", True)
    meeting = Meeting(**(defaults | fields))
    fold_meeting(meeting)
    meeting.full_clean()
    meeting.save()
    meeting.officers.set(officers)
    MeetingOrganisation.objects.bulk_create(
        MeetingOrganisation(meeting=meeting, organisation=organisation, present=present)
        for organisation in organisations
    )
    return meeting


def renew_histories(model: type[FollowUp] | type[Concern]) -> None:
    """Write the histories of all rows anew, as the rows tell them: a test changed the rows themselves."""
    rows: list[Any] = list(model._default_manager.all())
    for row in rows:
        row.periods.all().delete()
    begin_histories(rows)


def leave_session_idle(user: User, seconds: int = 60 * 60) -> None:
    """Make the user's session look as if nobody had used it for a time."""
    row = Session.objects.get(user=user)
    data = row.get_decoded()
    row.set_decoded(data | {SEEN: data[SEEN] - seconds})
    row.save(update_fields=["session_data"])
