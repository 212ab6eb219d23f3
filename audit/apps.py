from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Activity log")

    def ready(self) -> None:
        from audit.services import remove_named_reasons, remove_named_recipients
        from lib import erasable

        erasable.register("audit.Event", erasable.Writer(remove_named_recipients))
        erasable.register("audit.Reason", erasable.Writer(remove_named_reasons))
