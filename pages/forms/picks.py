"""Select organisations without scripts: selected, recent and found organisations are options."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.models import Organisation
from meetings.queries.recent_organisations import recent_in_relief, recent_organisations

FOUND_AT_MOST = 10


class OrganisationPicks:
    """A form mixin for a field of organisations, named in `picks`, and a search field `find`.

    The button `look_for` sends the form to its own page, which shows the form again as a draft with the
    results. `shown` are the organisations on the page, and `searched` the search text, for the activity log.
    """

    picks = "organisations"
    fields: dict[str, forms.Field]
    shown: list[Organisation]
    searched = ""

    def offer(self, actor: Actor, chosen: list[Any], find: str) -> None:
        """Set the queryset (all organisations the actor sees) and the options shown."""
        field = self.fields[self.picks]
        visible = Organisation.objects.visible_to(actor)
        field.queryset = visible  # type: ignore[attr-defined]  # one of models
        rows: dict[UUID, Organisation] = {}
        for organisations in (
            visible.filter(pk__in=[as_uuid(pk) for pk in chosen]).order_by("folded", "pk"),
            visible.active().matching(find)[:FOUND_AT_MOST] if find.strip() else [],
            recent_in_relief(actor),
            recent_organisations(actor),
        ):
            rows |= {row.pk: row for row in organisations if row.pk not in rows}
        self.shown, self.searched = list(rows.values()), find.strip()
        choices = [(str(row.pk), row.short_name or row.name) for row in self.shown]
        if not field.required and not isinstance(field, forms.ModelMultipleChoiceField):
            choices.insert(0, ("", str(_("None"))))
        field.widget.choices = choices


def as_uuid(value: object) -> UUID:
    """Parse an ID. Invalid text becomes an ID that no row has."""
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)
