"""Organisations with a history: the state of an organisation in each period."""

from datetime import datetime
from typing import Any

from contacts.models import Organisation, OrganisationPeriod
from districts.models import District
from tests.factories import make_organisation
from tests.reports.city import old


def known(district: District, **fields: Any) -> Organisation:
    """Create an organisation that exists since long before the periods of the report."""
    return old(make_organisation(district, **fields))


def then(organisation: Organisation, moment: datetime, **changes: Any) -> None:
    """Change the organisation from `moment` on, up to today."""
    now = organisation.periods.get(until__isnull=True)
    OrganisationPeriod.objects.filter(pk=now.pk).update(until=moment)
    now.pk, now.since, now.until = None, moment, None
    now._state.adding = True
    for name, value in changes.items():
        setattr(now, name, value)
        setattr(organisation, name, value)
    now.save()
    organisation.save(update_fields=list(changes))
