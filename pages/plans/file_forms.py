"""Forms of files that cities exchange about their plans."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms.fields import fields_of
from pages.forms.shown_files import ShownFileForm
from plans.models import City, ComparisonFile
from reports.figures.wording import format_period
from reports.queries.periods import Period


@fields_of(ComparisonFile, "recipient", "contact")
class ComparisonFileForm(ShownFileForm):
    """The quarter and the recipient of a comparison file."""

    period = forms.ChoiceField(label=_("Quarter"))
    names_nobody = forms.BooleanField(label=_("I have read all titles: they name no one"), required=False)
    field_order = ("period", "recipient", "contact", "names_nobody", "digest")

    def __init__(self, *args: Any, periods: Sequence[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.periods = {period.since.isoformat(): period for period in periods}
        choices = [(code, format_period(quarter)) for code, quarter in self.periods.items()]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"period": self.periods[self.cleaned_data["period"]]}


class CityFileForm(forms.Form):
    file = forms.FileField(
        label=_("Comparison file"),
        help_text=_("A JSON file that another city has sent, up to 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


@fields_of(City, "note")
class TrustForm(forms.Form):
    """`key` is the one whose fingerprint was shown."""

    key = forms.CharField(widget=forms.HiddenInput)
