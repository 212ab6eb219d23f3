"""The public process: files of the last publication, and registration.

The response is the same whether or not an organisation is known, and no trace of the caller is stored.
"""

import hashlib
import hmac
from collections.abc import Callable
from mimetypes import guess_type
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from lib.addresses import client_address, network_of
from lib.counting import count
from lib.days import city_today
from publishing.codes import TextSlug
from publishing.queries.published_files import published_file, text_versions
from publishing.services.registrations import hash_token
from publishing.site.directory_calls import directory_call
from publishing.site.languages import direction, speaking, words_of
from publishing.site.registration_form import TRAP, RegisterForm, leave_confirmation, leave_registration

# Together with the time between two publications (crm.timetable) less than 5 minutes: a withdrawal acts.
CACHED: Final = "public, max-age=120"
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
OLDEST, NEWEST = 7_200, 5  # seconds between opening the form and sending it
LIMITS: Final = ((3_600, 5), (86_400, 30))  # registrations of one network
MOMENT: Final = "public form"
OWN_PAGE: Final = ("same-origin", "none")  # browsers say whether another website has sent the form


class PublicMiddleware:
    """Headers of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        embedded = request.path.startswith("/embed/") and settings.PUBLIC_EMBED_ORIGINS
        ancestors = " ".join(settings.PUBLIC_EMBED_ORIGINS) if embedded else "'none'"
        answer["Content-Security-Policy"] = f"{POLICY}; frame-ancestors {ancestors}"
        answer["Referrer-Policy"] = "no-referrer"
        answer["X-Content-Type-Options"] = "nosniff"
        answer.setdefault("Cache-Control", "no-store")
        return answer


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def file(request: HttpRequest, path: str = "") -> HttpResponse:
    """A file of the last publication."""
    if path.startswith(("hsds/", "hsds.")) or path == "hsds":
        return _directory(request, path)
    published = published_file(path)
    if published is None:
        raise Http404
    content, digest = published
    kind = "text/html; charset=utf-8" if not path or path.endswith("/") else guess_type(path)[0]
    return _cached(
        request, content, digest, kind or "text/plain; charset=utf-8", is_data=path.endswith(".json")
    )


def _directory(request: HttpRequest, path: str) -> HttpResponse:
    """A call of HSDS, or another file of the directory."""
    content = directory_call(path, request.GET.dict())
    if content is not None:
        digest = hashlib.sha256(content).hexdigest()
        return _cached(request, content, digest, "application/json", is_data=True)
    published = published_file(path)
    if published is None:
        raise Http404
    return _cached(request, *published, guess_type(path)[0] or "text/plain; charset=utf-8", is_data=False)


def _cached(request: HttpRequest, content: bytes, digest: str, kind: str, *, is_data: bool) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Cache-Control"] = CACHED
    answer["ETag"] = f'"{digest}"'
    if is_data:
        answer["Access-Control-Allow-Origin"] = "*"
    conditional_answer: Any = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return conditional_answer or answer


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """Receive the form. Each correct form gets the same answer, also beyond a limit.

    If it is sent too early or too late, it comes back with what was typed: no one waits for an email in vain.
    """
    if published_file(f"{language}/{code}/") is None:
        raise Http404
    with speaking(words_of(language)):
        form = RegisterForm(request.POST if request.method == "POST" else None)
        is_complete = form.is_bound and form.is_valid()
        is_again = is_complete and not request.POST.get(TRAP) and not _is_in_time(request)
        if is_complete and not is_again:
            return _register(request, form, language, code)
        status = 422 if form.is_bound else 200
        context = {"form": form, "moment": _moment(request), "texts": _texts(language), "is_again": is_again}
        return _page(request, "live_form", language, code, status, **context)


def _register(request: HttpRequest, form: RegisterForm, language: str, code: str) -> HttpResponse:
    if request.POST.get(TRAP):
        return _page(request, "live_sent", language, code)
    try:
        version = text_versions(language).get(TextSlug.REGISTRATION_CONSENT, 0)
        is_taken = _may_send(request) and leave_registration(form.registration(code, language, version))
    except (DatabaseError, RedisError):
        is_taken = False
    if is_taken:
        return _page(request, "live_sent", language, code)
    context = {"form": form, "moment": _moment(request), "texts": _texts(language), "is_full": True}
    return _page(request, "live_form", language, code, 503, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the email: a button, because mail programs open links. The answer is always the same."""
    language = request.GET.get("language", "en")[:35]
    if request.method == "POST":
        leave_confirmation(hash_token(token))
        return _page(request, "live_confirmed", language, "")
    return _page(request, "live_confirm", language, "")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _missing(request, 400)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _missing(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    return _missing(request, 500)


def _missing(request: HttpRequest, status: int) -> HttpResponse:
    """In the language that the address begins with, if there are words in it."""
    language = request.path_info.lstrip("/").partition("/")[0]
    return _page(request, "live_missing", words_of(language), "", status)


def _page(
    request: HttpRequest, name: str, language: str, code: str, status: int = 200, **more: Any
) -> HttpResponse:
    words = words_of(language)
    context = {
        "city": settings.CITY_NAME,
        "language": language,
        "code": code,
        "words": words,
        "dir": direction(words),
        "up": "/",
        "leave_to": settings.PUBLIC_LEAVE_URL,
        "trap": TRAP,
        **more,
    }
    with speaking(words):
        return render(request, f"publishing/site/{name}.html", context, status=status)


def _texts(language: str) -> list[dict[str, Any]]:
    """Texts to read before sending: the agreement and the privacy notice, if they are published."""
    versions = text_versions(language)
    slugs = (TextSlug.REGISTRATION_CONSENT, TextSlug.PRIVACY_NOTICE)
    return [
        {"path": f"{language}/{slug.replace('_', '-')}/", "name": capfirst(slug.label)}
        for slug in slugs
        if slug in versions
    ]


def _moment(request: HttpRequest) -> str:
    """When the form was opened. With errors it stays: a person can correct a field in less than 5 seconds."""
    sent_moment = request.POST.get("moment", "")
    return (
        sent_moment
        if _was_opened(request, sent_moment, OLDEST)
        else signing.dumps(_client(request), salt=MOMENT)
    )


def _client(request: HttpRequest) -> str:
    """A keyed hash of the network and the browser. The form of one visitor is of no use to another."""
    network = network_of(client_address(request.META)) or "none"
    parts = f"{network}\n{request.META.get('HTTP_USER_AGENT', '')}"
    return salted_hmac(MOMENT, parts, algorithm="sha256").hexdigest()


def _was_opened(request: HttpRequest, moment: str, seconds: int) -> bool:
    """Whether this visitor opened a form within so many seconds."""
    try:
        opened_by = signing.loads(moment, salt=MOMENT, max_age=seconds)
    except signing.BadSignature:
        return False
    return constant_time_compare(str(opened_by), _client(request))


def _is_in_time(request: HttpRequest) -> bool:
    """Whether this visitor opened the form 5 seconds to 2 hours ago, and sent it from there."""
    sent_moment = request.POST.get("moment", "")
    is_opened_here = _was_opened(request, sent_moment, OLDEST) and not _was_opened(
        request, sent_moment, NEWEST
    )
    return is_opened_here and request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") in OWN_PAGE


def _may_send(request: HttpRequest) -> bool:
    """Whether the network has registered few organisations. Only a keyed hash of it is kept, for a day."""
    network = network_of(client_address(request.META)) or "none"
    secret = f"{settings.SECRET_KEY}{city_today()}".encode()
    name = hmac.new(secret, network.encode(), "sha256").hexdigest()
    return all(count(f"public:{seconds}:{name}", seconds) <= limit for seconds, limit in LIMITS)
