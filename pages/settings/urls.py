from django.urls import URLPattern, path

from pages.settings import feeds, people, sessions, views, waiting
from pages.shell import browser_reports

urlpatterns: list[URLPattern] = [
    path("settings/", views.my_settings, name="settings"),
    path("settings/card/", views.my_card, name="settings_card"),
    path("settings/sessions/", sessions.sessions, name="settings_sessions"),
    path("settings/sessions/end/", sessions.sessions_end, name="settings_sessions_end"),
    path("settings/sessions/<slug:number>/", sessions.session_end, name="settings_session_end"),
    path("settings/calendar/", feeds.calendar_feed, name="settings_calendar"),
    path("settings/calendar/end/", feeds.calendar_feed_end, name="settings_calendar_end"),
    path("settings/people/", people.people, name="settings_people"),
    path("settings/people/invite/", people.invite, name="settings_invite"),
    path("settings/people/<uuid:pk>/", people.person, name="settings_person"),
    path("settings/people/<uuid:pk>/invite/", people.invite_again, name="settings_invite_again"),
    path(
        "settings/people/<uuid:pk>/second-factor/",
        people.second_factor_forget,
        name="settings_second_factor_forget",
    ),
    path("settings/blocked-content/", browser_reports.blocked_content, name="settings_blocked_content"),
    path("settings/waiting/", waiting.waiting, name="waiting"),
    path("settings/waiting/<uuid:pk>/", waiting.waiting_decide, name="waiting_decide"),
]
