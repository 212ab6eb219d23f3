from django.urls import URLPattern, path

from pages.contacts import views
from pages.contacts.asks import contact_ask
from pages.contacts.vcard import contact_vcard

urlpatterns: list[URLPattern] = [
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/new/", views.contact_new, name="contact_new"),
    path("contacts/new/similar/", views.contact_duplicates, name="contact_duplicates"),
    path("contacts/<uuid:pk>/", views.contact, name="contact"),
    path("contacts/<uuid:pk>/reason/", views.contact_reason, name="contact_reason"),
    path("contacts/<uuid:pk>/vcard/", contact_vcard, name="contact_vcard"),
    path("contacts/<uuid:pk>/edit/", views.contact_edit, name="contact_edit"),
    path("contacts/<uuid:pk>/ask/copy/", contact_ask, {"kind": "access"}, name="contact_ask_copy"),
    path("contacts/<uuid:pk>/ask/erasure/", contact_ask, {"kind": "erase"}, name="contact_ask_erasure"),
    path("contacts/<uuid:pk>/withdraw/", views.contact_withdraw, name="contact_withdraw"),
    path("contacts/<uuid:pk>/private/", views.contact_private, name="contact_private"),
    path("contacts/<uuid:pk>/private/reveal/", views.contact_reveal, name="contact_reveal"),
    path("contacts/<uuid:pk>/roles/<uuid:role>/end/", views.contact_role_end, name="contact_role_end"),
]
