"""Pages with a form: saved, rejected by a rule, or in conflict with another change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, Protocol, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from lib.conflicts import StaleVersion
from pages.conflicts import Difference, differences
from pages.forms.base import add_service_errors, typed_again

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def form_page(view: View) -> View:
    """Decorator for a view that shows and accepts a form.

    Its form IDs survive reloads without scripts (pages.once).
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.is_form_page = True  # type: ignore[attr-defined]  # read by pages.once
        return view(request, *args, **kwargs)

    return cast(View, require_http_methods(["GET", "HEAD", "POST"])(opened))


def posted(request: HttpRequest) -> QueryDict | None:
    """Data to bind a form to: None until something is sent."""
    return request.POST if request.method == "POST" else None


class Validated(Protocol):
    """A form or formset."""

    def is_valid(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """The result of a form. `saved` is the service's return value, or None if nothing was saved."""

    form: Any
    status: HTTPStatus
    saved: T | None = None
    differences: list[Difference] | None = None  # set if the row was changed in the meantime

    @property
    def context(self) -> dict[str, Any]:
        """Context for showing the form again, with components/conflict.html above it."""
        return {"form": self.form, "differences": self.differences}


def save_or_show_conflict(
    form: forms.BaseForm,
    save: Callable[[], T],
    *,
    current: Callable[[], Mapping[str, Any]],
    again: Callable[[Any], forms.BaseForm],
    beside: Iterable[Validated] = (),
) -> Attempt[T]:
    """Call `save` if `form` and the forms in `beside` are valid. A draft is only shown again.

    `current` returns the values that a fresh form would show. `again` builds a form from the typed data.
    """
    if not form.is_bound or getattr(form, "draft", False):
        return Attempt(form, HTTPStatus.OK)
    valid = [
        bound_form.is_valid() for bound_form in (form, *beside)
    ]  # validate all, so that each shows its errors
    if all(valid):
        try:
            return Attempt(form, HTTPStatus.OK, save())
        except StaleVersion as stale:
            changed = differences(form, current())
            return Attempt(again(typed_again(form, stale)), HTTPStatus.CONFLICT, differences=changed)
        except ValidationError as error:
            add_service_errors(form, error)
    return Attempt(form, HTTPStatus.UNPROCESSABLE_ENTITY)
