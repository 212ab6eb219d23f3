from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        from lib import erasable
        from publishing import archive, reminders
        from publishing.services import pending_entries

        archive.register()
        pending_entries.register()
        reminders.register()
        erasable.texts("publishing.CouncilPaper", fixed={})  # what is released stays
        erasable.texts(
            "publishing.EntryTranslation",
            "publishing.PublicDistrict",
            "publishing.PublicEntry",
            "publishing.PublicListing",
            "publishing.PublicMeeting",
            "publishing.PublicText",
            "publishing.Registration",
            "publishing.ReportingRoute",
        )
