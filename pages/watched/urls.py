from django.urls import URLPattern, path

from pages.watched import views

urlpatterns: list[URLPattern] = [
    path("privacy/watched/", views.watched, name="watched_records"),
    path("privacy/watched/<uuid:pk>/", views.watched_record, name="watched_record"),
    path("privacy/watched/<uuid:pk>/review/", views.watched_review, name="watched_review"),
    path("privacy/watched/<uuid:pk>/stop/", views.watched_stop, name="watched_stop"),
    path(
        "privacy/watch/organisation/<uuid:pk>/",
        views.watch,
        {"noun": "organisation"},
        name="watch_organisation",
    ),
    path("privacy/watch/contact/<uuid:pk>/", views.watch, {"noun": "contact"}, name="watch_contact"),
]
