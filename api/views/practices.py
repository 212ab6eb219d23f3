"""`/practices/`, to read only, for any key: what is published, and no name of a person."""

from typing import Any

from accounts.actors import Actor
from api.rows.practices import PRACTICE
from api.views.base import ListMixin, RetrieveMixin
from practices.filters import PracticeFilters
from practices.models import Practice


class PublishedFilters(PracticeFilters):
    status = None  # type: ignore[assignment]  # how django-filter leaves out an inherited filter


class Practices(ListMixin, RetrieveMixin):
    spec = PRACTICE
    filterset = PublishedFilters
    orderings = ("code", "updated_at", "created_at")

    @staticmethod
    def visible(actor: Actor) -> Any:
        return Practice.objects.visible_to(actor).published()
