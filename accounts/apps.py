from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff accounts")

    def ready(self) -> None:
        from accounts import (
            held_forms,
            signals,  # noqa: F401  # connects them
        )
        from accounts.services import acts, users, views
        from districts import kinds
        from lib import erasable

        acts.register()
        kinds.follow_access(users.follow_redrawn)
        kinds.follow_access(views.follow_redrawn)
        erasable.register("accounts.SavedView", erasable.Writer(views.forget_named))
        erasable.texts("accounts.QueuedMail")
        erasable.whole_rows("accounts.SentForm")
        erasable.on_leaving(held_forms.forget)
