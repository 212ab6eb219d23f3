"""Targets of imports in the order of the page. A target comes before those that refer to it."""

from collections.abc import Mapping
from typing import Final

from exchange.imports import contacts, follow_ups, meetings, organisations
from exchange.imports.fields import Target

TARGETS: Final[Mapping[str, Target]] = {
    target.name: target
    for target in (organisations.TARGET, contacts.TARGET, meetings.TARGET, follow_ups.TARGET)
}
