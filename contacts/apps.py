from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Organisations and contacts")

    def ready(self) -> None:
        from contacts.services import erasing, moves, redrawn, rewriting
        from districts import kinds

        moves.register_kinds()
        erasing.register()
        rewriting.register()
        kinds.follow_rows(redrawn.follow_redrawn)
        kinds.counts(redrawn.count_redrawn)
        kinds.has_records(redrawn.has_records)
