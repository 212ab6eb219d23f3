from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Fill the tuples of all rooms. All models are loaded by now."""
        from crm.messages import replace_messages

        replace_messages()

        from crm import wiring  # noqa: F401  # only now, because it imports forms
