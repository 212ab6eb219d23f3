from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings and promises")

    def ready(self) -> None:
        from contacts.imports import targets
        from meetings.archive import work
        from meetings.exports import lists
        from meetings.imports import follow_ups, meetings

        lists.register()
        work.register()
        targets.register(meetings.TARGET)
        targets.register(follow_ups.TARGET)
