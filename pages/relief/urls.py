from django.urls import URLPattern, path

from pages.relief import views

urlpatterns: list[URLPattern] = [
    path("relief/", views.relief, name="relief"),
    path("relief/end/", views.relief_end, name="relief_end"),
]
