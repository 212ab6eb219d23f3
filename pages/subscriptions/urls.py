from django.urls import URLPattern, path

from pages.subscriptions import views

urlpatterns: list[URLPattern] = [
    path("subscriptions/", views.subscriptions, name="subscriptions"),
    path("subscriptions/new/", views.subscription_new, name="subscription_new"),
    path("subscriptions/<uuid:pk>/end/", views.subscription_end, name="subscription_end"),
]
