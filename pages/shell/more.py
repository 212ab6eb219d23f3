"""More: pages that do not fit into a phone's navigation bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def more_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/shell/more.html")
