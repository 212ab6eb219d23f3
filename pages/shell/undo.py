"""The Undo button in messages."""

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from lib.conflicts import StaleVersion
from lib.error_texts import texts
from lib.freezing import Frozen
from pages.undo import LaterFirst, undo, undo_url


@require_POST
def undo_last(request: ActorRequest, token: str) -> HttpResponse:
    """Reverse a write of the last 10 minutes and return to the previous page."""
    late = _("It is too late to undo this. You can still change it manually.")
    try:
        undo(request, token)
        messages.success(request, _("Undone."))
    except LaterFirst as error:
        first_url = undo_url(request, error.name, **error.payload)
        messages.error(request, str(error), extra_tags=f"undo:{first_url}")
    except signing.BadSignature:
        messages.error(request, late)
    except Frozen as error:
        messages.error(request, texts(error)[0])
    except (StaleVersion, ObjectDoesNotExist, PermissionDenied):
        messages.error(request, _("This has changed since, so it cannot be undone."))
    except ValidationError as error:
        reason = late if getattr(error, "code", "") == "too_late" else " ".join(texts(error))
        messages.error(request, reason)
    return redirect(where_from(request))


def where_from(request: HttpRequest) -> str:
    """The page with the form, or Today if it is unknown."""
    referer = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer
    return "today"
