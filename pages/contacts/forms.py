"""Forms for contacts. They parse, and services save."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Affiliation, Contact, Organisation, PrivateChannel
from pages.forms.base import VersionedForm
from pages.forms.fields import CHECKS, UNREMEMBERED, fields_of
from pages.forms.hints import HintedForm
from pages.forms.languages import language_choices
from pages.forms.rows import RowFormSet
from pages.organisations.forms import homes_for, phone_text

SHORT = ("given_name", "family_name", "phone", "email", "home_district")
REACHED = ("preferred_channel", "languages")
KEPT = (
    "notice_given_on",
    "notice_version",
    "agreement_how",
    "agreement_on",
    "lawful_basis",
    "purpose",
    "review_on",
)
FIELDS = (*SHORT, *REACHED, *KEPT)
OFFERED = 200


@fields_of(
    Contact,
    *FIELDS,
    family_name={"error_messages": {"required": _("Enter the family name, or the only name.")}},
    email={"widget": forms.EmailInput(attrs=UNREMEMBERED)},
    home_district={"empty_label": _("Choose a district")},
    preferred_channel={"empty": _("No preference")},
    languages={"widget": CHECKS},
    agreement_how={"empty": _("Not recorded")},
)
class ContactFields(forms.Form):
    """All fields of a contact, with the choices of `actor`."""

    groups = ((_("Preferred contact method"), REACHED), (_("Why we keep their details"), KEPT))

    def __init__(self, *args: Any, actor: Actor, contact: Contact | None = None, **kwargs: Any) -> None:
        if contact is not None:
            kwargs["initial"] = contact_values(contact)
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["home_district"].queryset = homes_for(actor, contact)
        fields["languages"].choices = language_choices(*(contact.languages if contact else ()))

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in self.groups]

    @property
    def short(self) -> list[forms.BoundField]:
        return [self[name] for name in SHORT]

    @property
    def has_mistakes_below(self) -> bool:
        return bool(set(self.errors) - set(SHORT) - {"__all__"})


class NewContactForm(ContactFields):
    """A new contact. Only a name is required; other fields have the city's defaults."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lawful_basis", "purpose", "review_on"):
            self.fields[name].required = False

    def values(self) -> dict[str, Any]:
        """The typed values, without the fields that were left at the city's defaults."""
        cleaned = self.cleaned_data
        return {name: value for name, value in cleaned.items() if value or name not in KEPT}


class ContactForm(ContactFields, VersionedForm):
    """All fields of a contact."""


@fields_of(
    Affiliation,
    *("id", "organisation", "role_title", "is_primary", "since", "until"),
    role_title={"help_text": _("For example, coordinator or treasurer. Never “member”.")},
)
class RoleForm(HintedForm):
    """A role: the organisation represented, title and period. `id` is empty for a new role."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    hinted = ("role_title",)

    def __init__(self, *args: Any, actor: Actor, offered: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation: Any = self.fields["organisation"]
        organisation.queryset = Organisation.objects.visible_to(actor)
        self.offered = [*self._current_organisation(), *offered]
        rows = ((str(row.pk), row.name) for row in self.offered)
        organisation.choices = [("", _("Choose an organisation")), *rows]

    def _current_organisation(self) -> list[Organisation]:
        """The organisation of an existing role, first in the list."""
        chosen = self.initial.get("organisation")
        return [chosen] if isinstance(chosen, Organisation) else []


class BaseRoles(RowFormSet):
    def values(self) -> list[dict[str, Any]]:
        """The filled rows that were not removed."""
        rows: list[dict[str, Any]] = []
        for form in self.forms:
            cleaned = dict(form.cleaned_data)
            if not cleaned or cleaned.pop("DELETE", False):
                continue
            if not cleaned["id"]:
                del cleaned["id"]
            rows.append(cleaned)
        return rows


RoleFormSet = forms.formset_factory(
    RoleForm,
    formset=BaseRoles,
    extra=1,
    can_delete=True,
    can_delete_extra=False,
    max_num=20,
    absolute_max=100,
)


@fields_of(PrivateChannel, "phone", "email", email={"widget": forms.EmailInput(attrs=UNREMEMBERED)})
class PrivateChannelForm(VersionedForm):
    """A private phone and email. Nothing is stored if both are empty."""


def contact_values(contact: Contact) -> dict[str, Any]:
    """Initial values of a contact form."""
    values = forms.model_to_dict(contact, FIELDS)
    return values | {"version": contact.version, "phone": phone_text(contact.phone)}


def offered_organisations(actor: Actor) -> list[Organisation]:
    """Likely organisations for a contact of this actor, by name.

    Others are added from the organisation's page.
    """
    rows = Organisation.objects.at_home_with(actor).active().order_by("folded", "pk")
    return list(rows.only("name", "home_district")[:OFFERED])
