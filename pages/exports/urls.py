from django.urls import URLPattern, path

from pages.exports.views import export_list, export_report, export_rows

urlpatterns: list[URLPattern] = [
    path("organisations/export/", export_list, {"noun": "organisations"}, name="organisations_export"),
    path("contacts/export/", export_list, {"noun": "contacts"}, name="contacts_export"),
    path("meetings/export/", export_list, {"noun": "meetings"}, name="meetings_export"),
    path("follow-ups/export/", export_list, {"noun": "follow-ups"}, name="follow-ups_export"),
    path("concerns/export/", export_list, {"noun": "concerns"}, name="concerns_export"),
    path("reports/export/", export_report, name="reports_export"),
    path("reports/<slug:slug>/rows/", export_rows, name="report_rows"),
]
