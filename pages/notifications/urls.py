from django.urls import URLPattern, path

from pages.notifications import mails, reminders, views

urlpatterns: list[URLPattern] = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.read_all, name="notifications_read_all"),
    path("notifications/<uuid:pk>/read/", views.read, name="notification_read"),
    path("reminders/failed/", reminders.failed, name="reminders_failed"),
    path("reminders/<uuid:pk>/retry/", reminders.retry, name="reminder_retry"),
    path("mail/", mails.mail_sink, name="mail_sink"),
    path("mail/<str:name>/", mails.mail, name="mail_sink_message"),
]
