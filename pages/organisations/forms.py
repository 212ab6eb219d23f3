"""Forms for organisations. They parse, and services save."""

from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import User
from accounts.rules import WRITES
from contacts.models import TAX, FocusDeclaration, Organisation, OrganisationPrivateChannel
from contacts.rules.numbers import as_lines
from contacts.services.numbers import values_in
from districts.models import District
from lib.days import city_today
from pages.forms.base import ROWS, VersionedForm
from pages.forms.fields import CHECKS, UNREMEMBERED, fields_of
from pages.forms.languages import language_choices
from pages.forms.rows import RowFormSet

SHORT = ("name", "kind", "home_district", "phone")
REACHED = (
    *("short_name", "summary", "email", "website", "address", "postcode", "languages"),
    "access_needs",
)
MET = (
    *("lead_officer", "deputy_officer", "cadence_days", "also_in"),
    *("contact_wish", "contact_wish_by", "contact_wish_on", "night_calls", "night_agreed_on"),
)
KEPT = (
    "location_protected",
    "verified_on",
    "review_on",
    "known_since",
)
FIELDS = (*SHORT, *REACHED, *MET, *KEPT)
FOCUS = ("focus", "declared_by", "declared_on", "evidence_url")
CADENCES = (7, 14, 30, 60, 90, 182, 365)


def cadence_field(*kept: int) -> forms.TypedChoiceField:
    """The agreed frequency: usual values and those in `kept`."""
    return forms.TypedChoiceField(
        label=_("Agreed frequency"),
        required=False,
        help_text=_("As agreed with the organisation."),
        coerce=int,
        empty_value=None,
        choices=[("", _("Nothing agreed")), *((n, cadence_text(n)) for n in sorted({*CADENCES, *kept}))],
    )


class NumbersField(forms.CharField):
    """Registration numbers, one on each line, such as `Charity Commission: 1048995`."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Registration numbers"),
            required=False,
            max_length=2_000,
            help_text=_(
                "The tax number, and other numbers with the name of their register. One on each line. "
                "Example: Charity Commission: 1048995. Never a person's number."
            ),
            **kwargs,
        )


@fields_of(
    Organisation,
    *FIELDS,
    name={"error_messages": {"required": _("Enter the name of the organisation.")}},
    kind={"empty": _("Choose a kind")},
    home_district={"label": _("District"), "empty_label": _("Choose a district")},
    languages={"widget": CHECKS},
    lead_officer={"empty_label": _("No one")},
    deputy_officer={"empty_label": _("No one")},
    contact_wish={"required": False},
    night_calls={"required": False},
    also_in={"widget": forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS)},
)
class OrganisationFields(forms.Form):
    """All fields of an organisation, with the choices of `actor`. `groups` orders the page."""

    numbers = NumbersField()

    groups = (
        (_("Contact details"), (*REACHED, "numbers")),
        (_("How you keep in touch"), MET),
        (_("Notes and permissions"), KEPT),
    )

    def __init__(
        self, *args: Any, actor: Actor, organisation: Organisation | None = None, **kwargs: Any
    ) -> None:
        if organisation is not None:
            kwargs["initial"] = organisation_values(organisation) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        stored_numbers = organisation.numbers.all() if organisation else ()
        self.countries = {
            ("" if row.register == TAX else row.register, row.as_written): row.country
            for row in stored_numbers
        }
        fields["home_district"].queryset = homes_for(actor, organisation)
        fields["also_in"].queryset = District.objects.order_by("name", "pk")
        fields["languages"].choices = language_choices(*(organisation.languages if organisation else ()))
        for name in ("lead_officer", "deputy_officer"):
            fields[name].queryset = _officers(organisation)
        stored_cadence = organisation.cadence_days if organisation else None
        fields["cadence_days"] = cadence_field(*([stored_cadence] if stored_cadence else []))

    def clean_numbers(self) -> list[dict[str, str]]:
        """Return the numbers as services take them. A number that is stored already keeps its country."""
        return [
            values | {"country": self.countries.get((values["register"], values["as_written"]), "")}
            for values in values_in(self.cleaned_data["numbers"])
        ]

    def clean_contact_wish(self) -> str:
        """Keep the stored value if the field was not sent, so that no refusal is lost."""
        return self._given_or_known("contact_wish")

    def clean_night_calls(self) -> str:
        return self._given_or_known("night_calls")

    def _given_or_known(self, name: str) -> str:
        return str(self.cleaned_data[name] or self.get_initial_for_field(self.fields[name], name))

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in self.groups]

    @property
    def short(self) -> list[forms.BoundField]:
        return [self[name] for name in SHORT]

    @cached_property
    def has_mistakes_below(self) -> bool:
        """Whether one of the folded fields has an error."""
        return bool(set(self.errors) - set(SHORT) - {"__all__"})


class NewOrganisationForm(OrganisationFields):
    """A new organisation: important fields first, the rest folded under details."""


class OrganisationForm(OrganisationFields, VersionedForm):
    """All fields of an organisation, and whether a changed kind or community is other now or was wrong."""

    change = forms.ChoiceField(
        label=_("If you change the kind or the communities"),
        required=False,
        initial="now",
        choices=[
            ("now", _("They changed now. Figures of past periods stay as they are.")),
            ("was_wrong", _("They were recorded wrongly. Figures of past periods are corrected.")),
        ],
        widget=forms.RadioSelect,
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"was_wrong": values.pop("change") == "was_wrong"}


@fields_of(
    OrganisationPrivateChannel,
    "night_phone",
    "address",
    address={"widget": forms.TextInput(attrs=UNREMEMBERED)},
)
class OrganisationPrivateForm(VersionedForm):
    """A night phone and a private address. Nothing is stored if both are empty."""


@fields_of(FocusDeclaration, *FOCUS)
class FocusForm(forms.Form):
    """A community that the organisation says it represents, in its own words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared_on"].widget.attrs["max"] = city_today().isoformat()


