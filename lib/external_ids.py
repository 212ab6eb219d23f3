"""External IDs (IDs of a row in other systems), with the same rules for all objects that have them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.error_texts import at
from lib.fold import squash
from lib.limits import refuse_more

TAKEN: Final = "taken"


def set_external_ids(row: Any, external_ids: Sequence[Mapping[str, str]]) -> bool:
    """Replace the external IDs of a saved row and return whether any changed.

    `source` is the name of the other system; (source, external_id) is unique per object type. Raises
    ValidationError at `external_ids`, also for an ID that belongs to another row, whether or not the actor
    can see that row.
    """
    stored_ids = row.external_ids
    before = set(stored_ids.values_list("source", "external_id"))
    after = {
        (squash(external_id["source"]), squash(external_id["external_id"])) for external_id in external_ids
    }
    if before == after:
        return False
    refuse_more("external_ids", after)
    stored_ids.all().delete()
    for source, external_id in sorted(after):
        child = stored_ids.model(**{stored_ids.field.name: row}, source=source, external_id=external_id)
        try:
            child.full_clean(validate_constraints=False)
        except ValidationError as error:
            raise at("external_ids", error) from error
        if stored_ids.model._default_manager.filter(source=source, external_id=external_id).exists():
            raise taken_id_error()
        child.save()
    return True


def taken_id_error() -> ValidationError:
    """Return the error for an ID that belongs to another row.

    The message does not describe that row, because the writer may not be allowed to see it.
    """
    return ValidationError({"external_ids": ValidationError(_("This ID cannot be used."), code=TAKEN)})


def is_taken(error: Exception) -> bool:
    """Whether a write was rejected because of such an ID."""
    errors = error.error_dict.get("external_ids", ()) if hasattr(error, "error_dict") else ()
    return any(field_error.code == TAKEN for field_error in errors)
