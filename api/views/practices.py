"""`/practices/`, to read only, for any key: what is published, and no name of a person."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from api.http import parameters
from api.resources.base import ListMixin, Resource, RetrieveMixin
from api.rows.practices import PRACTICE
from audit.models import Action
from audit.rules import recipient_of
from lib.city_files import write
from practices.filters import PracticeFilters
from practices.models import Practice, PracticeFile
from practices.policies import can_exchange_practices


class PublishedFilters(PracticeFilters):
    status = None  # type: ignore[assignment]  # how django-filter leaves out an inherited filter


class Practices(ListMixin, RetrieveMixin):
    spec = PRACTICE
    filterset = PublishedFilters
    orderings = ("code", "updated_at", "created_at")

    @staticmethod
    def visible(actor: Actor) -> Any:
        return Practice.objects.visible_to(actor).published()


class PracticeExchangeFile(Resource):
    """The latest file for other cities that a supervisor confirmed, signed by the city."""

    visible = PracticeFile.objects.visible_to
    scope = "reports"
    shape = serializers.JSONField()
    lists: ClassVar[Mapping[str, str]] = {"ids": "Only a file with exactly these practices, by ID."}
    problems = (404,)

    @property
    def object_type(self) -> str:
        return "practice_file"

    def retrieve(self, request: Request) -> HttpResponse:
        """Read a file of practices: the bytes that were signed. Whoever reads it is recorded."""
        parameters.check_parameters(request, ("ids",))
        if self.actor.kind != "key" and not can_exchange_practices(self.actor):
            raise PermissionDenied
        rows = self.visible(self.actor).signed().latest_first()
        if ids := parameters.read_texts(request, "ids"):
            rows = rows.filter(practices=sorted(map(_uuid, ids)))
        with transaction.atomic():
            row = rows.first()
            if row is None:
                raise PracticeFile.DoesNotExist
            to = recipient_of(self.actor.name, f"file for {row.recipient}")
            self.disclose([row.pk], action=Action.EXPORT, recipient=to)
        return HttpResponse(
            write(row.document, row.key, row.signature),
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="practices.json"'},
        )


def _uuid(text: str) -> UUID:
    """Raises DoesNotExist: no file has a practice of such an ID."""
    try:
        return UUID(text)
    except ValueError:
        raise PracticeFile.DoesNotExist from None
