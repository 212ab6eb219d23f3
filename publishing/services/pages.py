"""Public pages of districts, their announced meetings, and the texts behind the footer."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from contacts.models import Organisation
from contacts.services.public_texts import refuse_named, refuse_protected
from districts.models import District
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from lib.days import city_today
from meetings.codes import MeetingStatus
from meetings.models import Meeting
from publishing.codes import OPEN_KINDS
from publishing.models import PublicDistrict, PublicMeeting, PublicText
from publishing.policies import can_announce, can_edit_page, can_publish
from publishing.queries.page_requirements import missing_for

DISTRICT: Final = "public_page"
MEETING: Final = "public_meeting"
TEXT: Final = "public_text"


@transaction.atomic
def write_page(
    *, actor: Actor, district_id: UUID, version: int | None = None, **fields: Any
) -> PublicDistrict:
    """Change whether a district has a public page, and its texts about the team.

    Raises DoesNotExist, PermissionDenied, StaleVersion and ValidationError by field. The error of `is_on`
    lists the requirements that the page does not meet yet.
    """
    district = District.objects.visible_to(actor).active().get(pk=district_id)
    if not can_edit_page(actor, district.pk):
        raise PermissionDenied
    stored_page = PublicDistrict.objects.filter(pk=district.pk).select_for_update(of=("self",)).first()
    page = stored_page or PublicDistrict(district=district)
    check_version(page.revision, version)
    changed = assign(page, fields)
    page.languages = list(dict.fromkeys(page.languages))
    page.full_clean(exclude=["district"])
    refuse_protected([page.intro, page.hours])
    refuse_named({"intro": page.intro, "hours": page.hours})
    if page.is_on and (missing := missing_for(page)):
        raise ValidationError({"is_on": missing}, code="not_ready")
    page.revision += 1 if stored_page else 0
    with constraints_in_words(PublicDistrict):
        page.save()
    _record_change(actor, DISTRICT, district.pk, district.pk, changed, is_new=stored_page is None)
    return page


@transaction.atomic
def announce_meeting(
    *, actor: Actor, meeting_id: UUID, version: int | None = None, **fields: Any
) -> PublicMeeting:
    """Announce a planned meeting to everyone, or change its announcement.

    Raises DoesNotExist, PermissionDenied, StaleVersion and ValidationError by field. The meeting must be of a
    kind for everyone, and without an organisation whose location is protected.
    """
    meeting = Meeting.objects.visible_to(actor).get(pk=meeting_id)
    if not can_announce(actor, meeting.district_id):
        raise PermissionDenied
    stored_notice = PublicMeeting.objects.filter(pk=meeting.pk).select_for_update(of=("self",)).first()
    notice = stored_notice or PublicMeeting(meeting=meeting)
    check_version(notice.revision, version)
    changed = assign(notice, fields)
    if notice.is_public:
        if meeting.kind not in OPEN_KINDS:
            raise ValidationError(_("Only a meeting for everyone can be announced."), code="kind")
        if not stored_notice and meeting.status != MeetingStatus.PLANNED:
            raise ValidationError(_("Only a planned meeting can be announced."), code="status")
        invited: Any = Organisation.objects.filter(meetings=meeting)
        if invited.with_protected_location().exists():
            raise ValidationError(
                _("An organisation whose location is protected takes part, so this cannot be announced."),
                code="protected",
            )
    notice.full_clean(exclude=["meeting"])
    refuse_protected([notice.title, notice.text, notice.place])
    if notice.is_public:
        refuse_named({"title": notice.title, "text": notice.text, "place": notice.place})
    notice.revision += 1 if stored_notice else 0
    notice.save()
    _record_change(actor, MEETING, meeting.pk, meeting.district_id, changed, is_new=stored_notice is None)
    return notice


@transaction.atomic
def write_text(
    *, actor: Actor, slug: str, language: str, text: str, version: int | None = None
) -> PublicText:
    """Add the version of a text after `version`. Raises PermissionDenied, StaleVersion, ValidationError."""
    if not can_publish(actor):
        raise PermissionDenied
    row = PublicText(in_force_since=city_today())
    assign(row, {"slug": slug, "language": language, "text": text})
    earlier = PublicText.objects.filter(slug=row.slug, language=row.language)
    last_version = earlier.aggregate(last=Max("version"))["last"] or 0
    check_version(last_version, version)
    row.version = last_version + 1
    row.full_clean(validate_constraints=False)
    refuse_protected([row.text])
    with constraints_in_words(PublicText):
        row.save(force_insert=True)
    record(actor, Action.CREATE, TEXT, [row.pk], field_names=["text"])
    return row


def _record_change(
    actor: Actor, name: str, pk: UUID, district_id: UUID, changed: list[str], *, is_new: bool
) -> None:
    action = Action.CREATE if is_new else Action.UPDATE
    record(actor, action, name, [pk], district_ids=[district_id], field_names=changed)
