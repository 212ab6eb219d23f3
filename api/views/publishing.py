"""`/publishing/…/`, to read only: what the public pages show. A page of the city can be made from it."""

from typing import Any

from django.db import models

from accounts.actors import Actor
from api.rows.publishing import LISTING, PUBLIC_ENTRY, REPORTING_ROUTE
from api.views.base import ListMixin
from contacts.models import Organisation
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
        hidden = Organisation.objects.with_protected_location().filter(pk=models.OuterRef("organisation"))
        return ReportingRoute.objects.visible_to(actor).meant_to_be_public().exclude(models.Exists(hidden))


class PublicListings(ListMixin):
    spec = LISTING
    scope = "organisations"
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        hidden = Organisation.objects.with_protected_location().filter(pk=models.OuterRef("organisation"))
        return PublicListing.objects.visible_to(actor).in_force().exclude(models.Exists(hidden))
