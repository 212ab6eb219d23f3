"""Derived columns of organisations: the last meeting, and the day by which to meet again."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, DateField, F, Func, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from lib.days import city_zone
from lib.row_context import Opened, opened

_LAST_MET_OR_ADDED = TruncDate(Coalesce("last_met_at", "created_at"), tzinfo=city_zone())

# The day by which an active organisation with an agreed frequency is to be met again.
MEET_BY = Case(
    When(
        status=OrganisationStatus.ACTIVE,
        cadence_days__isnull=False,
        then=Func(
            _LAST_MET_OR_ADDED,
            F("cadence_days"),
            template="(%(expressions)s)",
            arg_joiner=" + ",
            output_field=DateField(),
        ),
    ),
    default=Value(None),
    output_field=DateField(),
)


@opened(Opened.RECOUNT)
def set_last_met(organisations: OrganisationQuerySet, met_at: Subquery) -> None:
    """Set `last_met_at` and then `meet_by`, without a new version. `met_at` comes from an app above."""
    organisations.update(last_met_at=met_at)
    organisations.update(meet_by=MEET_BY)


@opened(Opened.RECOUNT)
def refresh_meet_by(organisation_ids: Iterable[UUID]) -> None:
    """Compute `meet_by` from status, agreed frequency and last meeting, without a new version."""
    Organisation.objects.filter(pk__in=list(organisation_ids)).update(meet_by=MEET_BY)
