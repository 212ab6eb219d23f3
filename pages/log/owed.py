"""Open follow-ups to those who were met, ticked as done in the form that logs the meeting."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.models import FollowUp
from meetings.policies import can_complete_follow_up, can_edit_follow_up


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A follow-up with its boxes. `untold` are organisations that can be reported back to."""

    follow_up: FollowUp
    is_done: bool
    is_told: bool
    may_move: bool
    untold: Sequence[UUID]


class Ticked(forms.MultipleChoiceField):
    """Ticked boxes. A row that another user has closed meanwhile is ignored, not refused."""

    def clean(self, value: Any) -> list[str]:
        return [choice for choice in self.to_python(value) if self.valid_value(choice)]


class OwedForm(forms.Form):
    """A form that completes follow-ups: `done`, and of these `told`, those reported back to the attendees."""

    done = Ticked(required=False)
    told = Ticked(required=False)
    owed: Sequence[FollowUp] = ()
    editable: Collection[UUID] = ()

    def offer_owed(self, actor: Actor, owed: Iterable[FollowUp]) -> None:
        """Offer those that the actor can complete, read `with_homes`."""
        self.owed = [row for row in owed if can_complete_follow_up(actor, row)]
        self.editable = {row.pk for row in self.owed if can_edit_follow_up(actor, row)}
        choices = [(str(row.pk), row.title) for row in self.owed]
        for name in ("done", "told"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a field of choices

    @property
    def open_items(self) -> list[OpenItem]:
        done, reported_back = (set(self[name].value() or ()) for name in ("done", "told"))
        return [
            OpenItem(
                row,
                is_done=str(row.pk) in done,
                is_told=str(row.pk) in reported_back,
                may_move=row.pk in self.editable,
                untold=_untold(row) if row.pk in self.editable else (),
            )
            for row in self.owed
        ]

    def completed(self, present: Collection[Organisation]) -> list[dict[str, Any]]:
        """Arguments of `complete_follow_up`. Those present have heard of what is ticked as reported back."""
        present_ids = {organisation.pk for organisation in present}
        cleaned = self.cleaned_data
        return [
            {
                "follow_up_id": item.follow_up.pk,
                "reported_to": [pk for pk in item.untold if pk in present_ids] if item.is_told else [],
            }
            for item in self.open_items
            if str(item.follow_up.pk) in cleaned["done"]
        ]


def _untold(row: FollowUp) -> list[UUID]:
    links: list[Any] = row.seen_links  # type: ignore[attr-defined]  # prefetched under this name
    return [link.organisation_id for link in links if not link.reported_back_on]
