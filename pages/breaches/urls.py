from django.urls import URLPattern, path

from pages.breaches import views

urlpatterns: list[URLPattern] = [
    path("privacy/breaches/", views.breaches, name="breaches"),
    path("privacy/breaches/new/", views.breach_new, name="breach_new"),
    path("privacy/breaches/<uuid:pk>/", views.breach, name="breach"),
    path("privacy/breaches/<uuid:pk>/describe/", views.breach_describe, name="breach_describe"),
    path("privacy/breaches/<uuid:pk>/close/", views.breach_close, name="breach_close"),
    path("privacy/breaches/<uuid:pk>/phases/", views.breach_phase_new, name="breach_phase_new"),
    path(
        "privacy/breaches/<uuid:pk>/phases/<int:number>/<slug:extension>/",
        views.breach_phase,
        name="breach_phase",
    ),
    path("privacy/breaches/<uuid:pk>/seen/", views.breach_seen, name="breach_seen"),
    path("privacy/breaches/<uuid:pk>/measure/", views.breach_measure, name="breach_measure"),
]
