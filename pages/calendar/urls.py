from django.urls import URLPattern, path

from pages.calendar import views

urlpatterns: list[URLPattern] = [
    path("calendar/", views.calendar, name="calendar"),
]
