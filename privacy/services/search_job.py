"""The background task that searches for the person of a data request, and writes its findings."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from disclosure.services.disclosing import disclose
from jobs.services import kinds
from jobs.services.kinds import JobRefused, JobResult, Work
from privacy.codes import Matched, RequestStatus, Verdict
from privacy.models import DataRequest, Finding
from privacy.policies import can_handle_requests
from privacy.queries.text_search import RANKS, Found, find_everywhere, is_edited
from privacy.services.requests import OBJECT_TYPE, SEARCH


def search_person(work: Work) -> JobResult:
    """Search for the person of a request. Findings of an earlier search keep their verdicts."""
    row = DataRequest.objects.visible_to(work.actor).filter(pk=UUID(work.parameters["request"])).first()
    if row is None or row.status != RequestStatus.SEARCHING:
        raise JobRefused(_("The request is no longer open."))
    found = find_everywhere(row, work.progress)

    def keep(_files: object) -> None:
        keep_findings(row, found)
        disclose(work.actor, OBJECT_TYPE, [row], action=Action.SEARCH, reason=row.number)

    return JobResult({"findings": len(found)}, record=keep)


@transaction.atomic
def keep_findings(row: DataRequest, found: list[Found]) -> None:
    """Replace the findings. What was decided stays if it was found again.

    A text that was edited since stays as it was found first, and so does its finding, also if the person is
    no longer in it. It needs a new verdict if it was not theirs (`is_edited`).
    """
    row = DataRequest.objects.select_for_update(no_key=True).get(pk=row.pk)
    known = {(one.model, one.object_id, one.field): one for one in Finding.objects.of(row)}
    order = sorted(found, key=lambda one: (RANKS[Matched(one.matched)], one.model, one.object_id, one.field))
    kept: list[Finding] = []
    new: list[Finding] = []
    for position, one in enumerate(order, 1):
        before = known.pop((one.model, one.object_id, one.field), None)
        finding = before or Finding(request=row, model=one.model, object_id=one.object_id, field=one.field)
        finding.position, finding.matched = position, one.matched
        if before is not None and is_edited(before, one):
            before.verdict, before.text, before.read_again_by, before.cuts = Verdict.OPEN, one.text, None, []
            before.save()
        if before is None:
            finding.text = one.text
        if finding.text == one.text:
            finding.passages = [list(passage) for passage in one.passages]
        (kept if before else new).append(finding)
    edited = set(_edited(list(known.values())))
    for finding in (one for one in known.values() if one.pk in edited):
        finding.position = len(kept) + len(new) + 1
        kept.append(finding)
    Finding.objects.filter(pk__in={one.pk for one in known.values()} - edited).delete()
    Finding.objects.bulk_update(kept, ["position", "matched", "passages"])
    Finding.objects.bulk_create(new)
    row.status, row.searched_at = RequestStatus.DECIDING, timezone.now()
    row.frozen_contact_ids = []  # from now on the findings freeze
    row.version += 1
    row.save(update_fields=["status", "searched_at", "frozen_contact_ids", "version"])


def _edited(lost: Sequence[Finding]) -> Iterator[UUID]:
    """Findings that are not found again although their row still exists: someone edited the text."""
    for label in sorted({one.model for one in lost}):
        mine = [one for one in lost if one.model == label and one.text]
        mine = [one for one in mine if one.verdict != Verdict.SOMEBODY_ELSE]
        rows = apps.get_model(label)._base_manager.filter(pk__in=[one.object_id for one in mine])
        there = set(map(str, rows.values_list("pk", flat=True)))
        yield from (one.pk for one in mine if one.object_id in there)


JOB: Final = kinds.Kind(
    SEARCH,
    search_person,
    title=gettext_lazy("Search for a person"),
    may=can_handle_requests,
    lane=kinds.Lane.PRIVACY,
)
