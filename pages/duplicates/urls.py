from django.urls import URLPattern, path

from pages.duplicates import views

urlpatterns: list[URLPattern] = [
    path("duplicates/", views.duplicates, name="duplicates_of_organisations"),
    path("duplicates/<slug:noun>/", views.duplicates, name="duplicates"),
    path("duplicates/<slug:noun>/different/", views.not_a_duplicate, name="not_a_duplicate"),
    path("duplicates/<slug:noun>/merge/", views.merge, name="merge"),
]
