from django.urls import URLPattern, path

from pages.incidents import conduct, judgements, views

urlpatterns: list[URLPattern] = [
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/<uuid:pk>/", views.incident, name="incident"),
    path("incidents/<uuid:pk>/calls/", views.incident_call, name="incident_call"),
    path("incidents/<uuid:pk>/night-phone/", views.incident_reveal, name="incident_reveal"),
    path("incidents/<uuid:pk>/steps/", views.incident_step, name="incident_step"),
    path("incidents/<uuid:pk>/hand-over/", views.incident_hand_over, name="incident_hand_over"),
    path("incidents/<uuid:pk>/more/", conduct.incident_more, name="incident_more"),
    path("incidents/<uuid:pk>/conduct/", conduct.incident_conduct, name="incident_conduct"),
    path("incidents/<uuid:pk>/decide/", views.incident_decide, name="incident_decide"),
    path("concerns/<uuid:pk>/incident/", views.concern_incident, name="concern_incident"),
    path("incidents/<uuid:pk>/tension/new/", judgements.incident_tension, name="incident_tension"),
    path("incidents/<uuid:pk>/debrief/", judgements.incident_debrief, name="incident_debrief"),
    path("incidents/<uuid:pk>/brief/", judgements.incident_brief, name="incident_brief"),
]
