"""Form of a retention rule. The days are previewed before the rule is put in force."""

from django import forms

from pages.forms.fields import fields_of
from privacy.models import RetentionRule


@fields_of(RetentionRule, "days", basis={"widget": forms.Textarea(attrs={"rows": 2})})
class RetentionRuleForm(forms.Form):
    """`number`: the version that was shown. `previewed`: the days of which the page showed the effect."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    previewed = forms.IntegerField(widget=forms.HiddenInput, required=False)
