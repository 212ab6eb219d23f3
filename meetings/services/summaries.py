"""What the write keeps for lists: when an organisation was last met."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import OuterRef, Subquery

from contacts.models import Organisation
from contacts.services.summaries import set_last_met
from meetings.models import Meeting, MeetingOrganisation

# The latest substantive meeting an organisation was present at: rules.is_substantive in SQL.
LAST_MET_AT = Subquery(
    Meeting.objects.substantive()
    .filter(organisation_links__organisation=OuterRef("pk"), organisation_links__present=True)
    .order_by("-starts_at")
    .values("starts_at")[:1]
)


def refresh_last_met(organisation_ids: Iterable[UUID]) -> None:
    """Set `last_met_at`, and `meet_by` after it, from the meetings as they are now; no version is raised.

    The rows are locked in one order, so that two meetings with the same organisations wait for each
    other instead of blocking each other.
    """
    rows = Organisation.objects.filter(pk__in=list(organisation_ids))
    ids = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if ids:
        set_last_met(Organisation.objects.filter(pk__in=ids), LAST_MET_AT)


def recount_last_met() -> None:
    """Set both for every organisation, from what the database keeps beside its links to meetings.

    For a book that was just filled: `LAST_MET_AT` is slow where PostgreSQL knows nothing of the tables yet.
    """
    met = MeetingOrganisation.objects.filter(organisation=OuterRef("pk"), met_at__isnull=False)
    set_last_met(Organisation.objects.all(), Subquery(met.order_by("-met_at").values("met_at")[:1]))
