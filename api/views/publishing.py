"""`/publishing/…/`, to read only: what the public pages show. A page of the city can be made from it."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import models

from accounts.actors import Actor
from api.queries.changes import read_listings, without_protected_names
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.specs import Row
from api.rows.publishing import LISTING, PUBLIC_ENTRY, REPORTING_ROUTE
from contacts.models.organisation import IS_PROTECTED, Organisation
from lib.days import city_today
from publishing.filters import EntryFilters, ListingFilters, RouteFilters
from publishing.models import PublicEntry, PublicListing, ReportingRoute

_SAID: Final = ("said", "did", "why")


class PublicEntries(ListMixin):
    spec = PUBLIC_ENTRY
    scope = "organisations"
    silent = True
    filterset = EntryFilters
    orderings = ("month",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        rows = PublicEntry.objects.visible_to(actor).shown_on(city_today())
        return without_protected_names(rows, *_SAID, *(f"translations__{name}" for name in _SAID))


class ReportingRoutes(ListMixin):
    spec = REPORTING_ROUTE
    scope = "organisations"
    silent = True
    filterset = RouteFilters
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        """Those that are shown while they answer, but none of a protected location."""
        routes = ReportingRoute.objects.visible_to(actor).meant_to_be_public()
        routes = routes.filter(models.Q(organisation=None) | _is_not_protected(actor))
        return without_protected_names(routes, "name", "address", "hours", "note")


class PublicListings(ListMixin, RetrieveMixin):
    spec = LISTING
    scope = "organisations"
    filterset = ListingFilters
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return read_listings(actor).filter(is_in_force=True)

    def fetch(self, pk: UUID, names: Sequence[str] = ()) -> Row:
        """Read it each time: which texts name a protected location is asked anew (`read_one` keeps it)."""
        found = self.spec.read(self.visible(self.actor).filter(pk=pk), self.actor, names)
        if not found:
            raise PublicListing.DoesNotExist
        return found[0]


def _is_not_protected(actor: Actor) -> models.Exists:
    """Whether the key sees the organisation and its location is not protected.

    An organisation that the key does not see counts as protected, whether policies hide it or the query does.
    """
    seen = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("organisation"))
    return models.Exists(seen.exclude(IS_PROTECTED))
