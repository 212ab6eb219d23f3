"""Picking organisations without a script: the chosen, the recent and the found ones as pills."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.recent import recent_organisations

FOUND_AT_MOST = 10


class OrganisationPicks:
    """Mixed into a form with `find` and a field of organisations named in `picks`.

    The button `look_for` sends the form to its own page, which shows it again as a draft with what was
    found. `shown` are the organisations on the page and `searched` what was looked for, for the trail.
    """

    picks = "organisations"
    fields: dict[str, forms.Field]
    shown: list[Organisation]
    searched = ""

    def offer(self, actor: Actor, chosen: list[Any], find: str) -> None:
        """Set what may be chosen (all the actor sees) and what is shown of it."""
        field = self.fields[self.picks]
        seen = Organisation.objects.visible_to(actor)
        field.queryset = seen  # type: ignore[attr-defined]  # one of models
        rows: dict[UUID, Organisation] = {}
        for found in (
            seen.filter(pk__in=[as_uuid(pk) for pk in chosen]).order_by("folded", "pk"),
            seen.active().matching(find)[:FOUND_AT_MOST] if find.strip() else [],
            recent_organisations(actor),
        ):
            rows |= {row.pk: row for row in found if row.pk not in rows}
        self.shown, self.searched = list(rows.values()), find.strip()
        choices = [(str(row.pk), row.short_name or row.name) for row in self.shown]
        if not isinstance(field, forms.ModelMultipleChoiceField):
            choices.insert(0, ("", str(_("None"))))
        field.widget.choices = choices


def as_uuid(value: object) -> UUID:
    """An id as an address or form names it; what is none is an id nothing has."""
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)
