from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = _("Local action plans")

    def ready(self) -> None:
        from districts import kinds
        from lib import city_keys, erasable
        from plans import archive, publishing, reminders
        from plans.services import cities, comparison, goals, plans, redrawn
        from publishing.services import beside

        archive.register()
        city_keys.register(cities.keys_of_cities)
        beside.register(comparison.tables_of_files)
        kinds.follow_rows(redrawn.follow_redrawn)
        goals.register()
        publishing.register()
        reminders.register()
        plans.register_kind()
        plans.register_writers()
        erasable.texts("plans.City", "plans.Evidence", "plans.Partner")  # no other system reads them
        for name in ("CityFile", "ComparisonFile", "IndicatorValue"):
            erasable.texts(f"plans.{name}", fixed={})  # as it was received, sent or frozen
        erasable.texts("plans.PlanReview", fixed={"signed_at__isnull": False})
        erasable.texts("plans.PlanVoice", fixed={"review__signed_at__isnull": False})
