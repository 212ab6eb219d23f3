"""`/me/`: the caller with its scopes, districts, limits and pending notices."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import Role
from api.codes import Scope
from api.http import parameters
from api.notices import NOTICE, PENDING, PendingNoticeShape
from api.resources.base import Resource
from api.resources.descriptions import ID, described
from api.resources.shapes import Moment, codes
from api.rules import to_json
from api.services.limits import limit_of
from disclosure.services.limits import count_of_today
from districts.models import District
from privacy.models import Notice


class CallerShape(serializers.Serializer[Any]):
    kind = described(
        serializers.ChoiceField(("key", "user")), "Whether a key or a browser session is calling.", "key"
    )
    id = described(serializers.UUIDField(), "The ID of the key or of the staff account.", ID)
    name = described(serializers.CharField(), "The name of the key or of the user.", "Participation platform")
    role = described(
        serializers.ChoiceField(Role.choices, allow_null=True), "The role of the user. Null for a key."
    )
    scopes = described(
        serializers.ListField(child=serializers.ChoiceField(Scope.choices)),
        "The scopes of the key.",
        ["organisations:read"],
    )
    districts = described(codes(), "Codes of districts.", ["N1"])
    purpose = described(
        serializers.CharField(allow_null=True),
        "The purpose of the key, recorded with everything it does.",
        "invitations",
    )
    source = described(
        serializers.CharField(allow_null=True),
        "The source name of the key in `external_ids`.",
        "participation",
    )  # type: ignore[assignment]  # hides DRF's Field.source
    expires_at = described(Moment(allow_null=True), "When the key expires.", "2027-02-24T23:45:07+00:00")
    daily_contacts = described(
        serializers.IntegerField(
            allow_null=True, help_text=_("How many different contacts you can read in a day.")
        ),
        "",
        500,
    )
    contacts_left = described(
        serializers.IntegerField(
            allow_null=True, help_text=_("How many more you can read today, until midnight in the city.")
        ),
        "",
        480,
    )
    sandbox = serializers.BooleanField(help_text=_("Whether all rows here are invented."))
    notices = described(
        PendingNoticeShape(
            many=True,
            help_text=_(
                "Data that you read and that was corrected, restricted or erased since. Change your copy, "
                "then confirm with `POST /notices/{id}/`."
            ),
        ),
        "",
        [],
    )


class Me(Resource):
    """The caller and its rights."""

    silent = True
    shape = CallerShape()

    def list(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ())
        actor, key = self.actor, self.key
        reads = count_of_today(limit_of(actor, key)) if key or actor.reads else None
        codes = District.objects.covered_by(actor).order_by("code").values_list("code", flat=True)
        caller = {
            "kind": actor.kind,
            "id": actor.id,
            "name": actor.name,
            "role": actor.role or None,
            "scopes": sorted(actor.scopes),
            "districts": list(codes),
            "purpose": actor.purpose or None,
            "source": key.source if key else None,
            "expires_at": key.expires_at if key else None,
            "daily_contacts": reads.allowed if reads else None,
            "contacts_left": reads.remaining if reads else None,
            "sandbox": settings.SANDBOX,
            "notices": NOTICE.read(Notice.objects.visible_to(actor).pending().oldest_first(), actor, PENDING)
            if key
            else [],
        }
        return HttpResponse(to_json(caller), content_type="application/json")
