"""What a write says when the row changed under the writer's eyes."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class StaleVersion(ValidationError):
    """The caller was shown an older version than the row has now (`current`)."""

    def __init__(self, current: int) -> None:
        super().__init__(_("Somebody else changed this while you were writing."), code="stale")
        self.current = current


def check_version(current: int, shown: int | None) -> None:
    """Raise `StaleVersion` unless `shown` is the current version; None means the caller does not care."""
    if shown is not None and shown != current:
        raise StaleVersion(current)
