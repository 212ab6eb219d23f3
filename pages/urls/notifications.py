from django.urls import URLPattern, path

from pages.views import mail_sink, notifications, reminders

urlpatterns: list[URLPattern] = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read_all"),
    path("notifications/<uuid:pk>/read/", notifications.read, name="notification_read"),
    path("reminders/failed/", reminders.failed, name="reminders_failed"),
    path("reminders/<uuid:pk>/retry/", reminders.retry, name="reminder_retry"),
    path("mail/", mail_sink.mail_sink, name="mail_sink"),
    path("mail/<str:name>/", mail_sink.mail, name="mail_sink_message"),
]
