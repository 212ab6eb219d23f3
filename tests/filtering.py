"""Rows of a filtered list, checked to be the same on the page and in the API."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from lib.filters import FilterSet


def filtered(filterset: type[FilterSet], query: str, rows: QuerySet[Any], actor: Any) -> QuerySet[Any]:
    page, api = (filterset(QueryDict(query), rows, actor=actor, is_form=is_form) for is_form in (True, False))
    assert page.is_valid(), page.errors
    assert set(page.qs.values_list("pk")) == set(api.qs.values_list("pk"))
    return page.qs
