"""`/feeds/<token>/meetings.ics`: for calendar apps, which cannot sign in. The address is the secret."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.services.feeds import read_feed


@require_safe
@login_not_required
def meetings_feed(request: HttpRequest, token: str) -> HttpResponse:
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return HttpResponse("Use https.", status=403, content_type="text/plain")
    try:
        file = read_feed(token)
    except ObjectDoesNotExist:  # no error page, which would repeat the address
        return HttpResponse("Not found", status=404, content_type="text/plain")
    headers = {"ETag": file.etag}
    if file.etag in {
        part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")
    }:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(file.body, content_type="text/calendar; charset=utf-8", headers=headers)
