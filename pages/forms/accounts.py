"""Forms about accounts: invited, changed, and one's own settings."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.models import Asked, Channel, Role, Theme, User
from districts.models import District
from pages.forms.base import ROWS, VersionedForm
from pages.forms.districts import DistrictsField
from pages.forms.organisations import phone_text


def phone_field() -> PhoneNumberField:
    return PhoneNumberField(
        label=_("Phone at work"),
        required=False,
        help_text=_(
            "For colleagues who share a district, such as at night. It is not given to other systems."
        ),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter a phone number, such as 612 345 678.")},
    )


class InvitationForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("What they sign in with, and where the invitation goes."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = phone_field()
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    districts = DistrictsField(
        label=_("Districts"),
        queryset=District.objects.active().as_tree(),
        required=False,
        help_text=_("With all that lies in them. Officers and supervisors without one see nothing."),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PersonForm(VersionedForm, InvitationForm):
    """Districts out of use that an account has stay on offer: unseen they would be taken away."""

    is_active = forms.BooleanField(
        label=_("May sign in"),
        required=False,
        help_text=_("Switched off, they are signed out at once. What they did stays under their name."),
    )

    def __init__(self, data: QueryDict | None, *, person: User) -> None:
        super().__init__(data, initial=person_values(person))
        own = Q(users=person) | Q(account_requests__in=person.requests.waiting())
        offered = District.objects.filter(
            pk__in=District.objects.filter(own | Q(is_active=True)).values("pk")
        ).as_tree()
        self.fields["districts"].queryset = offered  # type: ignore[attr-defined]  # a field of models
        del self.fields["language"]


def person_values(person: User) -> dict[str, Any]:
    values = {name: getattr(person, name) for name in ("version", "name", "email", "role", "is_active")}
    values["phone"] = phone_text(person.phone)
    values |= {"role": person.asked_role or person.role, "districts": list(person.districts.all())}
    for asked in person.requests.waiting().prefetch_related("districts"):  # not taken back unseen
        if asked.kind == Asked.EMAIL:
            values["email"] = asked.email
        elif asked.kind == Asked.REACTIVATION:
            values["is_active"] = True
        elif asked.kind == Asked.DISTRICTS:
            values["districts"] += asked.districts.all()
    return values


def zones(own: str) -> list[tuple[str, str]]:
    """Places a person lives in, not the many old names the database of zones keeps; and one's own."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if name.startswith(regions) or name in ("UTC", settings.TIME_ZONE, own)
    ]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    phone = phone_field()
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Reminders of promises come at 09:00 there.")
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)
    reminder_channels = forms.MultipleChoiceField(
        label=_("Remind me"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    uses_shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"), required=False, help_text=_("/ searches, c logs a meeting, ? helps.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones(self.initial["time_zone"])  # type: ignore[attr-defined]  # a field of choices


def preferences(user: User) -> dict[str, Any]:
    values = {name: getattr(user, name) for name in PreferencesForm.base_fields}
    return values | {"phone": phone_text(user.phone)}
