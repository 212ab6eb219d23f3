from django.urls import URLPattern, path

from pages.handover import views

urlpatterns: list[URLPattern] = [
    path("handover/", views.handovers, name="handovers"),
    path("handover/<uuid:pk>/", views.handover, name="handover"),
    path("handover/<uuid:pk>/absence/", views.absence, name="handover_absence"),
    path("handovers/<uuid:pk>/", views.handover_made, name="handover_made"),
    path("handovers/<uuid:pk>/briefs/", views.handover_briefs, name="handover_briefs"),
    path("organisations/<uuid:pk>/brief/", views.organisation_brief, name="organisation_brief"),
]
