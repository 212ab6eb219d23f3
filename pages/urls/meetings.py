from django.urls import URLPattern, path

from pages.views import calendar, log_meeting, meetings, today
from pages.views.ics import meeting_ics
from pages.views.meeting_outcome import meeting_outcome

urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("meetings/log/", log_meeting.log_meeting, name="log_meeting"),
    path("meetings/log/assembly/", log_meeting.log_assembly, name="log_assembly"),
    path("meetings/<uuid:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<uuid:pk>/ics/", meeting_ics, name="meeting_ics"),
    path("meetings/<uuid:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("meetings/<uuid:pk>/cancel/", meetings.meeting_cancel, name="meeting_cancel"),
    path("meetings/<uuid:pk>/hold/", meetings.meeting_hold, name="meeting_hold"),
    path("meetings/<uuid:pk>/outcome/", meeting_outcome, name="meeting_outcome"),
]
