from django.urls import URLPattern, path

from pages.views import relief as views

urlpatterns: list[URLPattern] = [
    path("relief/", views.relief, name="relief"),
    path("relief/end/", views.relief_end, name="relief_end"),
]
