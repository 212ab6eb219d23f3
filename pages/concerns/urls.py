from django.urls import URLPattern, path

from pages.concerns import log, rows, views

urlpatterns: list[URLPattern] = [
    path("concerns/", rows.concerns, name="concerns"),
    path("incidents/", rows.incidents, name="incidents"),
    path("concerns/log/", log.log_concern, name="log_concern"),
    path("concerns/<uuid:pk>/", views.concern, name="concern"),
    path("concerns/<uuid:pk>/edit/", views.concern_edit, name="concern_edit"),
    path("concerns/<uuid:pk>/reassurance/", views.concern_reassurance, name="concern_reassurance"),
    path("concerns/<uuid:pk>/status/", views.concern_status, name="concern_status"),
]
