"""Conflicts of a write: a changed row (StaleVersion) or a violated database constraint."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _


class StaleVersion(ValidationError):
    """The caller saw an older version than the row's current one (`current`)."""

    def __init__(self, current: int) -> None:
        super().__init__(_("Someone else changed this while you were editing."), code="stale")
        self.current = current


def check_version(current: int, shown: int | None) -> None:
    """Raise `StaleVersion` unless `shown` is the current version. None skips the check."""
    if shown is not None and shown != current:
        raise StaleVersion(current)


@contextmanager
def constraints_in_words(*written: type[models.Model]) -> Iterator[None]:
    """Turn a violated constraint of these models into a ValidationError with the constraint's message.

    Validating constraints in advance, as `full_clean` does, takes a statement per row and constraint.
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
