from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        from lib import erasable
        from publishing import archive, reminders
        from publishing.services import listings, pending_entries, publications, registrations

        archive.register()
        listings.register_kind()
        listings.register_writer()
        pending_entries.register()
        reminders.register()
        erasable.texts("publishing.CouncilPaper", fixed={})  # what is released stays
        erasable.texts(
            "publishing.EntryTranslation",
            "publishing.PublicDistrict",
            "publishing.PublicEntry",
            "publishing.PublicMeeting",
            "publishing.PublicText",
            "publishing.ReportingRoute",
        )
        erasable.on_leaving(publications.publish_soon, of_copies=True)
        erasable.register("publishing.Registration", erasable.Writer(registrations.forget_registrants))
