"""What is answered when something of ours breaks: a page to people, a problem to tools."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from api.problems import Problem, answer


def server_error(request: HttpRequest) -> HttpResponse:
    """RFC 9457 under /api/, and the page for everybody else; the log has the rest, by its request id."""
    if request.path.startswith("/api/v1/"):
        return answer(Problem(500, "fault", _("Something broke here. Say the request id when you ask why.")))
    return defaults.server_error(request)
