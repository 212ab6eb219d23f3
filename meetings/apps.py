from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings and follow-ups")

    def ready(self) -> None:
        from districts import kinds
        from meetings import reminders
        from meetings.services import (
            concerns,
            follow_ups,
            meetings,
            recounting,
            redrawn,
            relief,
            rewriting,
        )

        meetings.register_kind()
        follow_ups.register_kind()
        concerns.register_kind()
        reminders.register()
        recounting.register_recount()
        rewriting.register()
        kinds.follow_access(relief.follow_redrawn)
        kinds.follow_rows(redrawn.follow_redrawn)
        kinds.counts(redrawn.count_redrawn)
        kinds.has_records(redrawn.has_records)
