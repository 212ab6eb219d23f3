"""The base of all resources: authentication, rate limit, visible rows and recording of access."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.actors import Actor
from api.http import parameters
from api.http.compressing import compress
from api.http.etags import etag, is_unchanged
from api.http.lifecycle import headers_for
from api.http.parsers import MergePatchParser, StrictJSONParser
from api.http.problems import Problem
from api.http.throttling import count_request
from api.models import ApiKey
from api.resources.reading import read_tuples
from api.resources.specs import ALWAYS, Row, RowSpec
from api.rules import to_json
from api.services.limits import limit_of
from audit.models import Action
from audit.rules import both_purposes
from disclosure.services.disclosing import disclose
from lib.filters import FilterSet
from lib.keyset import InvalidCursor, paginate
from lib.reasons import read_reason
from meetings.queries.portfolio import contacts_in_portfolio

BEST = 200  # rows in a search response
SESSION_ROWS = 20  # contacts per list in a browser session


class Resource(ViewSet):
    """A resource of the API. `scope` is the noun in its scopes; if empty, any key may read it."""

    spec: ClassVar[RowSpec]
    scope: ClassVar[str] = ""
    #: Reading requires the write scope, because there is no read scope.
    needs_write: ClassVar[bool] = False
    filterset: ClassVar[type[FilterSet] | None] = None
    orderings: ClassVar[Sequence[str]] = ()
    #: Whether the rows are contacts, for the quota and the activity log.
    shows_people: ClassVar[bool] = False
    #: Columns that link a contact to organisations. Browser sessions get them for one contact, not in lists.
    ties: ClassVar[Sequence[str]] = ()
    #: Record no event: names of districts, officers and codes are not personal data of contacts.
    silent: ClassVar[bool] = False

    #: For the documentation of a view whose response is not a row of `spec`: its shape, the parameters
    #: that take words from a fixed list, whether it takes `cursor` and `limit`, and its own problems.
    shape: ClassVar[Any] = None
    body: ClassVar[Any] = None  # the input serializer of an action of its own
    media_type: ClassVar[str] = "application/json"
    words: ClassVar[Mapping[str, Collection[str]]] = {}
    lists: ClassVar[Mapping[str, str]] = {}  # parameters of values with commas, and what each is
    paged: ClassVar[bool] = False
    problems: ClassVar[Sequence[int]] = ()

    @property
    def object_type(self) -> str:
        return self.spec.object_type

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]  # declared by ActorRequest
        return actor

    @property
    def key(self) -> ApiKey | None:
        return self.request.auth if isinstance(self.request.auth, ApiKey) else None

    @staticmethod
    def visible(actor: Actor) -> models.QuerySet[Any]:
        """Rows that the caller may see. Starts with `visible_to`."""
        raise NotImplementedError

    def get_parsers(self) -> list[BaseParser]:
        method = self.request.method if self.request else ""  # none while the document is made
        return [StrictJSONParser(), *([MergePatchParser()] if method == "PATCH" else [])]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise Problem(
                403, "https_required", _("Use https. If you sent a key over plain HTTP, rotate it now.")
            )
        super().initial(request, *args, **kwargs)
        if self.actor.id is None:
            raise NotAuthenticated
        self.rate_headers = count_request(request)
        if not hasattr(self, str(request.method).lower()):  # no scope would help
            raise MethodNotAllowed(str(request.method))
        self.reads = request.method != "POST"  # the caller has just sent the contact's data
        self._take_purpose(request)
        self.check_scope("read" if request.method in ("GET", "HEAD", "OPTIONS") else "write")

    def _take_purpose(self, request: Request) -> None:
        """Set the purpose of reading contacts.

        A key has one; a browser session sends the header `X-Purpose`.
        """
        purpose = read_reason(_as_sent(request.headers.get("X-Purpose", "")))
        self.says_why = bool(purpose or (self.actor.kind == "key" and self.actor.purpose))
        if self.actor.kind == "user" and purpose:
            both_reasons = both_purposes(self.actor.purpose, purpose)
            request._request.actor = replace(self.actor, purpose=both_reasons)  # type: ignore[attr-defined]  # as ActorMiddleware does

    def disclose(
        self,
        rows: Iterable[UUID],
        *,
        people: Collection[UUID] = (),
        linked_people: Collection[UUID] = (),
        **event: Any,
    ) -> None:
        """Ask for the purpose of reading `people`, count them and `linked_people`, and record the access.

        Users count those outside their portfolio apart, as on pages (docs/adr/0013 and 0048).
        """
        counted = [*people, *linked_people]
        is_session = self.key is None
        disclose(
            self.actor,
            self.object_type,
            rows,
            reason=None if people and self.reads and not self.says_why else "",
            people=counted,
            outside=set(counted) - contacts_in_portfolio(self.actor, counted) if is_session else (),
            limit=limit_of(self.actor, self.key) if counted else None,
            **event,
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(self, "rate_headers", {}).items():
            response.headers.setdefault(name, value)
        self._add_deprecation_headers(request, response)
        if response.status_code == 415 and request.method == "PATCH":
            response.headers["Accept-Patch"] = ", ".join(parser.media_type for parser in self.get_parsers())
        key = self.key if self.request.auth is not None else None
        if key:
            compress(request._request, response)
        if key and key.ends_soon(timezone.now()):
            response.headers["Key-Expires-At"] = key.expires_at.isoformat(timespec="seconds")
        return response

    def _add_deprecation_headers(self, request: Request, response: Any) -> None:
        place = request._request.resolver_match
        ends = headers_for(request.method or "", place.route if place else "", request.query_params)
        if ends and (link := response.headers.get("Link")):
            ends["Link"] = f"{link}, {ends['Link']}"
        for header, value in ends.items():
            response.headers[header] = value

    def check_scope(self, verb: str, noun: str = "") -> None:
        """Raise 403 if the key lacks the scope (named in the detail), or the user the permission."""
        noun = noun or self.scope
        if not noun:
            return
        verb = "write" if self.needs_write else verb
        if self.actor.kind == "key":
            if f"{noun}:{verb}" not in self.actor.scopes:
                raise Problem(
                    403,
                    "missing_scope",
                    _("This key does not have the “%(s)s” scope.") % {"s": f"{noun}:{verb}"},
                )
        elif not (self.actor.reads if verb == "read" else self.actor.writes):
            raise PermissionDenied

    def may_read(self) -> bool:
        """Whether the response to a write may show the row: a write scope does not include reading."""
        return (
            self.actor.kind != "key"
            or not self.scope
            or self.needs_write
            or f"{self.scope}:read" in self.actor.scopes
        )

    # --- One object -------------------------------------------------------------------------------

    def fetch(self, pk: UUID, names: Sequence[str] = ()) -> Row:
        """Return the row visible to the caller, or raise the same 404 as for a missing row."""
        rows = self.spec.read_one(self.visible, pk, self.actor, names)
        if not rows:
            raise self.spec_model.DoesNotExist
        return rows[0]

    @property
    def spec_model(self) -> Any:
        return self.visible(self.actor).model

    def show(
        self,
        rows: Sequence[Row],
        expand: Iterable[str],
        action: Action,
        searched: str = "",
        asked_about: Sequence[UUID] = (),
        linked_people: Sequence[UUID] = (),
    ) -> None:
        """Expand references and disclose all rows, before the response is sent.

        `asked_about` are other objects of the request's filters. A row links to `linked_people`.
        """
        expanded_rows = self.spec.expand(rows, expand, self.actor)
        people = [
            row["id"]
            for name, related_rows in expanded_rows.items()
            if self.spec.expansions[name].people
            for row in related_rows
        ]
        if self.shows_people:
            people.extend(row["id"] for row in rows)
        if self.silent and not people and not linked_people:
            return
        disclosed_rows = [*rows, *(row for related_rows in expanded_rows.values() for row in related_rows)]
        self.disclose(
            [*(row["id"] for row in disclosed_rows), *asked_about, *linked_people],
            people=people,
            linked_people=linked_people,
            action=action,
            searched=searched,
            district_ids={pk for row in disclosed_rows for pk in row.district_ids},
        )

    def read_expand(self, request: Request) -> list[str]:
        expansion_names = parameters.read_choice(request, "expand", self.spec.expansions)
        for name in expansion_names:
            scope = self.spec.expansions[name].scope
            if scope and self.actor.kind == "key" and scope not in self.actor.scopes:
                raise Problem(
                    403, "missing_scope", _("This key does not have the “%(s)s” scope.") % {"s": scope}
                )
        return expansion_names

    def read_fields(self, request: Request) -> list[str]:
        """The selected columns with `id` and `version`, or an empty list for all."""
        requested_names = parameters.read_choice(request, "fields", self.spec.names)
        return (
            [name for name in self.spec.names if name in {*ALWAYS, *requested_names}]
            if requested_names
            else []
        )


class ListMixin(Resource):
    def list(self, request: Request) -> HttpResponse:
        known_parameters: Collection[str] = [
            *parameters.PAGING,
            *(self.filterset.parameters() if self.filterset else ()),
        ]
        parameters.check_parameters(request, known_parameters)
        maximum = SESSION_ROWS if self.shows_people and self.key is None else None
        limit = parameters.read_limit(request, maximum)
        order = parameters.read_ordering(request, self.orderings)
        names: Sequence[str] = self.read_fields(request)
        expand = self.read_expand(request)
        if self.key is None:
            names = self._without_ties(names, expand)
        queryset, asked_about = self._filtered(request)
        links: dict[str, str | None] = {"next": None, "previous": None}
        if request.query_params.get("q"):
            best = limit if "limit" in request.query_params else maximum or BEST
            rows = self._best(queryset[:best], names)
        else:
            rows, links = self._page(request, queryset, names, order, limit)
        counted = {"count": queryset.count()} if parameters.read_flag(request, "count") else {}
        searched = request.query_params.get("q", "")
        self.show(rows, expand, Action.SEARCH if searched else Action.LIST, searched, asked_about)
        response = HttpResponse(
            to_json({**links, **counted, "results": rows}), content_type="application/json"
        )
        if link_headers := [f'<{url}>; rel="{name[:4]}"' for name, url in links.items() if url]:
            response["Link"] = ", ".join(link_headers)
        return response

    def _filtered(self, request: Request) -> tuple[models.QuerySet[Any], Sequence[UUID]]:
        """The filtered rows, and the IDs of other objects that the filters ask about."""
        if self.filterset is None:
            return self.visible(self.actor), ()
        filter_parameters = request.query_params.copy()
        for name in parameters.PAGING:
            filter_parameters.pop(name, None)
        filters = self.filterset(filter_parameters, self.visible(self.actor), actor=self.actor, is_form=False)
        parameters.check_filters(filters)
        return filters.qs, filters.asked_about

    def _best(self, queryset: models.QuerySet[Any], names: Sequence[str]) -> Sequence[Row]:
        return self.spec.read(queryset, self.actor, names)

    def _without_ties(self, names: Sequence[str], expand: Iterable[str]) -> Sequence[str]:
        """Omit columns that link contacts to organisations from a session's list (docs/adr/0013).

        Raises 403 if the caller selected such a column.
        """
        ties = {name for name, expansion in self.spec.expansions.items() if expansion.people} | {*self.ties}
        if requested_ties := ties & {*names, *expand}:
            detail = _("Lists do not include “%(name)s” in a browser session. Fetch the record itself.")
            raise Problem(403, "not_on_lists", detail % {"name": min(requested_ties)})
        return [name for name in self.spec.names if name not in ties] if ties and not names else names

    def _page(
        self,
        request: Request,
        queryset: models.QuerySet[Any],
        names: Sequence[str],
        order: str,
        limit: int,
    ) -> tuple[Sequence[Row], dict[str, str | None]]:
        column = order.removeprefix("-")
        try:
            page = paginate(
                queryset,
                order=order,
                limit=limit,
                cursor=request.query_params.get("cursor"),
                read=lambda rows: read_tuples(self.spec, rows, self.actor, names, [column]),
                key=lambda row: (row[-2], row[-1]),
            )
        except InvalidCursor:
            raise parameters.bad_cursor() from None
        links = {"next": self._link(request, page.next), "previous": self._link(request, page.previous)}
        return self.spec.rows(page.rows, names), links

    def _link(self, request: Request, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = urlencode({**request.query_params.dict(), "cursor": cursor})
        return request.build_absolute_uri(f"{request.path}?{query}")


class RetrieveMixin(Resource):
    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        parameters.check_parameters(request, ("fields", "expand"))
        names, expand = self.read_fields(request), self.read_expand(request)
        row = self.fetch(pk, names)
        # In a browser session, their IDs count as contacts: lists of contacts have the names.
        linked_people = self.spec.people_in([row]) if self.key is None else []
        self.show([row], expand, Action.VIEW, linked_people=linked_people)
        version = row.get("version", 1)
        body = to_json(row)
        tag = etag(version, body)
        if is_unchanged(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        return HttpResponse(body, content_type="application/json", headers={"ETag": tag})


def empty(status: int = 204) -> Response:
    return Response(status=status)


def _as_sent(header: str) -> str:
    """Decode a header as UTF-8, which clients send for accented letters.

    WSGI has decoded the header as Latin-1 (PEP 3333).
    """
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
