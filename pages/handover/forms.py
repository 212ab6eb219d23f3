"""Form for handing over a colleague's work."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.queries.handover import Portfolio
from pages.forms.fields import fields_of


class HandoverForm(forms.Form):
    """`to` takes everything except organisations assigned to another officer and the work related to them."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: QueryDict | None, *, portfolio: Portfolio, able: Sequence[User]) -> None:
        super().__init__(data)
        people = [(str(user.pk), user.name) for user in able]
        self.fields["to"] = forms.ChoiceField(label=_("Who takes over"), choices=people)
        for row in portfolio.organisations:
            self.fields[_name(row.pk)] = forms.ChoiceField(
                label=row.name, required=False, choices=[("", _("Same as everything else")), *people]
            )
        self._ids = [row.pk for row in portfolio.organisations]

    @property
    def organisations(self) -> list[forms.BoundField]:
        """Fields of the organisations, in order."""
        return [self[_name(pk)] for pk in self._ids]

    @property
    def to_id(self) -> UUID:
        return UUID(self.cleaned_data["to"])

    @property
    def exceptions(self) -> dict[UUID, UUID]:
        """Organisations assigned to another officer than `to`."""
        chosen = {pk: self.cleaned_data[_name(pk)] for pk in self._ids}
        return {pk: UUID(user_id) for pk, user_id in chosen.items() if user_id}


@fields_of(User, "absent_until")
class AbsenceForm(forms.Form):
    pass


def _name(organisation_id: UUID) -> str:
    return f"organisation-{organisation_id}"
