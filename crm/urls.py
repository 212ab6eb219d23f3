"""Every address: the pages' door, signing in, and the questions an orchestrator asks."""

from django.urls import include, path

from api.schema.views import docs
from api.views.feeds import meetings_feed
from crm.health import healthz, livez
from crm.metrics import metrics

urlpatterns = [
    path("api/v1/", include("api.urls")),  # before the pages: 150 of them would be tried for each call
    path("", include("pages.urls")),
    path("api/docs/", docs, name="api-docs"),
    path("feeds/<str:token>/meetings.ics", meetings_feed, name="meetings-feed"),
    path("accounts/", include("accounts.urls")),
    path("healthz", healthz),
    path("livez", livez),
    path("metrics", metrics),
]

handler500 = "crm.errors.server_error"
