from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        from privacy import erasing, ledger, reminders, searching
        from privacy.exports import package
        from privacy.services import erasures

        searching.register()
        erasing.register()
        package.register()
        ledger.register()
        erasures.register()
        reminders.register()
