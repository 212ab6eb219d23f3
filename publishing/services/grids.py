"""Release grids: a supervisor of the whole city proposes what is published, and another person confirms."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services.acts import refuse_same_device
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from publishing.models import BiasTable, Release, ReleaseGrid
from publishing.policies import can_confirm, can_publish
from publishing.rules.indicators import INDICATORS
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import quarter_of, year_of

RELEASE_LOCK: Final = 0x72656C73  # releases, grids and publications change one at a time


@transaction.atomic
def propose_grid(*, actor: Actor, since: date, level: int, splits: Mapping[str, str]) -> ReleaseGrid:
    """Propose what is published from the quarter of `since` on. An unconfirmed proposal is replaced.

    Raises PermissionDenied. Raises ValidationError for a released quarter, a level without districts or
    different from the released one, and an indicator or split that cannot be published.
    """
    if not can_publish(actor):
        raise PermissionDenied
    lock_releases()
    first_day = quarter_of(since).since
    refuse_released(first_day)
    if not District.objects.active().filter(lineage__len=level).exists():
        raise ValidationError({"level": _("Choose a level of districts from the list.")})
    if Release.objects.exists() and level != ReleaseGrid.objects.confirmed().latest("since").level:
        raise ValidationError(
            {
                "level": _(
                    "The level of districts stays as it was released, because a part taken from its "
                    "whole would reveal small numbers."
                )
            }
        )
    if not splits:
        raise ValidationError(_("Choose at least one indicator."))
    for slug, split in splits.items():
        if slug not in INDICATORS or split not in REPORTS[slug].ways:
            raise ValidationError(_("Choose indicators and splits from the list."))
    for row in ReleaseGrid.objects.proposed().select_for_update():
        _delete_proposal(actor, row)
    ordered = {slug: splits[slug] for slug in INDICATORS if slug in splits}
    grid = ReleaseGrid(since=first_day, level=level, splits=ordered, proposed_by_id=actor.id)
    grid.save(force_insert=True)
    _record_change(actor, Action.CREATE, Op.CREATED, grid, ["since", "level", "splits"])
    return grid


@transaction.atomic
def confirm_grid(*, actor: Actor, grid_id: UUID) -> ReleaseGrid:
    """Put a proposed grid in force. Raises DoesNotExist, PermissionDenied, ValidationError."""
    lock_releases()
    grid: ReleaseGrid = ReleaseGrid.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=grid_id)
    if not can_confirm(actor, grid):
        raise PermissionDenied
    refuse_same_device(actor, grid.proposed_by_id)
    if grid.confirmed_at:
        raise ValidationError(_("This release grid is already confirmed."))
    refuse_released(grid.since)
    grid.confirmed_by_id, grid.confirmed_at = actor.id, timezone.now()
    grid.version += 1
    grid.save()
    _record_change(actor, Action.UPDATE, Op.UPDATED, grid, ["confirmed_by", "confirmed_at"])
    return grid


@transaction.atomic
def withdraw_grid(*, actor: Actor, grid_id: UUID) -> None:
    """Withdraw a proposal. Raises DoesNotExist, PermissionDenied, and ValidationError if it is confirmed."""
    grid: ReleaseGrid = ReleaseGrid.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=grid_id)
    if not can_publish(actor) and not can_confirm(actor, grid):
        raise PermissionDenied
    if grid.confirmed_at:
        raise ValidationError(_("A confirmed release grid stays. Propose another for a later quarter."))
    _delete_proposal(actor, grid)


def refuse_released(since: date) -> None:
    """Raise ValidationError if this or a later quarter was released or has a bias table."""
    if Release.objects.filter(quarter_since__gte=since).exists():
        raise ValidationError(
            {"since": _("This quarter or a later one has been released. Choose a quarter after it.")}
        )

    if BiasTable.objects.filter(year_since__gte=year_of(since).since).exists():
        raise ValidationError(
            {
                "since": _(
                    "The bias table of this year or a later one is made, without the quarters of the grid. "
                    "Choose a quarter after it."
                )
            }
        )


def lock_releases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELEASE_LOCK])


def _delete_proposal(actor: Actor, grid: ReleaseGrid) -> None:
    _record_change(actor, Action.ERASE, Op.ERASED, grid, [])
    grid.delete()


def _record_change(actor: Actor, action: Action, op: Op, grid: ReleaseGrid, names: list[str]) -> None:
    record_changes(actor, action, [Changed("release_grid", grid.pk, op, grid.version, [], field_names=names)])
