"""The pages' addresses, one module per noun."""

from pages.urls import (
    api,
    concerns,
    contacts,
    districts,
    follow_ups,
    handover,
    jobs,
    meetings,
    notifications,
    organisations,
    reports,
    search,
    settings,
    shell,
    undo,
)

urlpatterns = [
    *shell.urlpatterns,
    *meetings.urlpatterns,
    *organisations.urlpatterns,
    *contacts.urlpatterns,
    *follow_ups.urlpatterns,
    *handover.urlpatterns,
    *concerns.urlpatterns,
    *districts.urlpatterns,
    *reports.urlpatterns,
    *search.urlpatterns,
    *notifications.urlpatterns,
    *settings.urlpatterns,
    *api.urlpatterns,
    *jobs.urlpatterns,
    *undo.urlpatterns,
]
