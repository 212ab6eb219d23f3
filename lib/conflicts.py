"""Conflicts of a write: a changed row (StaleVersion) or a violated database constraint."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _


class StaleVersion(ValidationError):
    """The caller saw an older version than the row's current one (`current`: its number or digest)."""

    def __init__(self, current: int | str) -> None:
        super().__init__(_("Someone else changed this while you were editing."), code="stale")
        self.current = current


def check_version(current: int, shown: int | None) -> None:
    """Raise `StaleVersion` unless `shown` is the current version. None skips the check."""
    if shown is not None and shown != current:
        raise StaleVersion(current)


def digest_of(row: models.Model, names: Iterable[str]) -> str:
    """What stands for the version of a row that has none: a digest of these values."""
    wanted = set(names)
    fields = [one for one in row._meta.concrete_fields if one.name in wanted]
    values = [(one.name, str(getattr(row, one.attname))) for one in fields]
    return sha256(repr(values).encode()).hexdigest()


def check_digest(row: models.Model, names: Iterable[str], shown: str) -> None:
    """Raise `StaleVersion` unless `shown` is the row's `digest_of` these names. "" skips the check."""
    if shown and shown != (current := digest_of(row, names)):
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
