from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticesConfig(AppConfig):
    name = "practices"
    verbose_name = _("Library of practices")

    def ready(self) -> None:
        from lib import erasable
        from practices import archive, reminders

        archive.register()
        reminders.register()
        erasable.texts("practices.Adoption", "practices.Practice", "practices.PracticeText")
        erasable.texts("practices.EditorialReview", fixed={})  # signed
