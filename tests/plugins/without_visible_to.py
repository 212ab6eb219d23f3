"""TEST_WITHOUT_VISIBLE_TO=1 with TEST_ROW_SECURITY=1: no query of an actor asks what the actor sees.

Every `visible_to` of a table with policies returns all rows, as if each query had forgotten it, where the
statement runs on behalf of the actor. The policies must answer as before (docs/adr/0046). With
TEST_WITHOUT_VISIBLE_TO=opened, also where a context is opened, in which only tests notice.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

NOUNS: Final = (
    *("contacts.Organisation", "contacts.Contact"),
    *("meetings.Meeting", "meetings.FollowUp", "meetings.Concern"),
    *("incidents.Incident", "incidents.ExclusionRequest"),
)
EVEN_OPENED: Final = os.environ.get("TEST_WITHOUT_VISIBLE_TO") == "opened"


@pytest.fixture(autouse=True, scope="session")
def _without_visible_to() -> Iterator[None]:
    from django.apps import apps

    with pytest.MonkeyPatch.context() as patch:
        for name in NOUNS:
            manager: Any = apps.get_model(name)._default_manager
            rows: Any = manager._queryset_class
            patch.setattr(rows, "visible_to", _of_policies(rows.visible_to))
            patch.setattr(
                type(manager), "visible_to", lambda self, actor: self.get_queryset().visible_to(actor)
            )
        yield


def _of_policies(visible_to: Callable[..., Any]) -> Callable[..., Any]:
    from lib import row_context

    def all_rows(self: Any, actor: Any) -> Any:
        current = row_context._current.get()
        is_on_behalf = current is not None and current.actor is not None and current.actor == actor.id
        return self.all() if is_on_behalf and (EVEN_OPENED or not current.opened) else visible_to(self, actor)  # type: ignore[union-attr]  # checked

    return all_rows
