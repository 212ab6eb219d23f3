from django.urls import URLPattern, path

from pages.views import organisations as views

urlpatterns: list[URLPattern] = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", views.organisation_new, name="organisation_new"),
    path("organisations/<uuid:pk>/", views.organisation, name="organisation"),
]
