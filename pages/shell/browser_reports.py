"""Reports of browsers about content that the content security policy blocked, and their page."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from accounts.middleware import ActorRequest
from accounts.models import BrowserReport
from accounts.policies import can_manage_users
from accounts.services.browser_reports import Blocked, record_reports
from lib.addresses import client_address
from lib.counting import count
from pages.lookups import refuse_unless

MOST_BYTES: Final = 16_384
MOST_REPORTS: Final = 20  # of one request
REQUESTS_A_MINUTE: Final = {"network": 20, "all": 300}
DIRECTIVE: Final = re.compile(r"[a-z]{2,20}(-[a-z]{2,20}){1,3}")
WORD: Final = re.compile(r"[a-z][a-z-]{1,30}")
ORIGIN: Final = re.compile(r"[a-z][a-z0-9+-]{1,20}://[a-z0-9.:\[\]-]{1,90}")


@csrf_exempt
@login_not_required
@require_POST
def browser_reports(request: HttpRequest) -> HttpResponse:
    """Count the reports of a request. The address of the sender is counted for a minute and not stored."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    if not _is_welcome(request):
        return HttpResponse(status=429)
    record_reports(list(_reports(request.body))[:MOST_REPORTS])
    return HttpResponse(status=204)


@require_safe
def blocked_content(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_manage_users(request.actor))
    rows = BrowserReport.objects.visible_to(request.actor).in_order()
    return render(request, "pages/settings/blocked_content.html", {"rows": rows})


def _is_welcome(request: HttpRequest) -> bool:
    """Whether this network and all networks together are within their limits. Not while Redis is down."""
    counters = {"network": client_address(request.META), "all": ""}
    try:
        for name, whose in counters.items():
            if count(f"web:browser-reports:{name}:{whose}", 60) > REQUESTS_A_MINUTE[name]:
                return False
    except RedisError:
        return False
    return True


def _reports(body: bytes) -> Iterator[Blocked]:
    """Read both forms: report-uri sends one report, report-to a list."""
    try:
        reports = json.loads(body)
    except (ValueError, RecursionError):
        return
    for entry in reports if isinstance(reports, list) else [reports]:
        report = entry.get("csp-report", entry.get("body")) if isinstance(entry, dict) else None
        if isinstance(report, dict):
            directive = _text(report, "effectiveDirective", "effective-directive", "violated-directive")
            if DIRECTIVE.fullmatch(directive):
                blocked = _origin(_text(report, "blockedURL", "blocked-uri"))
                page = _page(_text(report, "documentURL", "document-uri"))
                yield Blocked(directive, blocked, page)


def _text(report: dict[str, Any], *names: str) -> str:
    first_value = next((report[name] for name in names if name in report), "")
    return first_value if isinstance(first_value, str) else ""


def _origin(address: str) -> str:
    """The origin alone, since paths can name people; or the browser's word for what has none."""
    if WORD.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        return ""
    return origin if ORIGIN.fullmatch(origin) else parts.scheme[:20] if WORD.fullmatch(parts.scheme) else ""


def _page(address: str) -> str:
    """The name of the page's URL, since its path has IDs."""
    try:
        return (resolve(urlsplit(address).path).url_name or "")[:60]
    except (ValueError, Resolver404):
        return ""
