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
        from reviews.services import subscriptions, work
        from reviews.verifying import verify_reviews

        verifying.register(verify_reviews)
        archive.register()
        work.register()
        kinds.follow_access(subscriptions.follow_redrawn)
        kinds.is_signed(has_signed)
        exporting.register()
        self._register_texts()

    def _register_texts(self) -> None:
        """Signed audits, frozen figures and addenda never change."""
        from lib import erasable

        erasable.texts("reviews.Review", fixed={"signed_at__isnull": False})
        parts = ("ActionCheck", "AgreedAction", "FigureComment", "RungOrganisation", "SampledMeeting")
        erasable.texts(*(f"reviews.{one}" for one in parts), fixed={"review__signed_at__isnull": False})
        erasable.texts("reviews.Addendum", "reviews.FrozenFigure", fixed={})
        erasable.texts("reviews.Delivery")
        erasable.whole_rows("reviews.KeptName")
