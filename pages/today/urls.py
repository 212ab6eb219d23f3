from django.urls import URLPattern, path

from pages.today import views

urlpatterns: list[URLPattern] = [
    path("", views.today, name="today"),
]
