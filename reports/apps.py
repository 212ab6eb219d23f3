from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Engagement reports")

    def ready(self) -> None:
        from reports.checks import check_limits
        from reports.exports import rows, work

        register(check_limits)

        work.register()
        rows.register()
