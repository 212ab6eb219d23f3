from django.urls import URLPattern, path

from pages.meetings import views
from pages.meetings.ics import meeting_ics
from pages.meetings.outcome import meeting_outcome

urlpatterns: list[URLPattern] = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/new/", views.meeting_new, name="meeting_new"),
    path("meetings/<uuid:pk>/", views.meeting, name="meeting"),
    path("meetings/<uuid:pk>/ics/", meeting_ics, name="meeting_ics"),
    path("meetings/<uuid:pk>/edit/", views.meeting_edit, name="meeting_edit"),
    path("meetings/<uuid:pk>/cancel/", views.meeting_cancel, name="meeting_cancel"),
    path("meetings/<uuid:pk>/hold/", views.meeting_hold, name="meeting_hold"),
    path("meetings/<uuid:pk>/outcome/", meeting_outcome, name="meeting_outcome"),
]
