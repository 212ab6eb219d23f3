from django.urls import URLPattern, path

from pages.developer import views

urlpatterns: list[URLPattern] = [
    path("developer/", views.developer, name="developer"),
    path("developer/key/", views.sandbox_key, name="developer_sandbox_key"),
    path("developer/examples/<slug:language>/", views.example, name="developer_example"),
]
