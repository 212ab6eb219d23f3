from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("Imports and exports")

    def ready(self) -> None:
        from exchange.archive import work
        from exchange.exports import lists
        from exchange.imports import drafts, forgetting

        drafts.register()
        forgetting.register()
        lists.register()
        work.register()
