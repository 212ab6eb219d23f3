"""`/changes/`: what changed since a cursor, in committed order, for the districts of the caller.

A cursor holds the number of the last row seen (audit.Numbered). What changed hands out no names
and no values: the receiver reads the object through the API, so access stays logged.
"""

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api import parameters
from api.problems import Problem
from api.renderers import to_json
from api.rows.changes import ChangesShape
from api.views.base import Resource
from audit.models import Numbered, Op
from contacts.models import Contact, Organisation
from meetings.models import Concern, FollowUp, Meeting

KEPT = timedelta(days=400)
LATEST = "latest"
MODELS: dict[str, Any] = {
    "organisations": Organisation,
    "contacts": Contact,
    "meetings": Meeting,
    "follow-ups": FollowUp,
    "concerns": Concern,
}
TYPE_OF = {
    "organisation": "organisations",
    "contact": "contacts",
    "meeting": "meetings",
    "follow_up": "follow-ups",
    "concern": "concerns",
}
OBJECT_TYPE = {name: kind for kind, name in TYPE_OF.items()}


class Changes(Resource):
    """What changed since a cursor, in committed order."""

    scope = "changes"
    silent = True
    shape = ChangesShape()
    words = {"types": tuple(MODELS)}
    paged = True

    def list(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ("cursor", "limit", *self.words))
        limit, types = parameters.read_limit(request), self._types(request)
        after = self._position(request.query_params.get("cursor"))
        rows = list(self._numbered(types).filter(seq__gt=after).order_by("seq")[:limit])
        hidden = self._out_of_scope(rows)
        results = [self._row(row, hidden) for row in rows]
        last = rows[-1].seq if rows else after
        query = f"cursor={_cursor(last)}" + "".join(
            f"&{name}={request.query_params[name]}"
            for name in ("types", "limit")
            if name in request.query_params
        )
        following = request.build_absolute_uri(f"{request.path}?{query}")
        body = to_json({"results": results, "next": following})
        return HttpResponse(
            body, content_type="application/json", headers={"Link": f'<{following}>; rel="next"'}
        )

    def _types(self, request: Request) -> Sequence[str]:
        """Those asked for, else all that the caller may read; a scope that is missing is named."""
        asked = parameters.read_choice(request, "types", MODELS)
        for name in asked:
            self.check_scope("read", name)
        if asked:
            return asked
        if self.actor.kind != "key":
            return list(MODELS)
        return [name for name in MODELS if f"{name}:read" in self.actor.scopes]

    def _numbered(self, types: Sequence[str]) -> Any:
        changes = Numbered.objects.filter(
            change__isnull=False, change__object_type__in=[OBJECT_TYPE[name] for name in types]
        ).select_related("change", "change__event")
        if self.actor.sees_everywhere:
            return changes
        return changes.filter(change__district_ids__overlap=list(self.actor.district_ids))

    def _position(self, cursor: str | None) -> int:
        """The number a cursor stands for. Raises 410 when what followed it is no longer kept."""
        if cursor == LATEST:
            return _last()
        oldest = (
            Numbered.objects.filter(change__at__gte=timezone.now() - KEPT)
            .order_by("seq")
            .values_list("seq", flat=True)
            .first()
        )
        if cursor is None:
            return (oldest or _last() + 1) - 1
        seq = _read(cursor)
        older = Numbered.objects.filter(
            seq__gt=seq, change__isnull=False, change__at__lt=timezone.now() - KEPT
        )
        if seq > _last():
            raise parameters.bad_cursor()
        if older.exists():
            raise Problem(410, "cursor_too_old", _("This cursor is too old: read everything again."))
        return seq

    def _out_of_scope(self, rows: Sequence[Numbered]) -> set[UUID]:
        """Objects of these rows that the caller does not see any more: the receiver erases them."""
        by_type: dict[str, set[UUID]] = {}
        for row in rows:
            if row.change and row.change.op != Op.ERASED and row.change.op != Op.MERGED:
                by_type.setdefault(TYPE_OF[row.change.object_type], set()).add(row.change.object_id)
        hidden: set[UUID] = set()
        for name, ids in by_type.items():
            seen = MODELS[name].objects.visible_to(self.actor).filter(pk__in=ids).values_list("pk", flat=True)
            hidden |= ids - set(seen)
        return hidden

    def _row(self, row: Numbered, hidden: set[UUID]) -> dict[str, Any]:
        change: Any = row.change
        gone = change.object_id in hidden
        shown = {
            "seq": row.seq,
            "type": TYPE_OF[change.object_type],
            "id": change.object_id,
            "op": "out_of_scope" if gone else change.op,
            "version": change.version,
            "at": change.at,
            "by_this_key": change.event.actor_id == self.actor.id,
        }
        return {**shown, "into": change.into_id} if change.into_id and not gone else shown


def _last() -> int:
    return Numbered.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def _cursor(seq: int) -> str:
    return base64.urlsafe_b64encode(b"c%d" % seq).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raise parameters.bad_cursor() from None
    if text[:1] != b"c" or not text[1:].isdigit() or len(text) > 19:
        raise parameters.bad_cursor()
    return int(text[1:])
