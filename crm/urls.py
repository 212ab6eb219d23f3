"""Every address: the pages' door, and the two questions an orchestrator asks."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
]
