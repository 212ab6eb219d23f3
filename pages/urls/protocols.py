from django.urls import URLPattern, path

from pages.views import protocols

urlpatterns: list[URLPattern] = [
    path("protocols/", protocols.protocols, name="protocols"),
    path("protocols/new/", protocols.protocol_new, name="protocol_new"),
    path("protocols/<uuid:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<uuid:pk>/try/", protocols.protocol_try, name="protocol_try"),
    path("protocols/<uuid:pk>/approve/", protocols.protocol_approve, name="protocol_approve"),
]
