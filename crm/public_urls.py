"""Every address of the public process. None of them needs a session, and none reads a record."""

from django.urls import path

from crm import public_site as views

handler400 = "crm.public_site.refused"
handler404 = "crm.public_site.missing"
handler500 = "crm.public_site.failed"

urlpatterns = [
    path("livez", views.alive),
    path("confirm/<str:token>/", views.confirm, name="public_confirm"),
    path("<str:language>/<str:code>/register/", views.register, name="public_register"),
    path("", views.file),
    path("<path:path>", views.file),
]
