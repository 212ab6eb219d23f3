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


def check_version(current: int, shown_version: int | None) -> None:
    """Raise `StaleVersion` unless `shown` is the current version. None skips the check."""
    if shown_version is not None and shown_version != current:
        raise StaleVersion(current)


def digest_of(row: models.Model, names: Iterable[str]) -> str:
    """Return a digest of these values, which replaces the version of a row without one."""
    wanted_names = set(names)
    fields = [field for field in row._meta.concrete_fields if field.name in wanted_names]
    values = [(field.name, str(getattr(row, field.attname))) for field in fields]
    return sha256(repr(values).encode()).hexdigest()


def check_digest(row: models.Model, names: Iterable[str], shown_digest: str) -> None:
    """Raise `StaleVersion` unless `shown` is the row's `digest_of` these names. "" skips the check."""
    if shown_digest and shown_digest != (current := digest_of(row, names)):
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
        for constraint in (
            model_constraint for model in written for model_constraint in model._meta.constraints
        ):
            if constraint.name == refused:
                raise ValidationError(constraint.get_violation_error_message()) from error
        raise
