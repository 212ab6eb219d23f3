from django.urls import URLPattern, path

from pages.alerts import views

urlpatterns: list[URLPattern] = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<uuid:pk>/answer/", views.alert_answer, name="alert_answer"),
    path("alerts/<uuid:pk>/close/", views.alert_close, name="alert_close"),
    path("reading/reason/", views.reading_reason, name="reading_reason"),
]
