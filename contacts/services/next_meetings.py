"""What lists need and the write keeps: when an organisation wants to be met next."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, DateField, F, Func, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from contacts.codes import OrganisationStatus
from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from lib.days import city_zone
from lib.row_context import Opened, opened

_DAY_IT_COUNTS_FROM = TruncDate(Coalesce("last_met_at", "created_at"), tzinfo=city_zone())

# The last day on which an active organisation with an agreed cadence is still met within it.
MEET_BY = Case(
    When(
        status=OrganisationStatus.ACTIVE,
        cadence_days__isnull=False,
        then=Func(
            _DAY_IT_COUNTS_FROM,
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
    """Set `last_met_at`, and `meet_by` after it; no version is raised. Meetings are in a room above."""
    organisations.update(last_met_at=met_at)
    organisations.update(meet_by=MEET_BY)


@opened(Opened.RECOUNT)
def refresh_meet_by(organisation_ids: Iterable[UUID]) -> None:
    """Set `meet_by` anew from status, cadence and the last meeting; no version is raised."""
    Organisation.objects.filter(pk__in=list(organisation_ids)).update(meet_by=MEET_BY)
