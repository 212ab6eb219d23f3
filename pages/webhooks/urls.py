from django.urls import URLPattern, path

from pages.webhooks import views

urlpatterns: list[URLPattern] = [
    path("settings/webhooks/", views.webhooks, name="settings_webhooks"),
    path("settings/webhooks/new/", views.webhook_new, name="settings_webhook_new"),
    path("settings/webhooks/<uuid:pk>/", views.webhook, name="settings_webhook"),
    path("settings/webhooks/<uuid:pk>/rotate/", views.webhook_rotate, name="settings_webhook_rotate"),
    path("settings/webhooks/<uuid:pk>/switch/", views.webhook_switch, name="settings_webhook_switch"),
    path("settings/webhooks/<uuid:pk>/delete/", views.webhook_delete, name="settings_webhook_delete"),
    path(
        "settings/webhooks/deliveries/<uuid:pk>/replay/",
        views.delivery_replay,
        name="settings_delivery_replay",
    ),
]
