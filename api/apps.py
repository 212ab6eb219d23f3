from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("REST API")

    def ready(self) -> None:
        from api import bulk_reads
        from api.inputs.mistakes import describe_mistakes
        from api.services import keys, pending_keys
        from districts import kinds

        describe_mistakes()
        bulk_reads.register()
        pending_keys.register()
        kinds.follow_access(keys.follow_redrawn)
