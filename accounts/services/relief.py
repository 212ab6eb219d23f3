"""What a write under temporary access may not do."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.policies import can_widen


def refuse_widening(actor: Actor, before: Collection[UUID], after: Collection[UUID]) -> None:
    """Raise ValidationError where a write under temporary access would show a row in further districts."""
    if not can_widen(actor, before, after):
        raise ValidationError(
            _("You have temporary access here. Ask an officer of the district to show this record elsewhere.")
        )
