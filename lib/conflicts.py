"""What a write says when the row changed under the writer's eyes, or when the database refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _


class StaleVersion(ValidationError):
    """The caller was shown an older version than the row has now (`current`)."""

    def __init__(self, current: int) -> None:
        super().__init__(_("Someone else changed this while you were editing."), code="stale")
        self.current = current


def check_version(current: int, shown: int | None) -> None:
    """Raise `StaleVersion` unless `shown` is the current version; None means the caller does not care."""
    if shown is not None and shown != current:
        raise StaleVersion(current)


@contextmanager
def constraints_in_words(*written: type[models.Model]) -> Iterator[None]:
    """Raise what a constraint of these models refuses as ValidationError, in the constraint's own words.

    Asking each constraint beforehand, as `full_clean` does, takes a statement for each row and constraint.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for constraint in (one for model in written for one in model._meta.constraints):
            if constraint.name == refused:
                raise ValidationError(constraint.get_violation_error_message()) from error
        raise
