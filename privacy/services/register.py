"""The city's own texts in the register of processing."""

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action
from audit.services import record
from lib.cleaning import clean_text
from privacy.codes import RegisterPart
from privacy.models import RegisterText
from privacy.policies import can_handle_requests

OBJECT_TYPE: Final = "register"
MOST: Final = 1000  # characters of a text


@transaction.atomic
def set_register_texts(*, actor: Actor, texts: Mapping[str, str]) -> list[str]:
    """Save these texts by part and return the parts that changed. An empty text is deleted.

    Raises PermissionDenied, ValidationError by field.
    """
    if not can_handle_requests(actor):
        raise PermissionDenied
    clean_texts = {part: clean_text(text) for part, text in texts.items()}
    wrong_parts = {
        part for part, text in clean_texts.items() if part not in RegisterPart.values or len(text) > MOST
    }
    if wrong_parts:
        raise ValidationError({part: _("Enter at most 1,000 characters.") for part in wrong_parts})
    before = RegisterText.objects.visible_to(actor).by_part()
    changed = sorted(part for part, text in clean_texts.items() if text != before.get(part, ""))
    for part in changed:
        rows = RegisterText.objects.visible_to(actor).filter(part=part)
        if clean_texts[part]:
            rows.update_or_create(
                part=part,
                defaults={"text": clean_texts[part], "updated_at": timezone.now(), "updated_by_id": actor.id},
            )
        else:
            rows.delete()
    if changed:
        record(actor, Action.UPDATE, OBJECT_TYPE, [], field_names=changed)
    return changed
