from django.urls import URLPattern, path

from pages.log import views

urlpatterns: list[URLPattern] = [
    path("meetings/log/", views.log_meeting, name="log_meeting"),
    path("meetings/log/assembly/", views.log_assembly, name="log_assembly"),
]
