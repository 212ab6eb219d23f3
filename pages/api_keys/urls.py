from django.urls import URLPattern, path

from pages.api_keys import views

urlpatterns: list[URLPattern] = [
    path("settings/keys/", views.keys, name="settings_keys"),
    path("settings/keys/new/", views.key_new, name="settings_key_new"),
    path("settings/keys/<uuid:pk>/", views.key, name="settings_key"),
    path("settings/keys/<uuid:pk>/confirm/", views.key_confirm, name="settings_key_confirm"),
    path("settings/keys/<uuid:pk>/bulk/", views.key_bulk, name="settings_key_bulk"),
    path("settings/keys/<uuid:pk>/bulk/end/", views.key_bulk_end, name="settings_key_bulk_end"),
    path("settings/keys/<uuid:pk>/rotate/", views.key_rotate, name="settings_key_rotate"),
    path("settings/keys/<uuid:pk>/revoke/", views.key_revoke, name="settings_key_revoke"),
]
