from django.urls import URLPattern, path

from pages.register import views

urlpatterns: list[URLPattern] = [
    path("privacy/register/", views.register, name="register"),
    path("privacy/register/texts/", views.register_texts, name="register_texts"),
    path("privacy/register/file/<slug:extension>/", views.register_file, name="register_file"),
]
