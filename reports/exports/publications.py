"""What may be published beside what was published before: two tables must not give away by their difference.

Within one table `reports.suppression` hides what is small. Between tables of communities or kinds, of
districts that lie in one another and of periods that overlap, anybody can subtract one from the other; so
only the very same cut may be published again, and only of reports that count the same organisations. A
job's row is the record of a publication. docs/exports.md says what this does not protect from.
"""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from districts.models import District
from jobs.models import Job, JobStatus
from reports.exports.asked import Asked, Audience
from reports.questions import By

KIND: Final = "export_report"
# Those of n of all organisations. Others count some of them, meetings or concerns: what the difference of two
# such tables is of (organisations without an agreement, say) would be small cells again.
SPLIT: Final = frozenset({"coverage", "continuity", "data-health"})


def check_publication(asked: Asked, *, before: UUID | None = None) -> None:
    """Raises ValidationError where the figures stay inside, with the reason. `before`: a job of its own."""
    if not asked.is_public or not asked.is_split:
        return
    if asked.slug not in SPLIT:
        raise ValidationError(
            _(
                "By community or kind this report stays inside: beside others it would give small numbers "
                "away. Publish it for the whole district."
            ),
            code="stays_inside",
        )
    published = _published(asked)
    if before is not None:
        published = published.filter(pk__lt=before)  # of two asked for at once, the first is made
    if any(_gives_away(asked, Asked.of(job.parameters)) for job in published):
        raise ValidationError(
            _(
                "Figures by community or kind were published before for days or districts that overlap with "
                "these but are not the same: the difference would give small numbers away. Publish the same "
                "period, district and split again, or one that does not overlap."
            ),
            code="overlaps",
        )


def _published(asked: Asked) -> Any:
    """Publications by community or kind that share a day with this one, whoever made them."""
    return Job.objects.filter(
        kind=KIND,
        status__in=[JobStatus.WAITING, JobStatus.RUNNING, JobStatus.DONE],
        parameters__audience=Audience.PUBLIC.value,
        parameters__by__in=[By.FOCUS.value, By.KIND.value],
        parameters__since__lt=asked.period.until.isoformat(),
        parameters__until__gt=asked.period.since.isoformat(),
    )


def _gives_away(one: Asked, other: Asked) -> bool:
    if (one.district, one.period, one.by, one.all_kinds) == (
        other.district,
        other.period,
        other.by,
        other.all_kinds,
    ):
        return False
    return _share_ground(one.district, other.district)


def _share_ground(one: str, other: str) -> bool:
    """Whether one of two districts lies in the other."""
    lineages = {row.code: row for row in District.objects.filter(code__in=[one, other])}
    if one not in lineages or other not in lineages:
        return False
    first, second = lineages[one], lineages[other]
    return first.pk in second.lineage or second.pk in first.lineage
