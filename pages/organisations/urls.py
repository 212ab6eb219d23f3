from django.urls import URLPattern, path

from pages.contacts.asks import organisation_ask_copy
from pages.organisations import private, views

urlpatterns: list[URLPattern] = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", views.organisation_new, name="organisation_new"),
    path("organisations/new/similar/", views.organisation_duplicates, name="organisation_duplicates"),
    path("organisations/<uuid:pk>/", views.organisation, name="organisation"),
    path("organisations/<uuid:pk>/edit/", views.organisation_edit, name="organisation_edit"),
    path("organisations/<uuid:pk>/checked/", views.organisation_verify, name="organisation_verify"),
    path("organisations/<uuid:pk>/ask/copy/", organisation_ask_copy, name="organisation_ask_copy"),
    path("organisations/<uuid:pk>/private/", private.organisation_private, name="organisation_private"),
    path("organisations/<uuid:pk>/private/reveal/", private.organisation_reveal, name="organisation_reveal"),
    path("organisations/<uuid:pk>/status/", views.organisation_status, name="organisation_status"),
]
