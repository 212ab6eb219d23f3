"""`/.well-known/security.txt` (RFC 9116): where to report a vulnerability of this installation."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the file, or 404 if no contact is set."""
    expires = settings.SECURITY_EXPIRES
    if not settings.SECURITY_CONTACT or expires is None:
        raise Http404
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{expires.isoformat()}T00:00:00Z",
        "Policy": settings.SECURITY_POLICY_URL,
        "Preferred-Languages": ", ".join(code.partition("-")[0] for code, _name in settings.LANGUAGES),
        "Canonical": f"{settings.SITE_URL}{reverse('security_txt')}",
    }
    lines = [f"{name}: {value}\n" for name, value in fields.items() if value]
    return HttpResponse("".join(lines), content_type="text/plain; charset=utf-8")
