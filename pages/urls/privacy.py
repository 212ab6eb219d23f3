from django.urls import URLPattern, path

from pages.views import privacy, watched_records

urlpatterns: list[URLPattern] = [
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/trail/", privacy.trail, name="privacy_trail"),
    path("privacy/kept/", privacy.kept_words, name="privacy_kept"),
    path("privacy/inquiry/", privacy.inquiry, name="privacy_inquiry"),
    path("privacy/inquiry/<uuid:pk>/", privacy.inquiry_about, name="privacy_inquiry_about"),
    path("privacy/inquiry/<uuid:pk>/file/", privacy.inquiry_file, name="privacy_inquiry_file"),
    path("privacy/watched/", watched_records.watched, name="watched_records"),
    path("privacy/watched/<uuid:pk>/", watched_records.watched_record, name="watched_record"),
    path("privacy/watched/<uuid:pk>/review/", watched_records.watched_review, name="watched_review"),
    path("privacy/watched/<uuid:pk>/stop/", watched_records.watched_stop, name="watched_stop"),
    path(
        "privacy/watch/organisation/<uuid:pk>/",
        watched_records.watch,
        {"noun": "organisation"},
        name="watch_organisation",
    ),
    path(
        "privacy/watch/contact/<uuid:pk>/", watched_records.watch, {"noun": "contact"}, name="watch_contact"
    ),
]
