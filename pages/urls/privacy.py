from django.urls import URLPattern, path

from pages.views import privacy

urlpatterns: list[URLPattern] = [
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/trail/", privacy.trail, name="privacy_trail"),
    path("privacy/kept/", privacy.kept_words, name="privacy_kept"),
    path("privacy/inquiry/", privacy.inquiry, name="privacy_inquiry"),
    path("privacy/inquiry/<uuid:pk>/", privacy.inquiry_about, name="privacy_inquiry_about"),
    path("privacy/inquiry/<uuid:pk>/file/", privacy.inquiry_file, name="privacy_inquiry_file"),
]
