"""`/officers/`: staff who can be assigned, without their email addresses, for any key."""

from typing import Any

from django.db import models
from django.db.models import OuterRef

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from api.resources.base import ListMixin, RetrieveMixin
from api.resources.columns import columns
from api.resources.descriptions import described, field
from api.resources.shapes import codes
from api.resources.specs import Column, RowSpec, ids_of

OFFICER = RowSpec(
    "officer",
    columns(
        User,
        "id",
        field("name", "The name of the officer.", "Marta Vidal"),
        Column(
            "districts",
            described(codes(), "Codes of districts.", ["N1"]),
            ids_of(
                User.districts.through.objects.filter(user_id=OuterRef("pk")).order_by("district__code"),
                "district__code",
            ),
        ),
    ),
)


class Officers(ListMixin, RetrieveMixin):
    spec = OFFICER
    silent = True
    orderings = ("name",)

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        visible_users: models.QuerySet[User] = User.objects.visible_to(actor)
        return visible_users.filter(is_active=True, role__in=WRITES)
