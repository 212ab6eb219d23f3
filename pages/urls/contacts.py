from django.urls import URLPattern, path

from pages.views import contacts as views

urlpatterns: list[URLPattern] = [
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/new/", views.contact_new, name="contact_new"),
    path("contacts/<uuid:pk>/", views.contact, name="contact"),
]
