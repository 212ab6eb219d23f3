from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Core")

    def ready(self) -> None:
        from crm import checks  # noqa: F401  # registers them
        from crm.languages import forget_empty_fallbacks
        from lib.mistakes import describe_mistakes

        describe_mistakes()
        forget_empty_fallbacks(settings.LANGUAGE_CODE)
