from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from pages.shell.browser_reports import browser_reports
from pages.shell.gallery import gallery
from pages.shell.help import help_page, help_privacy, help_public
from pages.shell.undo import undo_last
from pages.shell.well_known import security_txt

urlpatterns: list[URLPattern] = [
    path("more/", require_safe(RedirectView.as_view(pattern_name="search", permanent=True)), name="more"),
    path("help/", help_page, name="help"),
    path("help/privacy/", help_privacy, name="help_privacy"),
    path("help/public/", help_public, name="help_public"),
    path("gallery/", gallery, name="gallery"),
    path("browser-reports/", browser_reports, name="browser_reports"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("undo/<str:token>/", undo_last, name="undo"),
]
