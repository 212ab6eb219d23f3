"""Background task that searches for the person of a data request, and writes the findings."""

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
from privacy.queries.text_search import RANKS, TextMatch, find_everywhere, is_edited
from privacy.services.requests import OBJECT_TYPE, SEARCH


def search_person(work: Work) -> JobResult:
    """Search for the person of a request. Findings of an earlier search keep their verdicts."""
    row = DataRequest.objects.visible_to(work.actor).filter(pk=UUID(work.parameters["request"])).first()
    if row is None or row.status != RequestStatus.SEARCHING:
        raise JobRefused(_("The request is no longer open."))
    matches = find_everywhere(row, work.progress)

    def record_findings(_files: object) -> None:
        keep_findings(row, matches)
        disclose(work.actor, OBJECT_TYPE, [row], action=Action.SEARCH, reason=row.number)

    return JobResult({"findings": len(matches)}, record=record_findings)


@transaction.atomic
def keep_findings(row: DataRequest, matches: list[TextMatch]) -> None:
    """Replace the findings of a request. A verdict stays if the text was found again.

    An edited text keeps its finding and the text as found first, even if it no longer names the person. It
    needs a new verdict if it was not about the person (`is_edited`).
    """
    row = DataRequest.objects.select_for_update(no_key=True).get(pk=row.pk)
    old_findings = {
        (finding.model, finding.object_id, finding.field): finding
        for finding in Finding.objects.of_request(row)
    }
    sorted_matches = sorted(
        matches, key=lambda one: (RANKS[Matched(one.matched)], one.model, one.object_id, one.field)
    )
    kept_findings: list[Finding] = []
    new_findings: list[Finding] = []
    for position, match in enumerate(sorted_matches, 1):
        before = old_findings.pop((match.model, match.object_id, match.field), None)
        finding = before or Finding(
            request=row, model=match.model, object_id=match.object_id, field=match.field
        )
        finding.position, finding.matched = position, match.matched
        if before is not None and is_edited(before, match):
            before.verdict, before.text, before.read_again_by, before.cuts = (
                Verdict.OPEN,
                match.text,
                None,
                [],
            )
            before.save()
        if before is None:
            finding.text = match.text
        if finding.text == match.text:
            finding.passages = [list(passage) for passage in match.passages]
        (kept_findings if before else new_findings).append(finding)
    edited_ids = set(_ids_of_edited_texts(list(old_findings.values())))
    for finding in (old_finding for old_finding in old_findings.values() if old_finding.pk in edited_ids):
        finding.position = len(kept_findings) + len(new_findings) + 1
        kept_findings.append(finding)
    Finding.objects.filter(pk__in={finding.pk for finding in old_findings.values()} - edited_ids).delete()
    Finding.objects.bulk_update(kept_findings, ["position", "matched", "passages"])
    Finding.objects.bulk_create(new_findings)
    row.status, row.searched_at = RequestStatus.DECIDING, timezone.now()
    row.frozen_contact_ids = []  # now the findings freeze rows
    row.version += 1
    row.save(update_fields=["status", "searched_at", "frozen_contact_ids", "version"])


def _ids_of_edited_texts(lost: Sequence[Finding]) -> Iterator[UUID]:
    """Yield IDs of findings that were not found again although their row exists: someone edited the text."""
    for label in sorted({finding.model for finding in lost}):
        table_findings = [finding for finding in lost if finding.model == label and finding.text]
        table_findings = [finding for finding in table_findings if finding.verdict != Verdict.SOMEBODY_ELSE]
        rows = apps.get_model(label)._base_manager.filter(
            pk__in=[finding.object_id for finding in table_findings]
        )
        existing_ids = set(map(str, rows.values_list("pk", flat=True)))
        yield from (finding.pk for finding in table_findings if finding.object_id in existing_ids)


JOB: Final = kinds.Kind(
    SEARCH,
    search_person,
    title=gettext_lazy("Search for a person"),
    may=can_handle_requests,
    lane=kinds.Lane.PRIVACY,
)
