"""URL configuration: pages, sign-in, API, and health checks."""

from django.urls import include, path

from api.calendar_feeds import meetings_feed
from api.schema.views import docs
from crm.health import healthz, livez
from crm.metrics import metrics

urlpatterns = [
    path("api/v1/", include("api.urls")),  # first, so that API calls do not try 150 page patterns
    path("", include("pages.urls")),
    path("api/docs/", docs, name="api-docs"),
    path("feeds/<str:token>/meetings.ics", meetings_feed, name="meetings-feed"),
    path("accounts/", include("accounts.urls")),
    path("healthz", healthz),
    path("livez", livez),
    path("metrics", metrics),
]

handler500 = "crm.errors.server_error"
