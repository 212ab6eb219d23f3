"""Forms for staff accounts: invite, edit, and own settings."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Act, User, time_zones
from districts.models import District
from pages.districts.forms import DistrictsField
from pages.forms.base import ROWS, VersionedForm
from pages.forms.fields import UNREMEMBERED, fields_of
from pages.organisations.forms import phone_text

PHONE: Final = {
    "help_text": _("For colleagues who share a district, such as at night. Not shared with other systems.")
}


@fields_of(
    User,
    *("name", "email", "phone", "role", "districts", "language"),
    name={"widget": forms.TextInput(attrs=UNREMEMBERED)},
    email={
        "help_text": _("They sign in with this address. We send the invitation to it."),
        "widget": forms.EmailInput(attrs=UNREMEMBERED),
    },
    phone=PHONE,
    role={"widget": forms.RadioSelect, "initial": None},
    districts={
        "form_class": DistrictsField,
        "queryset": District.objects.active().as_tree(),
        "help_text": _(
            "Includes the neighbourhoods within them. Officers and supervisors with no district see nothing."
        ),
        "widget": forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS),
    },
)
class InvitationForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_languages(self)


@fields_of(
    User,
    "is_active",
    is_active={
        "help_text": _(
            "If you turn this off, they are signed out immediately. Their past work stays under their name."
        )
    },
)
class PersonForm(VersionedForm, InvitationForm):
    """A staff account.

    Inactive districts of the account stay in the list, because saving would remove them otherwise.
    """

    def __init__(self, data: QueryDict | None, *, person: User) -> None:
        super().__init__(data, initial=person_values(person))
        own_districts = Q(users=person) | Q(pending_acts__in=person.acts.waiting())
        offered = District.objects.filter(
            pk__in=District.objects.filter(own_districts | Q(is_active=True)).values("pk")
        ).as_tree()
        self.fields["districts"].queryset = offered  # type: ignore[attr-defined]  # a field of models
        self.fields.pop("language", None)


def person_values(person: User) -> dict[str, Any]:
    values = {name: getattr(person, name) for name in ("version", "name", "email", "role", "is_active")}
    values["phone"] = phone_text(person.phone)
    values |= {"role": person.asked_role or person.role, "districts": list(person.districts.all())}
    for act in person.acts.waiting().prefetch_related("districts"):  # keep pending values
        if act.kind == Act.EMAIL:
            values["email"] = act.email
        elif act.kind == Act.REACTIVATION:
            values["is_active"] = True
        elif act.kind == Act.DISTRICTS:
            values["districts"] += act.districts.all()
    return values


def zones(own_zone: str) -> list[tuple[str, str]]:
    """Time zones by place name, without the database's outdated aliases, plus the user's own zone."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return [
        (name, name.replace("_", " "))
        for name in sorted(time_zones())
        if name.startswith(regions) or name in ("UTC", settings.TIME_ZONE, own_zone)
    ]


@fields_of(
    User,
    *("language", "phone", "public_name", "absent_until", "time_zone", "theme", "reminder_channels"),
    "uses_shortcuts",
    phone=PHONE,
    theme={"widget": forms.RadioSelect},
    reminder_channels={
        "label": _("Remind me"),
        "help_text": _("You get at most one email a day, and one for each urgent reminder."),
    },
    uses_shortcuts={"help_text": _("Press / to search, c to log a meeting, ? for help.")},
)
class PreferencesForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Reminders that are not urgent are sent at 09:00 in this time zone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_languages(self)
        self.fields["time_zone"].choices = zones(self.initial["time_zone"])  # type: ignore[attr-defined]  # a field of choices


def _offer_languages(form: forms.Form) -> None:
    """Remove the language field if the system has only one language."""
    if len(settings.LANGUAGES) == 1:
        del form.fields["language"]


def preferences(user: User) -> dict[str, Any]:
    values = {name: getattr(user, name) for name in PreferencesForm.base_fields}
    return values | {"phone": phone_text(user.phone)}
