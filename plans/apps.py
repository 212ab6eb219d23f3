from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = _("Local action plans")

    def ready(self) -> None:
        from districts import kinds
        from lib import erasable
        from plans import archive, reminders
        from plans.services import redrawn

        archive.register()
        kinds.follow_rows(redrawn.follow_redrawn)
        reminders.register()
        names = ("Action", "Evidence", "Goal", "Indicator", "Milestone", "Partner", "Plan")
        erasable.texts(*(f"plans.{name}" for name in names))
        erasable.texts("plans.IndicatorValue", fixed={})  # frozen
        erasable.texts("plans.PlanReview", fixed={"signed_at__isnull": False})
        erasable.texts("plans.PlanVoice", fixed={"review__signed_at__isnull": False})
