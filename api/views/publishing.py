"""`/publishing/…/`, to read only: what the public pages show. A page of the city can be made from it."""

from typing import Any, Final

from django.db import models

from accounts.actors import Actor
from api.rows.publishing import LISTING, PUBLIC_ENTRY, REPORTING_ROUTE
from api.views.base import ListMixin
from contacts.models.organisation import IS_PROTECTED, Organisation
from contacts.services.checking import protected_words
from lib.days import city_today
from publishing.models import PublicEntry, PublicListing, ReportingRoute

_SAID: Final = ("said", "did", "why")


class PublicEntries(ListMixin):
    spec = PUBLIC_ENTRY
    scope = "organisations"
    silent = True
    orderings = ("month",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        rows = PublicEntry.objects.visible_to(actor).shown_on(city_today())
        return _without_protected_names(rows, *_SAID, *(f"translations__{name}" for name in _SAID))


class ReportingRoutes(ListMixin):
    spec = REPORTING_ROUTE
    scope = "organisations"
    silent = True
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        """Those that are shown while they answer, but none of a protected location."""
        routes = ReportingRoute.objects.visible_to(actor).meant_to_be_public()
        routes = routes.filter(models.Q(organisation=None) | _is_not_protected(actor))
        return _without_protected_names(routes, "name", "address", "hours", "note")


class PublicListings(ListMixin):
    spec = LISTING
    scope = "organisations"
    orderings = ("updated_at",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        rows = PublicListing.objects.visible_to(actor).in_force().filter(_is_not_protected(actor))
        return _without_protected_names(rows, "summary", "focus_words")


def _without_protected_names(rows: Any, *texts: str) -> models.QuerySet[Any]:
    """Rows of which no text names a location that is protected by now, as on the pages of the public site."""
    protected = protected_words()
    named = {pk for pk, *said in rows.values_list("pk", *texts) if protected.names(*said)}
    found: models.QuerySet[Any] = rows.exclude(pk__in=named)
    return found


def _is_not_protected(actor: Actor) -> models.Exists:
    """Whether the key sees the organisation and its location is not protected.

    An organisation that the key does not see counts as protected, whether policies hide it or the query does.
    """
    seen = Organisation.objects.visible_to(actor).filter(pk=models.OuterRef("organisation"))
    return models.Exists(seen.exclude(IS_PROTECTED))
