"""What reminders are about, as far as somebody may see it."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from accounts.models import Relief
from lib.acting import Acting
from meetings.models import Concern, FollowUp, Meeting, Reminder
from meetings.models.reminder import SubjectType

Subject = Meeting | FollowUp | Concern | Relief


def subjects_seen_by(actor: Acting, reminders: Iterable[Reminder]) -> dict[UUID, Subject]:
    """Meetings, promises `with_homes`, concerns and reliefs of these that the actor sees; a query a type."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    for reminder in reminders:
        ids[reminder.subject_type].add(reminder.subject_id)
    seen: dict[UUID, Subject] = {}
    if wanted := ids[SubjectType.MEETING]:
        seen.update(Meeting.objects.visible_to(actor).filter(pk__in=wanted).in_bulk())
    if wanted := ids[SubjectType.FOLLOW_UP]:
        promises = FollowUp.objects.visible_to(actor).with_homes()
        seen.update(promises.filter(pk__in=wanted).in_bulk())
    if wanted := ids[SubjectType.CONCERN]:
        concerns = Concern.objects.visible_to(actor).select_related("district")
        seen.update(concerns.filter(pk__in=wanted).in_bulk())
    if wanted := ids[SubjectType.RELIEF]:
        reliefs = Relief.objects.visible_to(actor).select_related("district", "officer")
        seen.update(reliefs.filter(pk__in=wanted).in_bulk())
    return seen
