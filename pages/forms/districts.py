"""The district of a form: chosen, or that of what is selected, or the only one (meetings.rules).

A page names the district that it would save in, and sends its ID along. If the user can no longer work there
when the form arrives, for example because a shift ended, the district is lost, and the user is asked. The
form never takes another district in its place.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.models import Contact, Organisation
from contacts.policies import home_of
from districts.models import District
from meetings.rules.district_of_choice import district_of_choice
from pages.districts.forms import FURTHER_IN, DistrictSelect
from pages.forms.picks import as_uuid

#: The hidden field with the ID of the district that the page named. Empty if the page asked for one.
NAMED: Final = "named_district"
OFFERED: Final = 5  # at most, beside the list


class DistrictOfChoice:
    """A form mixin for a field `district` that may be left out. Subclasses return the `selected` rows."""

    actor: Actor
    fields: dict[str, forms.Field]

    @property
    def selected(self) -> Sequence[Organisation | Contact]:
        """The organisations or contacts that the form is about."""
        raise NotImplementedError

    @cached_property
    def chosen_district(self) -> District | None:
        """The district that the form saves in as it stands. None if the user must choose it."""
        form: Any = self
        if chosen := self._covered.get(as_uuid(form["district"].value())):
            return chosen
        if self.lost_district:
            return None
        home, named_id = home_of(self.actor, self.selected), self._sent_district_id
        if home is None and named_id is not None and not (form.draft and named_id):
            return self._covered.get(as_uuid(named_id))
        return district_of_choice(home, list(self._covered.values()))

    @cached_property
    def lost_district(self) -> District | None:
        """The district that was chosen, or that the page named, and that the user no longer covers."""
        form: Any = self
        pk = as_uuid(form["district"].value() or self._sent_district_id)
        if not form.is_bound or not pk.int or pk in self._covered:
            return None
        return District.objects.visible_to(self.actor).filter(pk=pk).first()

    @property
    def district_options(self) -> list[tuple[str, str]]:
        """The empty option and all districts, ungrouped."""
        field: Any = self.fields["district"]
        return [("", str(field.empty_label)), *_options(self._covered.values())]

    @property
    def offered_districts(self) -> list[District]:
        """Districts to choose in one tap: those that are no part of another. Empty if there are too many."""
        widest = [row for row in self._covered.values() if self._covered.keys().isdisjoint(row.lineage[:-1])]
        return widest if len(widest) <= OFFERED else []

    @property
    def may_change_district(self) -> bool:
        """Whether an answer can name another district on the button than the one that it names now."""
        return len(self._covered) > 1

    @property
    def named_district(self) -> str:
        """The value of the hidden field."""
        district = self.chosen_district or self.lost_district
        return str(district.pk) if district else ""

    @property
    def _sent_district_id(self) -> str | None:
        form: Any = self
        return form.data.get(NAMED) if form.is_bound else None

    @cached_property
    def _covered(self) -> dict[UUID, District]:
        """The districts to choose from. They become the options of the field, so that they are read once."""
        field: Any = self.fields["district"]
        districts = list(field.queryset.as_tree())
        duty_ids = self.actor.duty_ids
        on_duty, elsewhere = (
            _options(district for district in districts if (district.pk in duty_ids) is is_on_duty)
            for is_on_duty in (True, False)
        )
        field.is_one_of_two = True  # never optional: it is asked for when nothing else says it
        field.widget = DistrictSelect(attrs=field.widget.attrs)
        field.choices = [
            ("", field.empty_label),
            *([(_("On duty"), on_duty), (_("Your districts"), elsewhere)] if on_duty else elsewhere),
        ]
        return {district.pk: district for district in districts}


def _options(districts: Iterable[District]) -> list[tuple[str, str]]:
    rows = list(districts)
    offered_ids = {row.pk for row in rows}
    return [
        (str(row.pk), FURTHER_IN * (len(offered_ids.intersection(row.lineage)) - 1) + str(row))
        for row in rows
    ]
