"""`/api/v1/schema/` and its documentation page. Both are public, because they contain no data."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from api.http import parameters
from api.http.compressing import compress
from api.http.problems import Problem
from api.http.renderers import JSONRenderer
from api.schema import document

FORMATS = ("json", "yaml")


class YAMLRenderer(OpenApiYamlRenderer):
    media_type = "application/yaml"
    format = "yaml"


class SchemaView(APIView):
    """The OpenAPI document: JSON, or YAML by Accept or `?format=yaml`. `?webhooks=false` omits webhooks."""

    authentication_classes: list[Any] = []
    renderer_classes = [JSONRenderer, YAMLRenderer]

    def get(self, request: Request) -> HttpResponse:
        parameters.check_parameters(request, ("format", "webhooks"))
        requested_format = parameters.read_choice(request, "format", FORMATS)
        chosen = requested_format[0] if requested_format else request.accepted_renderer.format
        webhooks = parameters.read_flag(request, "webhooks", default=True)
        if chosen == "yaml":
            text = document.as_yaml(webhooks=webhooks)
            response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        else:
            response = HttpResponse(document.as_json(webhooks=webhooks), content_type="application/json")
        compress(request._request, response)
        return response


class NotFoundView(APIView):
    """Any other path below `/api/v1/`: 404 as problem+json, which says how addresses are written."""

    authentication_classes: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Problem(
            404,
            "no_such_address",
            _("There is nothing at this address. Addresses end with a slash and have IDs in lower case."),
        )


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Interactive documentation.

    Scripts and styles are local, so the content security policy stays strict.
    """
    return render(request, "api/docs.html")
