from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from districts import kinds
        from incidents import archive, reminders
        from incidents.services import incidents, pending_exclusions, pending_protocols, redrawn, rewriting

        incidents.register_kind()
        archive.register()
        pending_exclusions.register()
        pending_protocols.register()
        reminders.register()
        rewriting.register()
        kinds.follow_access(redrawn.copy_protocols)
        kinds.follow_rows(redrawn.follow_redrawn)
