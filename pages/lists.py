"""List pages: filters, order, cursor pagination and count, with one canonical URL per list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.db import models
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from accounts.models import SavedView
from audit.models import Action
from disclosure.services.disclosing import district_ids_of
from districts.models import District
from lib.filters import FilterSet
from lib.keyset import InvalidCursor, Page, paginate
from pages.disclosing import disclose
from pages.lookups import ids_of, readers_only

T = TypeVar("T", bound=models.Model)

ROWS = 50
BEST = 200  # rows of a search
WITH_VIEWS = frozenset({"organisations", "contacts", "meetings", "follow_ups", "concerns"})


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: `form` for the filter bar and chips, `next` and `previous` for the pager."""

    form: Form
    rows: Sequence[Any]
    count: int
    next: str | None
    previous: str | None
    ordering: str
    #: The filters as API parameters, including those that the page applies without being asked.
    filters: Mapping[str, str] = field(default_factory=dict)
    #: Name and address of the list and its saved views.
    list_name: str = ""
    query: str = ""
    views: Sequence[SavedView] = ()

    @property
    def may_keep(self) -> bool:
        """Whether the list can be saved as a view: it has filters or an order that no view has yet."""
        return bool(self.query) and self.query not in {view.query for view in self.views}

    @property
    def is_filtered(self) -> bool:
        """Whether the form filters. A part of a list (`show`) is no filter."""
        cleaned = getattr(self.form, "cleaned_data", {})
        return any(cleaned[name] not in (None, "", []) for name in cleaned if name != "show")

    @property
    def is_cut(self) -> bool:
        """Whether a search found more rows than shown."""
        return self.count > len(self.rows) and not (self.next or self.previous)

    @property
    def status(self) -> int:
        """422 if a filter is invalid."""
        return 422 if self.form.errors else 200


class Source(Protocol):
    """The rows of a list, if they are not those of its filtered queryset."""

    def best(self, limit: int) -> Sequence[Any]:
        """Rows of a search, the best first."""

    def page(self, request: ActorRequest, order: str) -> Page[Any]:
        """Rows at the cursor in the URL."""

    def count(self) -> int: ...


class _Filtered:
    """The rows of a filtered queryset."""

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        self.rows = rows

    def best(self, limit: int) -> Sequence[Any]:
        return list(self.rows[:limit])

    def page(self, request: ActorRequest, order: str) -> Page[Any]:
        return page_of(request, self.rows, order)

    def count(self) -> int:
        return self.rows.count()


def list_page(view: Callable[[ActorRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate the view of a list of records: only readers may open it, only at its canonical URL."""

    @require_safe
    @wraps(view)
    def page(request: ActorRequest) -> HttpResponseBase:
        readers_only(request)
        clean = canonical(request)
        if clean is None or "HX-Request" not in request.headers:
            return clean or view(request)
        # A fragment is answered at once; only the address bar gets the canonical URL.
        request.GET = QueryDict(urlsplit(clean.url).query)
        response = view(request)
        response.headers["HX-Push-Url"] = clean.url
        return response

    return page


def show_list(
    request: ActorRequest,
    object_type: str,
    filterset: type[FilterSet],
    queryset: models.QuerySet[Any],
    *,
    heading: str,
    find: str,
    orderings: Sequence[str],
    default: str,
    implied: Mapping[str, str] | None = None,
    shown: Callable[[Sequence[Any]], list[UUID]] = ids_of,
    source: Callable[[FilterSet], Source] | None = None,
    template: str = "",
    **context: Any,
) -> HttpResponse:
    """Return the page of `queryset` that the URL asks for, in the template of the type.

    The template extends pages/list.html. `queryset` starts with `visible_to`. `orderings` are the sortable
    columns. `implied` names the filters already applied to `queryset`. `shown` returns the IDs of everything
    that the rows show, for the activity log. `source` reads rows that are not those of the filtered queryset.
    """
    filters = filterset(request.GET, queryset, actor=request.actor)
    if "district" in filters.form.fields:
        filters.form.fields["district"].choices = _district_choices(request)
    rows: Source = source(filters) if source else _Filtered(filters.qs)
    page = _listing(request, filters, rows, orderings, default, implied)
    disclose(
        request,
        object_type,
        shown(page.rows),
        action=Action.LIST,
        searched=request.GET.get("q", ""),
        district_ids=district_ids_of(page.rows),
    )
    name = f"{object_type}s"
    list_context = {"page": page, "noun": name.replace("_", "-"), "heading": heading, "find": find}
    template = template or f"pages/{name}/list.html"
    return render(request, template, list_context | context, status=page.status)


def _listing(
    request: ActorRequest,
    filters: FilterSet,
    rows: Source,
    orderings: Sequence[str],
    default: str,
    implied: Mapping[str, str] | None,
) -> Listing:
    """A search (`q`) returns its best rows in order of relevance, without a cursor, as in the API."""
    form = filters.form
    parameters = _as_parameters(filters) | dict(implied or {})
    saved_views = _saved_views(request)
    if form.is_valid() and form.cleaned_data.get("q"):
        best = rows.best(BEST)
        count = rows.count() if len(best) == BEST else len(best)
        return Listing(form, best, count, None, None, "", parameters, **saved_views)
    ordering = request.GET.get("ordering", "")
    order = ordering if ordering.removeprefix("-") in orderings else default
    page = rows.page(request, order)
    return Listing(form, page.rows, rows.count(), page.next, page.previous, order, parameters, **saved_views)


def page_of(request: ActorRequest, rows: models.QuerySet[T], order: str) -> Page[T]:
    """Return the page at the cursor in the URL, or the first page if there is no valid cursor."""
    try:
        return paginate(rows, order=order, limit=ROWS, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return paginate(rows, order=order, limit=ROWS)


def _saved_views(request: ActorRequest) -> dict[str, Any]:
    """Fields of a list page other than its rows."""
    place = request.resolver_match
    if place is None or place.url_name not in WITH_VIEWS:
        return {}
    query = request.GET.copy()
    query.pop("cursor", None)
    views = SavedView.objects.visible_to(request.actor).of_list(place.url_name or "")
    return {"list_name": place.url_name, "query": query.urlencode(), "views": list(views)}


def canonical(request: ActorRequest) -> HttpResponseRedirect | None:
    """Redirect repeated or empty values to the canonical URL: `?kind=a&kind=b&q=` becomes `?kind=a,b`."""
    query = request.GET.copy()
    for name, values in list(query.lists()):
        joined = ",".join(value for value in values if value)
        if joined:
            query[name] = joined
        else:
            del query[name]
    if _pairs(query) == _pairs(request.GET):
        return None
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)


def _as_parameters(filters: FilterSet) -> dict[str, str]:
    """The given filters as API parameters.

    Dates used as timestamps become timestamps in the reader's zone.
    """
    if not filters.form.is_valid():
        return {}
    filtered = {
        name: ",".join(value for value in filters.data.getlist(name) if value)
        for name in filters.parameters()
        if name in filters.data
    }
    meant = filters.form.cleaned_data
    moments = {name: meant[name].isoformat() for name in filtered if isinstance(meant.get(name), datetime)}
    return {name: value for name, value in (filtered | moments).items() if value}


def _pairs(query: Any) -> Mapping[str, list[str]]:
    return dict(query.lists())


def _district_choices(request: ActorRequest) -> list[tuple[str, str]]:
    covered = District.objects.covered_by(request.actor).active().order_by("name", "pk")
    return list(covered.values_list("code", "name"))
