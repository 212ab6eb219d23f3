from django.urls import URLPattern, path

from pages.privacy import desk_work, overview, views

urlpatterns: list[URLPattern] = [
    path("privacy/", overview.privacy, name="privacy"),
    path("privacy/desk/", desk_work.desk_work, name="desk_work"),
    path("privacy/trail/", views.trail, name="privacy_trail"),
    path("privacy/kept/", views.kept_words, name="privacy_kept"),
    path("privacy/inquiry/", views.inquiry, name="privacy_inquiry"),
    path("privacy/inquiry/<uuid:pk>/", views.inquiry_about, name="privacy_inquiry_about"),
    path("privacy/inquiry/<uuid:pk>/file/", views.inquiry_file, name="privacy_inquiry_file"),
]
