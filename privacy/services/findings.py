"""Verdicts on findings: whether a passage is about the person, and what of it is left out of the copy."""

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
    """Say whether a finding is about the person. An earlier verdict is replaced, until the data is erased.

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
    _follow_restrictions(actor, row, finding)
    return _save(actor, row, finding, ["verdict"])


@transaction.atomic
def decide_alike(*, actor: Actor, request_id: UUID, finding_ids: Collection[UUID], verdict: str) -> int:
    """Give findings with the same text the same verdict, and return how many. Raises as `decide_finding`."""
    for finding_id in sorted(finding_ids):
        decide_finding(actor=actor, request_id=request_id, finding_id=finding_id, verdict=verdict)
    return len(finding_ids)


@transaction.atomic
def read_again(*, actor: Actor, request_id: UUID, finding_id: UUID) -> Finding:
    """Confirm as a second reader that nobody can tell whom a finding is about. It is then withheld.

    Whoever said so first can confirm it only if there is no other privacy officer.
    """
    row = locked_request(actor, request_id, None)
    finding = _finding(row, finding_id)
    if finding.verdict != Verdict.UNSURE:
        raise ValidationError(_("This finding has another verdict."))
    if finding.decided_by_id == actor.id:
        others = User.objects.active().with_role(Role.PRIVACY_OFFICER).exclude(pk=actor.id)
        if others.exists():
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
    """Leave stretches of the text, which has `length` characters, out of the copy, each for these grounds.

    Raises ValidationError for stretches that overlap or lie outside the text, and without a ground.
    """
    row = locked_request(actor, request_id, None)
    finding = _finding(row, finding_id)
    known = sorted((int(start), int(end)) for start, end in cuts)
    end_before = 0
    for start, end in known:
        if not end_before <= start < end <= length:
            raise ValidationError({"cuts": _("Select stretches of the text that do not overlap.")})
        end_before = end
    if known and not set(grounds):
        raise ValidationError({"grounds": _("Choose at least one ground.")})
    if not set(grounds) <= set(Ground.values):
        raise ValidationError({"grounds": _("Choose from the list.")})
    finding.cuts = [list(one) for one in known]
    finding.grounds = list(dict.fromkeys(grounds)) if known else []
    return _save(actor, row, finding, ["cuts", "grounds"])


def released(text: str, cuts: Sequence[Sequence[int]]) -> str:
    """Return the text as it leaves, with a mark for each cut.

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
    found: Any = Finding.objects.of(row).select_for_update(no_key=True)
    finding: Finding = found.get(pk=finding_id)
    return finding


def _note_contact(row: DataRequest, finding: Finding) -> None:
    """The contact of a request is the one whose own record is about the person."""
    if finding.model != "contacts.Contact":
        return
    pk = UUID(finding.object_id)
    if finding.verdict == Verdict.THEIRS and row.contact_id is None:
        row.contact_id = pk
    elif finding.verdict != Verdict.THEIRS and row.contact_id == pk:
        row.contact_id = None


def _follow_restrictions(actor: Actor, row: DataRequest, finding: Finding) -> None:
    """Hide a text that is theirs while a restriction of the request stands, and put back one that is not."""
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
