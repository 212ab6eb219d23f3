from django.urls import URLPattern, path

from pages.protocols import views

urlpatterns: list[URLPattern] = [
    path("protocols/", views.protocols, name="protocols"),
    path("protocols/new/", views.protocol_new, name="protocol_new"),
    path("protocols/<uuid:pk>/", views.protocol, name="protocol"),
    path("protocols/<uuid:pk>/try/", views.protocol_try, name="protocol_try"),
    path("protocols/<uuid:pk>/approve/", views.protocol_approve, name="protocol_approve"),
]
