"""Verdicts on findings, and cuts: passages that are left out of the copy."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from privacy.codes import Ground, NoticeKind, RequestStatus, Verdict
from privacy.models import DataRequest, Finding, Restriction
from privacy.services.calling_off import refuse_fixed
from privacy.services.hiding import hide_texts, show_texts
from privacy.services.notices import make_notices
from privacy.services.requests import OBJECT_TYPE, locked_request

Cut = tuple[int, int]


@transaction.atomic
def decide_finding(*, actor: Actor, request_id: UUID, finding_id: UUID, verdict: str) -> Finding:
    """Set the verdict of a finding. Verdicts can change until the data is erased.

    Raises as `locked_request`, Finding.DoesNotExist, ValidationError.
    """
    row = locked_request(actor, request_id, None)
    if verdict not in set(Verdict.values) - {Verdict.OPEN}:
        raise ValidationError({"verdict": _("Choose a verdict.")})
    refuse_fixed(row)
    finding = _finding(row, finding_id)
    finding.verdict, finding.decided_by_id, finding.decided_at = verdict, actor.id, timezone.now()
    finding.read_again_by = None
    _note_contact(row, finding)
    _hide_or_show_text(actor, row, finding)
    return _save(actor, row, finding, ["verdict"])


@transaction.atomic
def decide_alike(*, actor: Actor, request_id: UUID, finding_ids: Collection[UUID], verdict: str) -> int:
    """Give findings with the same text the same verdict, and return how many. Raises as `decide_finding`."""
    for finding_id in sorted(finding_ids):
        decide_finding(actor=actor, request_id=request_id, finding_id=finding_id, verdict=verdict)
    return len(finding_ids)


@transaction.atomic
def read_again(*, actor: Actor, request_id: UUID, finding_id: UUID) -> Finding:
    """Confirm an unsure verdict as a second reader. The finding is then withheld.

    The first reader can confirm only if there is no other privacy officer. Raises as `locked_request`.
    """
    row = locked_request(actor, request_id, None)
    finding = _finding(row, finding_id)
    if finding.verdict != Verdict.UNSURE:
        raise ValidationError(_("This finding has another verdict."))
    if finding.decided_by_id == actor.id:
        other_officers = User.objects.active().with_role(Role.PRIVACY_OFFICER).exclude(pk=actor.id)
        if other_officers.exists():
            raise PermissionDenied
    finding.read_again_by_id = actor.id
    return _save(actor, row, finding, ["read_again"])


@transaction.atomic
def cut_finding(
    *,
    actor: Actor,
    request_id: UUID,
    finding_id: UUID,
    cuts: Sequence[Cut],
    grounds: Collection[str],
    length: int,
) -> Finding:
    """Leave stretches of the text out of the copy. The text has `length` characters.

    Raises ValidationError if stretches overlap or lie outside the text, or if there is no ground.
    """
    row = locked_request(actor, request_id, None)
    finding = _finding(row, finding_id)
    sorted_cuts = sorted((int(start), int(end)) for start, end in cuts)
    end_before = 0
    for start, end in sorted_cuts:
        if not end_before <= start < end <= length:
            raise ValidationError({"cuts": _("Select stretches of the text that do not overlap.")})
        end_before = end
    if sorted_cuts and not set(grounds):
        raise ValidationError({"grounds": _("Choose at least one ground.")})
    if not set(grounds) <= set(Ground.values):
        raise ValidationError({"grounds": _("Choose from the list.")})
    finding.cuts = [list(cut) for cut in sorted_cuts]
    finding.grounds = list(dict.fromkeys(grounds)) if sorted_cuts else []
    return _save(actor, row, finding, ["cuts", "grounds"])


def released(text: str, cuts: Sequence[Sequence[int]]) -> str:
    """Return the text for the copy, with a mark for each cut.

    >>> released("Her cousin Samir was asked", [[11, 16]])
    'Her cousin […] was asked'
    """
    parts, place = [], 0
    for start, end in sorted(map(tuple, cuts)):
        parts += [text[place:start], "[…]"]
        place = end
    return "".join([*parts, text[place:]])


def _finding(row: DataRequest, finding_id: UUID) -> Finding:
    if row.status != RequestStatus.DECIDING:
        raise ValidationError(_("The search is not finished yet."))
    findings: Any = Finding.objects.of_request(row).select_for_update(no_key=True)
    finding: Finding = findings.get(pk=finding_id)
    return finding


def _note_contact(row: DataRequest, finding: Finding) -> None:
    """Set or clear the contact of a request, by the verdict on the contact's own record."""
    if finding.model != "contacts.Contact":
        return
    pk = UUID(finding.object_id)
    if finding.verdict == Verdict.THEIRS and row.contact_id is None:
        row.contact_id = pk
    elif finding.verdict != Verdict.THEIRS and row.contact_id == pk:
        row.contact_id = None


def _hide_or_show_text(actor: Actor, row: DataRequest, finding: Finding) -> None:
    """Hide a text about the person while a restriction of the request stands, or put the text back."""
    for restriction in Restriction.objects.standing().filter(request=row):
        if finding.verdict == Verdict.THEIRS:
            hidden = hide_texts(actor, restriction, [finding])
            make_notices(actor, NoticeKind.RESTRICTED, hidden, request=row)
        else:
            show_texts(actor, restriction, finding)


def _save(actor: Actor, row: DataRequest, finding: Finding, names: list[str]) -> Finding:
    finding.save()
    row.version += 1
    row.updated_at = timezone.now()
    row.save(update_fields=["version", "updated_at", "contact_id"])
    record(actor, Action.UPDATE, OBJECT_TYPE, [row.pk], field_names=[f"finding_{name}" for name in names])
    return finding
