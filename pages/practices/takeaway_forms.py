"""Forms of takeaways: several at once after a workshop, and the answer to “Tried it?”."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import FollowUp
from pages.forms.fields import fields_of
from practices.models import Adoption, Practice


class _WithPractice(forms.Form):
    practice = forms.ChoiceField(label=_("Practice"), required=False)

    def __init__(self, *args: Any, titles: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].choices = [("", "—"), *titles]  # type: ignore[attr-defined]  # stubs know no ChoiceField here

    def clean_practice(self) -> Practice | None:
        chosen = self.cleaned_data["practice"]
        return Practice.objects.published().filter(pk=chosen).first() if chosen else None


@fields_of(FollowUp, "title", "due_on")
class TakeawayForm(_WithPractice):
    """A takeaway: a title and a due date. The practice is optional, because the library may be empty."""

    field_order = ("title", "practice", "due_on")


@fields_of(Adoption, "came_of_it", "would_again", came_of_it={"widget": forms.RadioSelect})
class TriedForm(_WithPractice):
    """Two taps: the result, and whether they would do it again, which is the button that sends it."""

    def __init__(self, *args: Any, asks_practice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_practice:
            del self.fields["practice"]
