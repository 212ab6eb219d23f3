"""Forms of organisations. They parse, they never save."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.codes import Kind
from contacts.models import FocusDeclaration, Organisation
from districts.models import District
from lib.days import city_today
from pages.forms.base import ROWS, VersionedForm
from pages.forms.languages import language_choices
from pages.forms.rows import RowFormSet

SHORT = ("name", "kind", "home_district", "phone")
REACHED = ("short_name", "summary", "email", "website", "address", "postcode", "languages", "access_needs")
MET = ("lead_officer", "deputy_officer", "cadence_days", "also_in")
KEPT = ("is_reporting_centre", "reporting_tested_on", "is_listed_publicly", "verified_on", "review_on")
FIELDS = (*SHORT, *REACHED, *MET, *KEPT)
DAYS = ("reporting_tested_on", "verified_on", "review_on")
CADENCES = (7, 14, 30, 60, 90, 182, 365)


class OrganisationFields(forms.Form):
    """All fields of an organisation, with the choices `actor` has. `groups` orders the page."""

    groups = (
        (_("How to reach them"), REACHED),
        (_("How you keep in touch"), MET),
        (_("What is kept in mind"), KEPT),
    )

    def __init__(
        self, *args: Any, actor: Actor, organisation: Organisation | None = None, **kwargs: Any
    ) -> None:
        if organisation is not None:
            kwargs["initial"] = organisation_values(organisation) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        widgets: dict[str, type[forms.Widget] | forms.Widget] = dict.fromkeys(DAYS, day)
        widgets["summary"] = forms.Textarea(attrs={"rows": 3})
        self.fields |= forms.fields_for_model(Organisation, FIELDS, exclude=("website",), widgets=widgets)
        self.fields["website"] = forms.URLField(
            label=_("Website"), max_length=300, required=False, assume_scheme="https"
        )
        self.fields["phone"].widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
        self.fields["phone"].error_messages["invalid"] = _("Write a phone number, such as 612 345 678.")
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Choose a kind")), *Kind.choices]
        self._choose_district(actor, organisation)
        self._choose_officers(organisation)
        self._choose_cadence(organisation)
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages"),
            required=False,
            choices=language_choices(*(organisation.languages if organisation else ())),
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

    @cached_property
    def has_mistakes_below(self) -> bool:
        """Whether one of the fields that are folded away needs changing."""
        return bool(set(self.errors) - set(SHORT) - {"__all__"})

    def _choose_district(self, actor: Actor, organisation: Organisation | None) -> None:
        homes = District.objects.covered_by(actor).active().order_by("name", "pk")
        kept = Q(pk=organisation.home_district_id) if organisation else Q(pk=None)
        self.fields["home_district"] = forms.ModelChoiceField(
            label=_("District"),
            queryset=District.objects.filter(Q(pk__in=homes.values("pk")) | kept).order_by("name", "pk"),
            empty_label=_("Choose a district"),
        )
        self.fields["also_in"] = forms.ModelMultipleChoiceField(
            label=_("Also active in"),
            required=False,
            queryset=District.objects.order_by("name", "pk"),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS),
        )

    def _choose_officers(self, organisation: Organisation | None) -> None:
        kept = (organisation.lead_officer_id, organisation.deputy_officer_id) if organisation else ()
        officers = User.objects.filter(
            Q(is_active=True, role__in=WRITES) | Q(pk__in=[pk for pk in kept if pk])
        )
        for name in ("lead_officer", "deputy_officer"):
            self.fields[name] = forms.ModelChoiceField(
                label=self.fields[name].label,
                required=False,
                queryset=officers.order_by("name", "pk"),
                empty_label=_("Nobody"),
            )

    def _choose_cadence(self, organisation: Organisation | None) -> None:
        kept = organisation.cadence_days if organisation else None
        days = sorted({*CADENCES, *([kept] if kept else [])})
        self.fields["cadence_days"] = forms.TypedChoiceField(
            label=_("How often they want to be met"),
            required=False,
            help_text=_("As agreed with them."),
            coerce=int,
            empty_value=None,
            choices=[("", _("Nothing is agreed")), *((n, cadence_text(n)) for n in days)],
        )


class NewOrganisationForm(OrganisationFields):
    """The short form first; the rest lies under details."""


class OrganisationForm(OrganisationFields, VersionedForm):
    """Every field of one organisation."""


class FocusForm(forms.Form):
    """A community the organisation says it speaks for, in its own words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ("focus", "declared_by", "declared_on", "evidence_url")
        day = forms.DateInput(attrs={"type": "date", "max": city_today().isoformat()}, format="%Y-%m-%d")
        self.fields |= forms.fields_for_model(FocusDeclaration, names[:3], widgets={"declared_on": day})
        self.fields["evidence_url"] = forms.URLField(
            label=_("Where they say so"), max_length=300, required=False, assume_scheme="https"
        )
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]


class BaseFocuses(RowFormSet):
    def values(self) -> list[dict[str, Any]]:
        """The rows that are filled in and not taken out."""
        names = ("focus", "declared_by", "declared_on", "evidence_url")
        return [
            {name: form.cleaned_data[name] for name in names}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


FocusFormSet = forms.formset_factory(
    FocusForm, formset=BaseFocuses, extra=1, can_delete=True, can_delete_extra=False, max_num=22
)


def organisation_values(organisation: Organisation) -> dict[str, Any]:
    """What a form about it starts with."""
    values = forms.model_to_dict(organisation, FIELDS)
    return values | {
        "version": organisation.version,
        "also_in": [district.pk for district in values["also_in"]],
        "cadence_days": organisation.cadence_days or "",
        "phone": phone_text(organisation.phone),
    }


def phone_text(phone: Any) -> str:
    """A number as it can be typed again, wherever it is from."""
    return str(phone.as_international if phone and phone.is_valid() else phone)


def focus_values(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {
            "focus": row.focus,
            "declared_by": row.declared_by,
            "declared_on": row.declared_on,
            "evidence_url": row.evidence_url,
        }
        for row in organisation.focus_declarations.all()
    ]


def cadence_text(days: int) -> str:
    """`every week`, `every 45 days`."""
    named = {
        7: _("Every week"),
        14: _("Every two weeks"),
        30: _("Every month"),
        60: _("Every two months"),
        90: _("Every three months"),
        182: _("Every half year"),
        365: _("Every year"),
    }
    return str(named.get(days) or ngettext("Every day", "Every %(n)d days", days) % {"n": days})
