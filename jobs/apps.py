from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Background tasks")

    def ready(self) -> None:
        from jobs import releasing
        from jobs.services import delete_named_files, forget_files
        from lib import erasable

        releasing.register()
        erasable.register("jobs.Job", erasable.Writer(delete_named_files))
        erasable.whole_rows("jobs.JobFile")
        erasable.on_leaving(forget_files, of_copies=True)
