from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Organisations and contacts")

    def ready(self) -> None:
        from contacts.exports import contacts, lists
        from contacts.imports import drafts, organisations, people, targets

        targets.register(organisations.TARGET)
        targets.register(people.TARGET)
        drafts.register()
        lists.register()
        lists.register_list(contacts.EXPORT)
