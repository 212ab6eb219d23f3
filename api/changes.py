"""`/changes/`: changes since a cursor, in committed order, for the districts of the caller.

A cursor holds the number of the last row read (audit.TrailPosition), and the epoch of the numbers. Changes
contain no names and no values. The receiver reads the object through the API, so that access is recorded.
"""

import base64
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from api.http import parameters
from api.http.problems import Problem
from api.queries.changes import MODELS, as_rows, epoch, last_seq, numbered_for, readable_types, scope_of
from api.resources.base import Resource
from api.resources.descriptions import ID, MOMENT, described
from api.resources.shapes import Moment
from api.rules import to_json
from audit.models import Op, Pruned, TrailPosition


class ChangeShape(serializers.Serializer[Any]):
    """A change. Read the object by its ID.

    `out_of_scope`: the object left your districts, so erase your copy. `restricted`: hide your copy until
    it is `released`. `step_unseen`: an alarm, for which nothing changed.
    """

    seq = described(
        serializers.IntegerField(
            help_text=gettext_lazy("Increases with every change. No number is skipped or repeated.")
        ),
        "",
        75,
    )
    type = described(
        serializers.ChoiceField(tuple(MODELS)), "The kind of object, as in the paths.", "meetings"
    )
    id = described(serializers.UUIDField(), "The ID of the object.", ID)
    op = described(
        serializers.ChoiceField([*Op.values, "out_of_scope"]),
        "What happened. `out_of_scope`: delete your copy. `restricted`: hide it. "
        "`step_unseen`: an urgent step of the incident has not been seen for 10 minutes.",
        "updated",
    )
    version = described(serializers.IntegerField(), "The version after the change.", 2)
    at = described(Moment(), "When it changed.", MOMENT)
    by_this_key = described(
        serializers.BooleanField(
            help_text=gettext_lazy("True if this key made the change. False for what followed from it.")
        ),
        "",
        False,
    )
    into = described(
        serializers.UUIDField(required=False, help_text=gettext_lazy("ID of the record it was merged into.")),
        "",
        ID,
    )


class ChangesShape(serializers.Serializer[Any]):
    results = described(ChangeShape(many=True), "The rows of this page.")
    next = described(
        serializers.URLField(
            help_text=gettext_lazy("Request this URL next time, even if there were no results.")
        ),
        "",
        "https://crm.city.example/api/v1/changes/?cursor=Yzc1Lj",
    )
    has_more = described(
        serializers.BooleanField(
            help_text=gettext_lazy("True: request `next` now. False: request it later.")
        ),
        "",
        False,
    )


KEPT = timedelta(days=400)
LATEST = "latest"


# `c<number>.<epoch>`
_CURSOR: Final = re.compile(rb"c(\d{1,18})\.([0-9a-f]{12})")


class Changes(Resource):
    """Changes since a cursor, in committed order."""

    scope = "changes"
    silent = True
    shape = ChangesShape()
    words = {"types": tuple(MODELS)}
    paged = True
    problems = (410,)

    def list(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ("cursor", "limit", *self.words))
        limit, types = parameters.read_limit(request), self._types(request)
        after = self._position(request.query_params.get("cursor"))
        numbered_changes = list(
            numbered_for(self.actor, types).filter(seq__gt=after).order_by("seq")[: limit + 1]
        )
        rows = numbered_changes[:limit]
        results = as_rows(self.actor, rows)
        last_number = rows[-1].seq if rows else after
        query = f"cursor={write_cursor(last_number)}" + "".join(
            f"&{name}={request.query_params[name]}"
            for name in ("types", "limit")
            if name in request.query_params
        )
        following = request.build_absolute_uri(f"{request.path}?{query}")
        body = to_json({"results": results, "next": following, "has_more": len(numbered_changes) > limit})
        return HttpResponse(
            body, content_type="application/json", headers={"Link": f'<{following}>; rel="next"'}
        )

    def _types(self, request: Request) -> Sequence[str]:
        """The requested types, or all that the caller may read. Raises 403 naming a missing scope."""
        requested_types = parameters.read_choice(request, "types", MODELS)
        for name in requested_types:
            self.check_scope("read", scope_of(name))
        return requested_types or readable_types(self.actor)

    def _position(self, cursor: str | None) -> int:
        """The number in a cursor. Raises 410 if it is too old, or of a time before a restore."""
        if cursor == LATEST:
            return last_seq()
        if cursor is None:
            oldest = (
                TrailPosition.objects.filter(change__at__gte=timezone.now() - KEPT)
                .order_by("seq")
                .values_list("seq", flat=True)
                .first()
            )
            return (oldest or last_seq() + 1) - 1
        seq = read_cursor(cursor)
        older = TrailPosition.objects.filter(
            seq__gt=seq, change__isnull=False, change__at__lt=timezone.now() - KEPT
        )
        if seq > last_seq():
            raise parameters.bad_cursor()
        if older.exists() or seq < Pruned.objects.last_number():
            raise Problem(
                410, "cursor_too_old", _("This cursor has expired. Fetch everything again from the start.")
            )
        return seq


def write_cursor(seq: int) -> str:
    return base64.urlsafe_b64encode(f"c{seq}.{epoch()}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """The number in a cursor. Raises 400, and 410 if its number may belong to another change by now."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raise parameters.bad_cursor() from None
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise parameters.bad_cursor()
    if match[2].decode() != epoch():
        raise Problem(
            410,
            "feed_restarted",
            _("This system was restored from a backup after you got this cursor. Fetch everything again."),
        )
    return int(match[1])
