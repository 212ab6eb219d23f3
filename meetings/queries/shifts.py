"""Numbers of organisations and contacts that a duty shift opens."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from contacts.models import Contact, Organisation
from districts.models import District


def records_in_districts(district_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return the numbers of organisations and contacts in each district and its parts. One statement."""
    in_it = {"home_district__lineage__contains": [OuterRef("pk")]}
    counts = {
        f"{name}_count": Coalesce(Subquery(_count(model.objects.filter(**in_it))), 0)
        for name, model in (("organisation", Organisation), ("contact", Contact))
    }
    rows: Any = District.objects.filter(pk__in=district_ids).annotate(**counts)
    values = rows.values_list("pk", "organisation_count", "contact_count")
    return {pk: (organisations, contacts) for pk, organisations, contacts in values}


def _count(rows: Any) -> Any:
    """Return all rows as one group with their number."""
    return rows.order_by().annotate(group=Coalesce(1, 1)).values("group").annotate(n=Count("pk")).values("n")
