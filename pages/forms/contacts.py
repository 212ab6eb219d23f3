"""Forms of people. They parse, they never save."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.codes import Agreement, PreferredChannel
from contacts.models import Affiliation, Contact, Organisation, PrivateChannel
from contacts.services.affiliations import AffiliationRow
from districts.models import District
from pages.forms.base import VersionedForm
from pages.forms.hints import HintedForm
from pages.forms.languages import language_choices
from pages.forms.organisations import phone_text
from pages.forms.rows import RowFormSet

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
DAYS = ("notice_given_on", "agreement_on", "review_on")
OFFERED = 200


class ContactFields(forms.Form):
    """All fields of a person, with the choices `actor` has."""

    groups = ((_("How they like to be reached"), REACHED), (_("Why they are in the book"), KEPT))

    def __init__(self, *args: Any, actor: Actor, contact: Contact | None = None, **kwargs: Any) -> None:
        if contact is not None:
            kwargs["initial"] = contact_values(contact)
        super().__init__(*args, **kwargs)
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields |= forms.fields_for_model(Contact, FIELDS, widgets=dict.fromkeys(DAYS, day))
        self.fields["phone"].widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        channel: Any = self.fields["preferred_channel"]
        channel.choices = [("", _("No preference")), *PreferredChannel.choices]
        agreement: Any = self.fields["agreement_how"]
        agreement.choices = [("", _("Not recorded")), *Agreement.choices]
        homes = District.objects.covered_by(actor).active()
        kept = Q(pk=contact.home_district_id) if contact else Q(pk=None)
        self.fields["home_district"] = forms.ModelChoiceField(
            label=_("District"),
            queryset=District.objects.filter(Q(pk__in=homes.values("pk")) | kept).order_by("name", "pk"),
            empty_label=_("Choose a district"),
        )
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages"),
            required=False,
            choices=language_choices(*(contact.languages if contact else ())),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        )
        for name, field in self.fields.items():
            if field.label and name != "version":
                field.label = str(field.label)[:1].upper() + str(field.label)[1:]

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in self.groups]

    @property
    def short(self) -> list[forms.BoundField]:
        return [self[name] for name in SHORT]

    @property
    def has_mistakes_below(self) -> bool:
        return bool(set(self.errors) - set(SHORT) - {"__all__"})


class NewContactForm(ContactFields):
    """Nothing but a name is asked on the pavement: the rest has the city's defaults."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lawful_basis", "purpose", "review_on"):
            self.fields[name].required = False

    def values(self) -> dict[str, Any]:
        """What was typed; what was left to the city's defaults is left out."""
        given = self.cleaned_data
        return {name: value for name, value in given.items() if value or name not in KEPT}


class ContactForm(ContactFields, VersionedForm):
    """Every field of one person."""


class RoleForm(HintedForm):
    """For whom they speak, as what, since when. `id` is empty for a new one."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    hinted = ("role_title",)

    def __init__(self, *args: Any, actor: Actor, offered: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        names = ("role_title", "is_primary", "since", "until")
        organisation = forms.ModelChoiceField(
            label=_("Organisation"), queryset=Organisation.objects.visible_to(actor)
        )
        self.offered = [*self._kept(), *offered]
        organisation.choices = [("", "—"), *((str(row.pk), row.name) for row in self.offered)]
        self.fields["organisation"] = organisation
        self.fields |= forms.fields_for_model(Affiliation, names, widgets={"since": day, "until": day})
        for field in self.fields.values():
            if field.label:
                field.label = str(field.label)[:1].upper() + str(field.label)[1:]
        self.fields["role_title"].help_text = _("Such as coordinator or treasurer; never “member”.")

    def _kept(self) -> list[Organisation]:
        """The organisation this row names already, first in its list."""
        chosen = self.initial.get("organisation")
        return [chosen] if isinstance(chosen, Organisation) else []


class BaseRoles(RowFormSet):
    def values(self) -> list[AffiliationRow]:
        """The rows that are filled in and not taken out."""
        rows: list[AffiliationRow] = []
        for form in self.forms:
            given = dict(form.cleaned_data)
            if not given or given.pop("DELETE", False):
                continue
            if not given["id"]:
                del given["id"]
            rows.append(given)  # type: ignore[arg-type]  # RoleForm has the fields of AffiliationRow
        return rows


RoleFormSet = forms.formset_factory(
    RoleForm, formset=BaseRoles, extra=1, can_delete=True, can_delete_extra=False, max_num=20
)


class PrivateChannelForm(VersionedForm):
    """A phone and e-mail of their own; both empty: none is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= forms.fields_for_model(PrivateChannel, ("phone", "email"))
        self.fields["phone"].widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].label, self.fields["email"].label = _("Private phone"), _("Private e-mail")


def contact_values(contact: Contact) -> dict[str, Any]:
    """What a form about the person starts with."""
    values = forms.model_to_dict(contact, FIELDS)
    return values | {"version": contact.version, "phone": phone_text(contact.phone)}


def offered_organisations(actor: Actor) -> list[Organisation]:
    """Those a person here most likely speaks for, by name; others are reached from their own page."""
    rows = Organisation.objects.at_home_with(actor).active().order_by("folded", "pk")
    return list(rows.only("name", "home_district")[:OFFERED])
