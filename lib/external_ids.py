"""External IDs: the IDs that a row has in other systems. The rules are the same for all types of objects."""

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

    `source` is the name of the other system. (source, external_id) is unique per object type. Raises
    ValidationError at `external_ids` for an invalid ID, and for an ID of another row, even if the actor
    cannot see that other row.
    """
    stored_ids = row.external_ids
    stored_pairs = set(stored_ids.values_list("source", "external_id"))
    requested_pairs = {
        (squash(external_id["source"]), squash(external_id["external_id"])) for external_id in external_ids
    }
    if stored_pairs == requested_pairs:
        return False
    refuse_more("external_ids", requested_pairs)
    stored_ids.all().delete()
    for source, external_id in sorted(requested_pairs):
        new_row = stored_ids.model(**{stored_ids.field.name: row}, source=source, external_id=external_id)
        try:
            new_row.full_clean(validate_constraints=False)
        except ValidationError as error:
            raise at("external_ids", error) from error
        if stored_ids.model._default_manager.filter(source=source, external_id=external_id).exists():
            raise taken_id_error()
        new_row.save()
    return True


def taken_id_error() -> ValidationError:
    """Return the error for an ID that belongs to another row.

    The message does not describe that row, because the writer may not be allowed to see it.
    """
    return ValidationError({"external_ids": ValidationError(_("This ID cannot be used."), code=TAKEN)})


def is_taken(error: Exception) -> bool:
    """Whether `error` contains the error for an ID that belongs to another row (`taken_id_error`)."""
    errors = error.error_dict.get("external_ids", ()) if hasattr(error, "error_dict") else ()
    return any(field_error.code == TAKEN for field_error in errors)
