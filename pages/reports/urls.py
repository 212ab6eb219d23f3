from django.urls import URLPattern, path

from pages.reports import bias, corrections, notes, revisions, views

urlpatterns: list[URLPattern] = [
    path("reports/", views.scorecard_page, name="reports"),
    path("reports/blind-spots/", views.blind_spots_page, name="reports_blind_spots"),
    path("reports/compare/", views.compare_page, name="reports_compare"),
    path("reports/method/", views.method_page, name="reports_method"),
    path("reports/bias/", bias.bias_page, name="reports_bias"),
    path("reports/bias/make/", bias.bias_make, name="reports_bias_make"),
    path("reports/notes/", notes.period_notes, name="reports_notes"),
    path("reports/notes/<uuid:pk>/remove/", notes.period_note_remove, name="reports_note_remove"),
    path("reports/revisions/", revisions.revisions_page, name="revisions"),
    path("reports/kept/<uuid:pk>/correct/", corrections.correct_page, name="figure_correct"),
    path("reports/map/", views.map_page, name="reports_map"),
    path("reports/contact-wanted/organisations/", views.agreements_page, name="report_agreements"),
    path("reports/<slug:slug>/vintages/", views.vintages_page, name="report_vintages"),
    path("reports/<slug:slug>/counted/", views.counted_page, name="report_counted"),
    path("reports/<slug:slug>/", views.report_page, name="report"),
]