class BaseFocuses(RowFormSet):
    def values(self) -> list[dict[str, Any]]:
        """The filled rows that were not removed."""
        return [
            {name: form.cleaned_data[name] for name in FOCUS}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


FocusFormSet = forms.formset_factory(
    FocusForm,
    formset=BaseFocuses,
    extra=1,
    can_delete=True,
    can_delete_extra=False,
    max_num=22,
    absolute_max=44,
)


def organisation_values(organisation: Organisation) -> dict[str, Any]:
    """Initial values of an organisation form."""
    values = forms.model_to_dict(organisation, FIELDS)
    return values | {
        "version": organisation.version,
        "also_in": [district.pk for district in values["also_in"]],
        "cadence_days": organisation.cadence_days or "",
        "numbers": as_lines(organisation.numbers.all()),
        "phone": phone_text(organisation.phone),
    }


def phone_text(phone: Any) -> str:
    """A phone number in a format that can be typed again in any country."""
    return str(phone.as_international if phone and phone.is_valid() else phone)


def focus_values(organisation: Organisation) -> list[dict[str, Any]]:
    return [forms.model_to_dict(row, FOCUS) for row in organisation.focus_declarations.all()]


def homes_for(actor: Actor, row: Any) -> models.QuerySet[District]:
    """Districts that the actor may choose as home district, and the current home district of `row`."""
    homes = District.objects.covered_by(actor).active()
    current_home = Q(pk=row.home_district_id) if row else Q(pk=None)
    return District.objects.filter(Q(pk__in=homes.values("pk")) | current_home).order_by("name", "pk")


def _officers(organisation: Organisation | None) -> Any:
    """Active staff with write access, and the current lead and deputy officer."""
    current_ids = (organisation.lead_officer_id, organisation.deputy_officer_id) if organisation else ()
    writing = Q(is_active=True, role__in=WRITES)
    return User.objects.filter(writing | Q(pk__in=[pk for pk in current_ids if pk])).order_by("name", "pk")


def cadence_text(days: int) -> str:
    """`every week`, `every 45 days`."""
    texts_by_days = {
        7: _("Every week"),
        14: _("Every two weeks"),
        30: _("Every month"),
        60: _("Every two months"),
        90: _("Every three months"),
        182: _("Every six months"),
        365: _("Every year"),
    }
    return str(texts_by_days.get(days) or ngettext("Every day", "Every %(n)d days", days) % {"n": days})
