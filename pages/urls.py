"""URLs of the pages: each noun lists its own."""

from pages.alerts import urls as alerts
from pages.api_keys import urls as api_keys
from pages.breaches import urls as breaches
from pages.calendar import urls as calendar
from pages.cities import urls as cities
from pages.concerns import urls as concerns
from pages.contacts import urls as contacts
from pages.data_requests import urls as data_requests
from pages.developer import urls as developer
from pages.districts import urls as districts
from pages.duplicates import urls as duplicates
from pages.duty import urls as duty
from pages.exports import urls as exports
from pages.follow_ups import urls as follow_ups
from pages.handover import urls as handover
from pages.imports import urls as imports
from pages.incidents import urls as incidents
from pages.jobs import urls as jobs
from pages.log import urls as log
from pages.meetings import urls as meetings
from pages.notifications import urls as notifications
from pages.organisations import urls as organisations
from pages.plans import urls as plans
from pages.practices import urls as practices
from pages.privacy import urls as privacy
from pages.protocols import urls as protocols
from pages.public import urls as public
from pages.publishing import urls as publishing
from pages.register import urls as register
from pages.reports import urls as reports
from pages.retention import urls as retention
from pages.reviews import urls as reviews
from pages.saved_views import urls as saved_views
from pages.search import urls as search
from pages.selection import urls as selection
from pages.settings import urls as settings
from pages.shared import urls as shared
from pages.shell import urls as shell
from pages.subscriptions import urls as subscriptions
from pages.today import urls as today
from pages.watched import urls as watched
from pages.webhooks import urls as webhooks

urlpatterns = [
    *shell.urlpatterns,
    *today.urlpatterns,
    *calendar.urlpatterns,
    *log.urlpatterns,
    *meetings.urlpatterns,
    *selection.urlpatterns,
    *organisations.urlpatterns,
    *contacts.urlpatterns,
    *follow_ups.urlpatterns,
    *handover.urlpatterns,
    *imports.urlpatterns,
    *concerns.urlpatterns,
    *incidents.urlpatterns,
    *districts.urlpatterns,
    *duplicates.urlpatterns,
    *exports.urlpatterns,
    *reports.urlpatterns,
    *reviews.urlpatterns,
    *subscriptions.urlpatterns,
    *protocols.urlpatterns,
    *plans.urlpatterns,
    *cities.urlpatterns,
    *practices.urlpatterns,
    *publishing.urlpatterns,
    *public.urlpatterns,
    *privacy.urlpatterns,
    *data_requests.urlpatterns,
    *breaches.urlpatterns,
    *register.urlpatterns,
    *retention.urlpatterns,
    *shared.urlpatterns,
    *watched.urlpatterns,
    *saved_views.urlpatterns,
    *search.urlpatterns,
    *duty.urlpatterns,
    *notifications.urlpatterns,
    *settings.urlpatterns,
    *alerts.urlpatterns,
    *api_keys.urlpatterns,
    *webhooks.urlpatterns,
    *developer.urlpatterns,
    *jobs.urlpatterns,
]
