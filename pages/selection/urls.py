from django.urls import URLPattern, path

from pages.selection import views

urlpatterns: list[URLPattern] = [
    path("organisations/selected/", views.organisations_selected, name="organisations_selected"),
    path("follow-ups/selected/", views.follow_ups_selected, name="follow_ups_selected"),
]
