from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticesConfig(AppConfig):
    name = "practices"
    verbose_name = _("Library of practices")

    def ready(self) -> None:
        from lib import city_keys, erasable
        from practices import archive, reminders
        from practices.services import rewriting
        from practices.services.exchange import keys_of_practices

        archive.register()
        reminders.register()
        city_keys.register(keys_of_practices)
        rewriting.register()
        erasable.texts("practices.EditorialReview", fixed={})  # signed
        for name in ("OfferedFile", "PracticeFile"):
            erasable.texts(f"practices.{name}", fixed={})  # as it was received or sent
