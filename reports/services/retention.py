"""End of the members of kept figures: their IDs and salts are destroyed, the numbers stay."""

from datetime import date

from django.conf import settings
from django.db import transaction

from accounts.actors import SYSTEM
from audit.models import Action
from audit.services import record
from reports.models import FigureChange, KeptMembers, KeptPeriod
from reports.queries.kept import OBJECT_TYPE
from reports.rules.kept import years_before

_AT_ONCE = 500


@transaction.atomic
def end_members(today: date) -> int:
    """Destroy IDs and salts of periods that ended FIGURES_MEMBERS_YEARS ago. Return the number of periods.

    An event names the periods, so that `verify_audit` does not miss what was destroyed.
    """
    end = years_before(today, settings.FIGURES_MEMBERS_YEARS)
    old = KeptPeriod.objects.filter(until__lte=end, salt__isnull=False).select_for_update(skip_locked=True)
    periods = list(old.order_by("until", "pk")[:_AT_ONCE])
    if not periods:
        return 0
    ids = [period.pk for period in periods]
    KeptPeriod.objects.filter(pk__in=ids).update(salt=None)
    KeptMembers.objects.filter(kept_period__in=ids).delete()
    FigureChange.objects.filter(figure__kept_period__in=ids).delete()
    record(
        SYSTEM,
        Action.ERASE,
        OBJECT_TYPE,
        ids,
        district_ids={period.district_id for period in periods},
        field_names=["members"],
    )
    return len(ids)
