"""Forms of retention: a rule, whose effect is shown before it is in force, and the keeping of a record."""

from typing import Any

from django import forms

from pages.forms.fields import DAY, UNREMEMBERED, fields_of
from privacy.codes import KeepReason
from privacy.models import RetentionDecision, RetentionRule


@fields_of(RetentionRule, "days", basis={"widget": forms.Textarea(attrs={"rows": 2})})
class RetentionRuleForm(forms.Form):
    """`number`: the version that was shown. `previewed`: the days of which the page showed the effect."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    previewed = forms.IntegerField(widget=forms.HiddenInput, required=False)


@fields_of(
    RetentionDecision,
    reason={"required": True, "widget": forms.RadioSelect(attrs=UNREMEMBERED)},
    until={"required": True, "widget": DAY},
    sentence={"widget": forms.Textarea(attrs={"rows": 2})},
)
class KeepForm(forms.Form):
    """Why one record is kept, and until when. The sentence is asked for after several keeps."""

    def __init__(self, *args: Any, wants_sentence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        reason.choices = KeepReason.choices
        if wants_sentence:
            self.fields["sentence"].required = True
        else:
            del self.fields["sentence"]
