from django.urls import URLPattern, path

from pages.incidents import conduct, judgements, views, withdrawals

urlpatterns: list[URLPattern] = [
    path("incidents/<uuid:pk>/", views.incident, name="incident"),
    path("incidents/<uuid:pk>/now/", views.incident_now, name="incident_now"),
    path("incidents/<uuid:pk>/calling/", views.incident_calling, name="incident_calling"),
    path("incidents/<uuid:pk>/calls/", views.incident_call, name="incident_call"),
    path("incidents/<uuid:pk>/night-phone/", views.incident_reveal, name="incident_reveal"),
    path("incidents/<uuid:pk>/steps/", views.incident_step, name="incident_step"),
    path("incidents/<uuid:pk>/more/", conduct.incident_more, name="incident_more"),
    path("incidents/<uuid:pk>/conduct/", conduct.incident_conduct, name="incident_conduct"),
    path("incidents/<uuid:pk>/withdraw/", withdrawals.incident_withdraw, name="incident_withdraw"),
    path("incidents/<uuid:pk>/same-event/", withdrawals.incident_same, name="incident_same"),
    path("incidents/<uuid:pk>/decide/", views.incident_decide, name="incident_decide"),
    path("concerns/<uuid:pk>/incident/", views.concern_incident, name="concern_incident"),
    path("incidents/<uuid:pk>/tension/new/", judgements.incident_tension, name="incident_tension"),
    path("incidents/<uuid:pk>/debrief/", judgements.incident_debrief, name="incident_debrief"),
]
