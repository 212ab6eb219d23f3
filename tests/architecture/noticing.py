"""Which query parameters a page reads. Any other makes no difference to it, so it need not be tried."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from django.core.handlers import wsgi
from django.http import QueryDict

from accounts.services.sent_forms import FIELD

#: Stands for all names where a page counts or lists the parameters.
EVERY: Final = "*"


class _Noticing(QueryDict):
    """A query that notes the names that are read, but not while it is made, copied or encoded as a whole."""

    read: set[str]
    _is_quiet = True

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._is_quiet = False

    def _note(self, name: str) -> None:
        if not self._is_quiet:
            self.read.add(name)

    def _quietly(self, method: Any, *given: Any) -> Any:
        was, self._is_quiet = self._is_quiet, True
        try:
            return method(*given)
        finally:
            self._is_quiet = was

    def __copy__(self) -> Any:
        return self._quietly(super().__copy__)

    def __deepcopy__(self, memo: Any) -> Any:
        return self._quietly(super().__deepcopy__, memo)

    def urlencode(self, safe: str | None = None) -> str:
        return str(self._quietly(super().urlencode, safe))

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(str(key))
        return super().__contains__(key)

    def _getlist(self, key: str, *given: Any, **more: Any) -> Any:
        self._note(key)
        return super()._getlist(key, *given, **more)  # type: ignore[misc]  # the stubs leave it out

    def pop(self, key: Any, *default: Any) -> Any:
        self._note(key)
        return super().pop(key, *default)

    def __len__(self) -> int:
        self._note(EVERY)
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self._note(EVERY)
        return super().__iter__()

    def keys(self) -> Any:
        self._note(EVERY)
        return super().keys()

    def values(self) -> Any:
        self._note(EVERY)
        return super().values()

    def items(self) -> Any:
        self._note(EVERY)
        return super().items()

    def lists(self) -> Any:
        self._note(EVERY)
        return super().lists()


@contextmanager
def noticed() -> Iterator[set[str]]:
    """Collect the names that the requests of the block read, and EVERY where one counts or lists them.

    The id of a form is left out once the block ends, because a middleware reads it for every page.
    """
    read: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wsgi, "QueryDict", type("Noticing", (_Noticing,), {"read": read}))
        yield read
    read.discard(FIELD)
