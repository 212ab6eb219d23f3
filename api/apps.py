from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("REST API")

    def ready(self) -> None:
        from api import bulk_reads
        from api.services import keys
        from districts import kinds

        bulk_reads.register()
        kinds.follow_access(keys.follow_redrawn)
