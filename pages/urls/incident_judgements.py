from django.urls import URLPattern, path

from pages.views import incident_judgements as views

urlpatterns: list[URLPattern] = [
    path("incidents/<uuid:pk>/tension/new/", views.incident_tension, name="incident_tension"),
    path("incidents/<uuid:pk>/debrief/", views.incident_debrief, name="incident_debrief"),
    path("incidents/<uuid:pk>/brief/", views.incident_brief, name="incident_brief"),
]
