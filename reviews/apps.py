from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Audits of engagement")

    def ready(self) -> None:
        from audit import verifying
        from districts import kinds
        from reviews import archive
        from reviews.exports import work as exporting
        from reviews.reading import has_signed
        from reviews.services import rewriting, subscriptions, work
        from reviews.verifying import verify_reviews

        verifying.register(verify_reviews)
        archive.register()
        rewriting.register()
        work.register()
        kinds.follow_access(subscriptions.follow_redrawn)
        kinds.is_signed(has_signed)
        exporting.register()
