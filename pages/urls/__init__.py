"""The pages' addresses, one module per noun."""

from pages.urls import (
    api,
    concerns,
    contacts,
    districts,
    follow_ups,
    meetings,
    notifications,
    organisations,
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
    *concerns.urlpatterns,
    *districts.urlpatterns,
    *search.urlpatterns,
    *notifications.urlpatterns,
    *settings.urlpatterns,
    *api.urlpatterns,
    *undo.urlpatterns,
]
