from django.urls import URLPattern, path

from pages.views import api_keys, developer, webhooks

urlpatterns: list[URLPattern] = [
    path("settings/keys/", api_keys.keys, name="settings_keys"),
    path("settings/keys/new/", api_keys.key_new, name="settings_key_new"),
    path("settings/keys/<uuid:pk>/", api_keys.key, name="settings_key"),
    path("settings/keys/<uuid:pk>/confirm/", api_keys.key_confirm, name="settings_key_confirm"),
    path("settings/keys/<uuid:pk>/bulk/", api_keys.key_bulk, name="settings_key_bulk"),
    path("settings/keys/<uuid:pk>/bulk/end/", api_keys.key_bulk_end, name="settings_key_bulk_end"),
    path("settings/keys/<uuid:pk>/rotate/", api_keys.key_rotate, name="settings_key_rotate"),
    path("settings/keys/<uuid:pk>/revoke/", api_keys.key_revoke, name="settings_key_revoke"),
    path("settings/webhooks/", webhooks.webhooks, name="settings_webhooks"),
    path("settings/webhooks/new/", webhooks.webhook_new, name="settings_webhook_new"),
    path("settings/webhooks/<uuid:pk>/", webhooks.webhook, name="settings_webhook"),
    path("settings/webhooks/<uuid:pk>/rotate/", webhooks.webhook_rotate, name="settings_webhook_rotate"),
    path("settings/webhooks/<uuid:pk>/switch/", webhooks.webhook_switch, name="settings_webhook_switch"),
    path("settings/webhooks/<uuid:pk>/delete/", webhooks.webhook_delete, name="settings_webhook_delete"),
    path(
        "settings/webhooks/deliveries/<uuid:pk>/replay/",
        webhooks.delivery_replay,
        name="settings_delivery_replay",
    ),
    path("developer/", developer.developer, name="developer"),
    path("developer/key/", developer.sandbox_key, name="developer_sandbox_key"),
    path("developer/examples/<slug:language>/", developer.example, name="developer_example"),
]
