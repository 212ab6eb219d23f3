from django.urls import URLPattern, path

from pages.saved_views import views

urlpatterns: list[URLPattern] = [
    path("views/<slug:name>/new/", views.view_new, name="view_new"),
    path("views/<uuid:pk>/delete/", views.view_delete, name="view_delete"),
]
