from django.urls import path

from pages.views import search as views

urlpatterns = [
    path("search/", views.search, name="search"),
]
