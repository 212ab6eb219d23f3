"""Record adoptions: trials of a practice and their results."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.services.public_texts import refuse_protected
from districts.models import District
from lib.cleaning import assign, refuse_future
from meetings.models import FollowUp
from practices.models import Adoption, Practice
from practices.policies import can_record_adoption
from practices.services.practices import write_practice
from reminders.services.reminders import refresh_reminders


@transaction.atomic
def record_adoption(
    *,
    actor: Actor,
    practice_id: UUID,
    district: District,
    follow_up: FollowUp | None = None,
    **fields: Any,
) -> Adoption:
    """Record the result of a practice in a district. The practice itself stays as it is.

    Raises DoesNotExist if the actor does not see the practice, PermissionDenied unless the actor writes in
    the district, ValidationError by field.
    """
    practice = Practice.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=practice_id)
    if not can_record_adoption(actor, district.pk):
        raise PermissionDenied
    if not practice.is_published:
        raise ValidationError(_("Only a published practice can be tried."), code="not_published")
    if follow_up and Adoption.objects.filter(follow_up=follow_up).exists():
        raise ValidationError(_("This takeaway is already recorded."), code="recorded")
    adoption = Adoption(practice=practice, district=district, follow_up=follow_up, written_by_id=actor.id)
    assign(adoption, fields)
    refuse_future(adoption, ["started_on"])
    adoption.full_clean(exclude=["practice", "district", "follow_up", "written_by"])
    refuse_protected([adoption.what_we_changed, adoption.asked_how])
    adoption.save(force_insert=True)
    write_practice(actor, practice, ["adoptions"])
    if follow_up:
        refresh_reminders("takeaway", follow_up.pk)
    return adoption


@transaction.atomic
def withdraw_adoption(*, actor: Actor, adoption_id: UUID) -> None:
    """Delete an adoption. Raises DoesNotExist, and PermissionDenied unless the actor recorded it."""
    adoption = Adoption.objects.visible_to(actor).select_related("practice").get(pk=adoption_id)
    if adoption.written_by_id is None or adoption.written_by_id != actor.id:
        raise PermissionDenied
    follow_up_id = adoption.follow_up_id
    adoption.delete()
    write_practice(actor, adoption.practice, ["adoptions"])
    if follow_up_id:
        refresh_reminders("takeaway", follow_up_id)
