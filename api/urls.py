"""`/api/v1/`: plain paths, one line per resource."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, re_path

from api.bulk_reads import BulkReadFile, BulkReads
from api.changes import Changes
from api.concerns import Concerns
from api.contacts import ContactCard, Contacts
from api.districts import Districts
from api.duty_shifts import DutyShifts
from api.figures import Figures
from api.follow_ups import FollowUps
from api.incidents import Incidents, Protocols
from api.me import Me
from api.meetings import Meetings
from api.notices import Notices
from api.officers import Officers
from api.organisations import Organisations
from api.plans import PlanComparisonFile, Plans
from api.practices import PracticeExchangeFile, Practices
from api.publishing import PublicEntries, PublicListings, ReportingRoutes
from api.reports import Reports
from api.schema.views import NotFoundView, SchemaView
from api.vocabularies import Vocabularies
from api.webhooks import WebhookDeliveries, Webhooks

LIST = {"get": "list", "post": "create"}
DETAIL = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}


def resource(route: str, viewset: Any, name: str) -> Iterator[URLPattern]:
    """List, batch, external ID and detail paths of a resource, with the actions that its viewset has."""
    yield path(f"{route}/", _view(viewset, LIST), name=f"api-{name}s")
    if hasattr(viewset, "batch"):
        yield path(f"{route}/batch/", _view(viewset, {"post": "batch"}), name=f"api-{name}-batch")
    if hasattr(viewset, "upsert"):
        external_id_route = f"{route}/by-external-id/<str:source>/<path:external_id>/"
        yield path(external_id_route, _view(viewset, {"put": "upsert"}), name=f"api-{name}-by-external-id")
    if hasattr(viewset, "retrieve"):
        yield path(f"{route}/<uuid:pk>/", _view(viewset, DETAIL), name=f"api-{name}")


def _view(viewset: Any, verbs: dict[str, str]) -> Any:
    """Exempt from the login middleware, because the API authenticates keys and sessions itself."""
    meant = {verb: action for verb, action in verbs.items() if hasattr(viewset, action)}
    return login_not_required(viewset.as_view(meant))


urlpatterns = [
    *resource("organisations", Organisations, "organisation"),
    *resource("contacts", Contacts, "contact"),
    path("contacts/<uuid:pk>/vcard/", _view(ContactCard, {"get": "retrieve"}), name="api-contact-vcard"),
    *resource("meetings", Meetings, "meeting"),
    *resource("follow-ups", FollowUps, "follow-up"),
    *resource("concerns", Concerns, "concern"),
    *resource("incidents", Incidents, "incident"),
    *resource("protocols", Protocols, "protocol"),
    *resource("duty-shifts", DutyShifts, "duty-shift"),
    path("publishing/entries/", _view(PublicEntries, LIST), name="api-public-entries"),
    path("publishing/routes/", _view(ReportingRoutes, LIST), name="api-reporting-routes"),
    *resource("publishing/listings", PublicListings, "listing"),
    *resource("plans", Plans, "plan"),
    path(
        "plans/<uuid:pk>/comparison-file/",
        _view(PlanComparisonFile, {"get": "retrieve"}),
        name="api-plan-comparison-file",
    ),
    path(
        "practices/exchange-file/",
        _view(PracticeExchangeFile, {"get": "retrieve"}),
        name="api-practice-exchange-file",
    ),
    *resource("practices", Practices, "practice"),
    *resource("districts", Districts, "district"),
    *resource("officers", Officers, "officer"),
    path("changes/", _view(Changes, {"get": "list"}), name="api-changes"),
    *resource("webhooks", Webhooks, "webhook"),
    path("webhooks/<uuid:pk>/rotate/", _view(Webhooks, {"post": "rotate"}), name="api-webhook-rotate"),
    *resource("webhook-deliveries", WebhookDeliveries, "webhook-delivery"),
    path(
        "webhook-deliveries/<uuid:pk>/replay/",
        _view(WebhookDeliveries, {"post": "replay"}),
        name="api-webhook-delivery-replay",
    ),
    *resource("bulk-reads", BulkReads, "bulk-read"),
    path("bulk-reads/<uuid:pk>/file/", _view(BulkReadFile, {"get": "retrieve"}), name="api-bulk-read-file"),
    *resource("figures", Figures, "figure"),
    path("reports/<slug:slug>/", _view(Reports, {"get": "retrieve"}), name="api-report"),
    path("vocabularies/", _view(Vocabularies, {"get": "list"}), name="api-vocabularies"),
    path("notices/<uuid:pk>/", _view(Notices, {"post": "confirm"}), name="api-notice"),
    path("me/", _view(Me, {"get": "list"}), name="api-me"),
    path("schema/", login_not_required(SchemaView.as_view()), name="api-schema"),
    re_path("", login_not_required(NotFoundView.as_view())),
]
