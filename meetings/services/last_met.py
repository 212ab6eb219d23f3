"""Date of the last meeting of organisations, which each write of a meeting refreshes for lists."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.actors import Actor
from audit.models import TRANSACTION_ID, Action, Change, Op
from audit.services import Changed, record_changes
from contacts.models import Organisation
from contacts.services.change_feed import districts_by_organisation
from contacts.services.next_meetings import set_last_met
from lib.row_context import Opened, opened
from meetings.models import Meeting, MeetingOrganisation
from meetings.rules import LAST_MET_FIELDS

# The latest substantive meeting an organisation was present at: rules.is_substantive in SQL.
LAST_MET_AT = Subquery(
    Meeting.objects.substantive()
    .filter(organisation_links__organisation=OuterRef("pk"), organisation_links__present=True)
    .order_by("-starts_at")
    .values("starts_at")[:1]
)


@opened(Opened.RECOUNT)
def refresh_last_met(actor: Actor, organisation_ids: Iterable[UUID]) -> None:
    """Set `last_met_at` and `meet_by` from the current meetings. The version stays.

    The change feed reports the new date. Rows are locked in a fixed order, so that two meetings with the same
    organisations wait for each other instead of causing a deadlock.
    """
    rows = Organisation.objects.filter(pk__in=list(organisation_ids))
    locked = rows.order_by("pk").select_for_update(no_key=True)
    before = dict(locked.values_list("pk", "last_met_at"))
    if not before:
        return
    organisations = Organisation.objects.filter(pk__in=list(before))
    set_last_met(organisations, LAST_MET_AT)
    after = organisations.order_by("pk").values_list("pk", "version", "last_met_at")
    _record_last_met(actor, {pk: version for pk, version, met_at in after if met_at != before[pk]})


def _record_last_met(actor: Actor, versions: Mapping[UUID, int]) -> None:
    """Record the new date of each organisation, once in a transaction."""
    if not versions:
        return
    recorded_ids = Change.objects.filter(
        object_id__in=list(versions), xid=TRANSACTION_ID, event__field_names=LAST_MET_FIELDS
    ).values_list("object_id", flat=True)
    districts_by_id = districts_by_organisation(set(versions).difference(recorded_ids))
    if districts_by_id:
        changes = [
            Changed(
                "organisation", pk, Op.UPDATED, versions[pk], districts_by_id[pk], field_names=LAST_MET_FIELDS
            )
            for pk in districts_by_id
        ]
        record_changes(actor, Action.UPDATE, changes)


def recount_last_met() -> None:
    """Set `last_met_at` and `meet_by` of all organisations from `met_at` of their meeting links.

    For a newly filled database, where `LAST_MET_AT` is slow because PostgreSQL has no statistics yet.
    """
    met = MeetingOrganisation.objects.filter(organisation=OuterRef("pk"), met_at__isnull=False)
    set_last_met(Organisation.objects.all(), Subquery(met.order_by("-met_at").values("met_at")[:1]))
