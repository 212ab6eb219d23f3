"""Forms for API keys, for administrators."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from api.codes import READS_PEOPLE, Scope
from api.models import ApiKey, BulkAgreement
from api.rules import MAX_DAYS
from api.services.bulk_agreements import MOST_ROWS
from districts.models import District
from pages.districts.forms import DistrictsField
from pages.forms.base import ROWS
from pages.forms.fields import CHECKS, UNREMEMBERED, fields_of

MAX_COUNT = 1_000_000

GROUPS = (
    (_("Organisations"), (Scope.ORGANISATIONS_READ, Scope.ORGANISATIONS_WRITE)),
    (
        _("Contacts"),
        (Scope.CONTACTS_READ, Scope.CONTACTS_PRIVATE, Scope.CONTACTS_WRITE, Scope.CONTACTS_ERASE),
    ),
    (_("Meetings"), (Scope.MEETINGS_READ, Scope.MEETINGS_WRITE)),
    (_("Follow-ups"), (Scope.FOLLOW_UPS_READ, Scope.FOLLOW_UPS_WRITE)),
    (_("Concerns"), (Scope.CONCERNS_READ, Scope.CONCERNS_WRITE)),
    (_("Reports"), (Scope.REPORTS_READ,)),
    (
        _("Other (needs no confirmation by a privacy officer)"),
        (Scope.CHANGES_READ, Scope.WEBHOOKS_WRITE),
    ),
)


@fields_of(
    ApiKey,
    *("name", "purpose", "scopes", "is_citywide", "districts", "source", "days", "cidrs"),
    *("daily_contacts", "requests_per_minute"),
    name={"widget": forms.TextInput(attrs=UNREMEMBERED)},
    scopes={
        "choices": [(group, [(scope.value, scope.label) for scope in scopes]) for group, scopes in GROUPS],
        "widget": CHECKS,
        "help_text": _("Give only what the tool needs. Write access does not include read access."),
    },
    districts={
        "label": _("Or only in these districts"),
        "form_class": DistrictsField,
        "queryset": District.objects.active().as_tree(),
        "help_text": _("Includes all neighbourhoods within them."),
        "widget": forms.CheckboxSelectMultiple(attrs={"class": "checks"} | ROWS),
    },
    source={
        "help_text": _("The tool’s own IDs are stored under this name, such as “participation”."),
        "widget": forms.TextInput(attrs=UNREMEMBERED | {"spellcheck": "false"}),
    },
    daily_contacts={
        "max_value": MAX_COUNT,
        "help_text": _("The most contacts this key can read in a day. This stops bulk copying."),
    },
    requests_per_minute={"min_value": 1, "max_value": MAX_COUNT},
)
class KeyForm(forms.Form):
    days = forms.IntegerField(
        label=_("Valid for (days)"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        help_text=_("Up to one year. To renew the key before it expires, use its page."),
    )
    cidrs = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        max_length=1000,
        help_text=_("One per line, such as 192.0.2.0/24. Leave empty to allow any network."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def clean_cidrs(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["cidrs"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("is_citywide") and cleaned.get("districts"):
            self.add_error("districts", ValidationError(_("Choose districts or the whole city, not both.")))
        return cleaned


class RenewForm(forms.Form):
    """Add a secret to a key, and extend the key if a number of days is given."""

    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MAX_DAYS,
        required=False,
        help_text=_("Up to one year. Leave empty to keep the current expiry date."),
    )


@fields_of(BulkAgreement, "rows", "days", "reason", rows={"min_value": 1, "max_value": MOST_ROWS})
class BulkAgreementForm(forms.Form):
    """Agree that a key may read whole lists."""

    days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=MAX_DAYS, initial=7)


def reads_people(scopes: list[str]) -> bool:
    return not READS_PEOPLE.isdisjoint(scopes)
