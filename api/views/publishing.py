"""`/publishing/…/`, to read only: what the public pages show. A page of the city can be made from it."""

from typing import Any

from django.db import models

from accounts.actors import Actor
from api.rows.publishing import LISTING, PUBLIC_ENTRY, REPORTING_ROUTE
from api.views.base import ListMixin
from contacts.models.organisation import IS_PROTECTED, Organisation
from lib.days import city_today
from publishing.models import PublicEntry, PublicListing, ReportingRoute


class PublicEntries(ListMixin):
    spec = PUBLIC_ENTRY
    scope = "organisations"
    silent = True
    orderings = ("month",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return PublicEntry.objects.visible_to(actor).shown_on(city_today())


class ReportingRoutes(ListMixin):
    spec = REPORTING_ROUTE
    scope = "organisations"
    silent = True
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        """Those that are shown while they answer, but none of a protected location."""
        routes = ReportingRoute.objects.visible_to(actor).meant_to_be_public()
        return routes.filter(models.Q(organisation=None) | _is_not_protected(actor))


class PublicListings(ListMixin):
    spec = LISTING
    scope = "organisations"
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        return PublicListing.objects.visible_to(actor).in_force().filter(_is_not_protected(actor))


def _is_not_protected(actor: Actor) -> models.Exists:
    """Whether the key sees the organisation and its location is not protected.

    An organisation that the key does not see counts as protected, whether policies hide it or the query does.
    """
    seen = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("organisation"))
    return models.Exists(seen.exclude(IS_PROTECTED))
