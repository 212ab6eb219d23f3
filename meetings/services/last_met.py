"""What the write keeps for lists: when an organisation was last met."""

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
    """Set `last_met_at`, and `meet_by` after it, from the meetings as they are now; no version is raised.

    Whoever keeps a copy learns of it from the change feed. The rows are locked in one order, so that two
    meetings with the same organisations wait for each other instead of blocking each other.
    """
    rows = Organisation.objects.filter(pk__in=list(organisation_ids))
    locked = rows.order_by("pk").select_for_update(no_key=True)
    before = dict(locked.values_list("pk", "last_met_at"))
    if not before:
        return
    those = Organisation.objects.filter(pk__in=list(before))
    set_last_met(those, LAST_MET_AT)
    after = those.order_by("pk").values_list("pk", "version", "last_met_at")
    _record(actor, {pk: version for pk, version, met_at in after if met_at != before[pk]})


def _record(actor: Actor, versions: Mapping[UUID, int]) -> None:
    """Record that these were last met at another moment, of each once in a transaction."""
    if not versions:
        return
    told = Change.objects.filter(
        object_id__in=list(versions), xid=TRANSACTION_ID, event__field_names=LAST_MET_FIELDS
    ).values_list("object_id", flat=True)
    where = districts_by_organisation(set(versions).difference(told))
    if where:
        changes = [
            Changed("organisation", pk, Op.UPDATED, versions[pk], where[pk], field_names=LAST_MET_FIELDS)
            for pk in where
        ]
        record_changes(actor, Action.UPDATE, changes)


def recount_last_met() -> None:
    """Set both for every organisation, from what the database keeps beside its links to meetings.

    For a book that was just filled: `LAST_MET_AT` is slow where PostgreSQL knows nothing of the tables yet.
    """
    met = MeetingOrganisation.objects.filter(organisation=OuterRef("pk"), met_at__isnull=False)
    set_last_met(Organisation.objects.all(), Subquery(met.order_by("-met_at").values("met_at")[:1]))
