from django.urls import URLPattern, path, register_converter

from pages.districts import administration, views
from pages.districts.archive import archive_district
from pages.districts.homes import district_homes


class DistrictCode:
    """A district's code. Its pattern is the database constraint's, so that no other text is queried."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DistrictCode, "district_code")

urlpatterns: list[URLPattern] = [
    path("districts/", views.districts, name="districts"),
    path("districts/<district_code:code>/", views.district, name="district"),
    path("districts/<district_code:code>/archive/", archive_district, name="district_archive"),
    path("districts/<district_code:code>/homes/", district_homes, name="district_homes"),
    path("districts/<district_code:code>/expected/", views.expected_new, name="expected_community_new"),
    path("expected-communities/<uuid:pk>/remove/", views.expected_remove, name="expected_community_remove"),
    path("settings/districts/", administration.districts, name="settings_districts"),
    path("settings/districts/new/", administration.district_new, name="settings_district_new"),
    path("settings/districts/import/", administration.district_import, name="settings_district_import"),
    path(
        "settings/districts/<district_code:code>/redraw/",
        administration.district_redraw,
        name="settings_district_redraw",
    ),
    path("settings/districts/<district_code:code>/", administration.district_edit, name="settings_district"),
]
