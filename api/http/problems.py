"""Errors as RFC 9457 `application/problem+json`: a stable code, a translated detail, a pointer per field."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import exceptions
from rest_framework.response import Response
from structlog.contextvars import get_contextvars

from api.rules import to_json
from audit.models import Action
from audit.services import record
from disclosure.services.disclosing import ReasonNeeded
from disclosure.services.limits import LimitReached
from lib.conflicts import StaleVersion
from lib.days import city_today, day_ends_at
from lib.error_texts import safe_text
from lib.external_ids import is_taken
from lib.freezing import Frozen
from lib.mistakes import CHOICE, LENGTH, SIZE, VALUE

#: `{{field}}` becomes the name of the field (`_named`, `_entry`).
LIMITS: Final = {
    "max_length": gettext_lazy("Shorten “{{field}}”. Limit in characters: {max_length}."),
    "min_length": gettext_lazy(
        "Send a longer text for “{{field}}”. Least number of characters: {min_length}."
    ),
    "max_value": gettext_lazy("Send a number of {max_value} or less for “{{field}}”."),
    "min_value": gettext_lazy("Send a number of {min_value} or more for “{{field}}”."),
}
SEND_A_VALUE: Final = gettext_lazy("Send a value for “{{field}}”.")
NOT_A_CODE: Final = gettext_lazy("Send one of the documented codes for “{{field}}”.")
_INSTEAD_OF_MODELS: Final = (
    *((text, LIMITS[code]) for code, text in (LENGTH | SIZE).items()),
    (VALUE, SEND_A_VALUE),
    (CHOICE, NOT_A_CODE),
)


class Problem(exceptions.APIException):
    """An error response. `extra` are further members of the body, `headers` are added to the response."""

    def __init__(
        self, status: int, code: str, detail: Any, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        self.status_code = status
        super().__init__(detail, code)
        self.code = code
        self.headers = dict(headers or {})
        self.extra = extra


def bad_fields(errors: list[dict[str, Any]], *, status: int = 400) -> Problem:
    """A 400 problem that names each field. `errors` have pointer, code and detail."""
    return Problem(status, "invalid", _("Some fields are invalid."), errors=errors)


def not_found() -> Problem:
    """A 404 problem, the same for hidden and for missing rows."""
    return Problem(404, "not_found", _("No such record, or you do not have access to it."))


def id_taken() -> Problem:
    """A 409 problem for an ID or external ID in use. It reveals nothing about the row that uses it."""
    return Problem(409, "id_taken", _("This ID cannot be used."))


def handle(exception: Exception, context: Mapping[str, Any]) -> Response | HttpResponse | None:
    """Return the response to an exception from a view.

    Exceptions without a problem are bugs and propagate.
    """
    problem = problem_of(exception)
    if problem is None:
        return None
    request = context["request"]
    if problem.status_code in (403, 404):
        _record_denial(request, context)
    if problem.status_code == 401:
        problem.headers.setdefault("WWW-Authenticate", 'Bearer realm="proximity"')
    return answer(problem)


def answer(problem: Problem) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": str(problem.detail),
        "code": problem.code,
        "request_id": str(get_contextvars().get("request_id", "")),
        **problem.extra,
    }
    response = HttpResponse(
        to_json(body), status=problem.status_code, content_type="application/problem+json"
    )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def problem_of(exception: Exception) -> Problem | None:
    """Return the problem for an exception, or None if the exception is a bug."""
    match exception:
        case Problem():
            return exception
        case StaleVersion():
            return Problem(412, "stale", safe_text(exception), current_version=exception.current)
        case Frozen():
            return Problem(409, "frozen", safe_text(exception))
        case ReasonNeeded():
            text = _("Reading contacts needs a reason. Send X-Purpose with 3 to 200 characters.")
            return Problem(403, "reason_needed", text)
        case LimitReached():
            return _limit_reached(exception)
        case Http404() | ObjectDoesNotExist():
            return not_found()
        case DjangoPermissionDenied() | exceptions.PermissionDenied():
            return Problem(403, "read_only", str(exception) or _("You can view this but not change it."))
        case DjangoValidationError() if is_taken(exception):
            return id_taken()
        case DjangoValidationError():
            return bad_fields(list(pointers(exception)))
        case exceptions.ValidationError():
            return bad_fields(list(_flatten(exception.detail, "")))
        case IntegrityError():
            return Problem(409, "conflict", _("This conflicts with an existing record."))
        case exceptions.NotAuthenticated():
            return Problem(
                401, "not_authenticated", _("Authentication required. Send Authorization: Bearer …")
            )
        case exceptions.APIException():
            headers = {"Retry-After": str(wait)} if (wait := getattr(exception, "wait", None)) else {}
            return Problem(
                exception.status_code, str(exception.default_code), exception.detail, headers=headers
            )
    return None


def _limit_reached(reached: LimitReached) -> Problem:
    """A 429 problem that says how many contacts are left for today, and until when."""
    count, ends_at = reached.count, day_ends_at(city_today())
    text = _("You have reached your daily limit of contacts (%(most)d).")
    if count.remaining:
        text = ngettext(
            "Your daily limit (%(most)d) leaves %(n)d more contact for today. Ask for fewer at once.",
            "Your daily limit (%(most)d) leaves %(n)d more contacts for today. Ask for fewer at once.",
            count.remaining,
        )
    elif reached.needs_reason:
        text = _(
            "You have reached your daily limit of contacts (%(most)d). To read more today, open a "
            "contact on its page and give a reason."
        )
    return Problem(
        429,
        "people_quota",
        text % {"most": count.allowed, "n": count.remaining},
        headers={"Retry-After": str(ceil((ends_at - timezone.now()).total_seconds()))},
        remaining=count.remaining,
    )


def pointers(error: DjangoValidationError, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Yield each message of a service's ValidationError with the JSON pointer (RFC 6901) of its field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        for field_error in errors:
            yield {
                "pointer": prefix if name == NON_FIELD_ERRORS else f"{prefix}/{name}",
                "code": field_error.code or "invalid",
                "detail": _text_naming_field(name, field_error),
            }


def _text_naming_field(name: str, error: DjangoValidationError) -> str:
    """The text of an error. A model's own text (lib.mistakes) becomes the API's, which names the field."""
    text = next(
        (api_text for model_text, api_text in _INSTEAD_OF_MODELS if error.message is model_text), None
    )
    if text is None or name == NON_FIELD_ERRORS:
        return safe_text(error)
    limit = (error.params or {}).get("limit_value")
    return str(text).format(**dict.fromkeys(LIMITS, limit)).replace("{field}", name)


def _flatten(detail: Any, pointer: str) -> Iterator[dict[str, Any]]:
    """Yield DRF's nested errors as flat entries."""
    if isinstance(detail, Mapping):
        for name, child in detail.items():
            yield from _flatten(child, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        if any(isinstance(child, Mapping | list) for child in detail):
            for number, child in enumerate(detail):
                if child:
                    yield from _flatten(child, f"{pointer}/{number}")
        else:
            for child in detail:
                yield _entry(child, pointer)
    else:
        yield _entry(detail, pointer)


def _entry(detail: Any, pointer: str) -> dict[str, Any]:
    """An error whose text names its field (api.resources.mistakes)."""
    names = [part for part in pointer.split("/") if not part.isdecimal()]
    text = str(detail).replace("{{field}}", "{field}")  # the text of a validator, which is not formatted
    text = text.replace("{field}", names[-1])
    return {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": text}


def _record_denial(request: Any, context: Mapping[str, Any]) -> None:
    actor = getattr(request, "actor", None)
    if actor is not None and actor.id is not None:
        pk = (context.get("kwargs") or {}).get("pk")
        name = str(getattr(context.get("view"), "object_type", ""))
        record(actor, Action.DENY, name, [pk] if pk else [], allowed=False)
