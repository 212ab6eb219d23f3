"""What every list page does: filter, order, page by cursor, count; one canonical address per list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.forms import Form
from django.http import HttpResponseBase, HttpResponseRedirect

from accounts.middleware import ActorRequest
from accounts.models import SavedView
from districts.models import District
from lib.filters import FilterSet
from lib.keyset import InvalidCursor, Page, paginate

ROWS = 50
BEST = 200  # rows of a search
WITH_VIEWS = frozenset({"organisations", "contacts", "meetings", "follow_ups", "concerns"})


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list: `form` for the filter bar and chips, `next` and `previous` for the pager."""

    form: Form
    rows: Sequence[Any]
    count: int
    next: str | None
    previous: str | None
    ordering: str
    #: What the rows are filtered by, as the API takes it: what the page leaves out unasked included.
    filters: Mapping[str, str] = field(default_factory=dict)
    #: The list's name and address, and the views of it that are kept; nothing of this in a fragment.
    list_name: str = ""
    query: str = ""
    views: Sequence[SavedView] = ()

    @property
    def may_keep(self) -> bool:
        """Whether there is something to keep: filters or an order that no view has yet."""
        return bool(self.query) and self.query not in {view.query for view in self.views}

    @property
    def is_filtered(self) -> bool:
        return any(value not in (None, "", []) for value in getattr(self.form, "cleaned_data", {}).values())

    @property
    def is_cut(self) -> bool:
        """Whether a search found more than stands here."""
        return self.count > len(self.rows) and not (self.next or self.previous)

    @property
    def status(self) -> int:
        """422 when a filter was not understood."""
        return 422 if self.form.errors else 200


def listing(
    request: ActorRequest,
    filterset: type[FilterSet],
    queryset: models.QuerySet[Any],
    *,
    orderings: Sequence[str],
    default: str,
    ranked: bool = True,
    limit: int = ROWS,
    implied: Mapping[str, str] | None = None,
) -> Listing:
    """The page of `queryset` the address asks for.

    `queryset` starts with `visible_to`; `orderings` are the columns a reader may sort by. A search
    (`q`) gives its best rows in their own order when `ranked`, without a cursor, as in api.md.
    `implied` says as filters what `queryset` leaves out already.
    """
    filters = filterset(request.GET, queryset, actor=request.actor)
    form = filters.form
    if "district" in form.fields:
        form.fields["district"].choices = _district_choices(request)
    rows = filters.qs
    given = _as_parameters(filters) | dict(implied or {})
    about = _about(request)
    if ranked and form.is_valid() and form.cleaned_data.get("q"):
        found = list(rows[:BEST])
        count = rows.count() if len(found) == BEST else len(found)
        return Listing(form, found, count, None, None, "", given, **about)
    asked = request.GET.get("ordering", "")
    order = asked if asked.removeprefix("-") in orderings else default
    page: Page[Any]
    try:
        page = paginate(rows, order=order, limit=limit, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        page = paginate(rows, order=order, limit=limit)
    return Listing(form, page.rows, rows.count(), page.next, page.previous, order, given, **about)


def _about(request: ActorRequest) -> dict[str, Any]:
    """What a list page says of itself beside its rows."""
    place = request.resolver_match
    if place is None or place.url_name not in WITH_VIEWS or getattr(request, "htmx", False):
        return {}
    query = request.GET.copy()
    query.pop("cursor", None)
    views = SavedView.objects.visible_to(request.actor).of_list(place.url_name or "")
    return {"list_name": place.url_name, "query": query.urlencode(), "views": list(views)}


def canonical(request: ActorRequest) -> HttpResponseBase | None:
    """A redirect when a form sent repeated or empty values: `?kind=a&kind=b&q=` becomes `?kind=a,b`."""
    query = request.GET.copy()
    for name, values in list(query.lists()):
        given = ",".join(value for value in values if value)
        if given:
            query[name] = given
        else:
            del query[name]
    if _pairs(query) == _pairs(request.GET):
        return None
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)


def _as_parameters(filters: FilterSet) -> dict[str, str]:
    """The filters given in canonical form: a day that means a moment is said as the reader's moment."""
    if not filters.form.is_valid():
        return {}
    said = {
        name: ",".join(value for value in filters.data.getlist(name) if value)
        for name in filters.parameters()
        if name in filters.data
    }
    meant = filters.form.cleaned_data
    moments = {name: meant[name].isoformat() for name in said if isinstance(meant.get(name), datetime)}
    return {name: value for name, value in (said | moments).items() if value}


def _pairs(query: Any) -> Mapping[str, list[str]]:
    return dict(query.lists())


def _district_choices(request: ActorRequest) -> list[tuple[str, str]]:
    covered = District.objects.covered_by(request.actor).active().order_by("name", "pk")
    return list(covered.values_list("code", "name"))
