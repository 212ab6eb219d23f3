from django.urls import URLPattern, path

from pages.shared import views

urlpatterns: list[URLPattern] = [
    path("privacy/shared-with/", views.shared_with, name="shared_with"),
    path("privacy/shared-with/contact/<uuid:pk>/", views.share_record, name="share_record"),
]
