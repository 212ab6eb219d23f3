from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("REST API")

    def ready(self) -> None:
        from accounts import sessions
        from api import bulk_reads
        from api.inputs.mistakes import describe_mistakes
        from api.services import feeds, idempotent, keys, pending_keys
        from districts import kinds
        from lib import erasable

        describe_mistakes()
        bulk_reads.register()
        pending_keys.register()
        kinds.follow_access(keys.follow_redrawn)
        erasable.texts("api.ApiKey", "api.BulkAgreement", "api.KeyWarning", "api.Webhook")
        erasable.whole_rows("api.IdempotentRequest")
        erasable.on_leaving(idempotent.forget)
        sessions.ends_with_sessions(feeds.end_feed)
