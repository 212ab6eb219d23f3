from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        from contacts.models.contact import hide_ended_roles_while
        from lib import erasable
        from privacy import archive, erasing, ledger, reminders, review_reminders, searching
        from privacy.exports import package
        from privacy.models import RetentionRule
        from privacy.services import (
            erasures,
            freezing,
            hiding,
            requests,
            retention_decisions,
            retention_rules,
        )

        archive.register()
        searching.register()
        erasing.register()
        package.register()
        ledger.register()
        erasures.register()
        freezing.register()
        hiding.register()
        requests.register()
        retention_rules.register()
        reminders.register()
        review_reminders.register()
        erasable.texts(*(label for label, names in erasing.texts_of_the_desk().items() if names))
        erasable.on_leaving(retention_decisions.forget_sentences)
        hide_ended_roles_while(RetentionRule.objects.hides_ended_roles)
