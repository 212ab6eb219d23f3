from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Audits of engagement")

    def ready(self) -> None:
        from audit import verifying
        from reviews import archive
        from reviews.exports import work as exporting
        from reviews.services import work
        from reviews.verifying import verify_reviews

        verifying.register(verify_reviews)
        archive.register()
        work.register()
        exporting.register()
