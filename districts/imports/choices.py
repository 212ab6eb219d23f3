"""Choices that a boundary file needs: the options of each, the default, and the selected option."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from districts.rules.boundaries import Boundary


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with options (value and label).

    `default` is preselected; if it is empty, the user has to select an option. `before` and `after` are the
    boundaries to compare on a map.
    """

    key: str
    text: str
    options: tuple[tuple[str, str], ...]
    default: str = ""
    before: Boundary = field(default_factory=list)
    after: Boundary = field(default_factory=list)


class Choices:
    """The choices of one import, with the options that the user selected by key."""

    def __init__(self, selected: Mapping[str, str], *, accepts_defaults: bool) -> None:
        self._selected = selected
        self._accepts_defaults = accepts_defaults
        self.all: list[Choice] = []
        self.open: list[Choice] = []

    def select(self, choice: Choice) -> str:
        """Add the choice and return the selected option, or the default."""
        self.all.append(choice)
        value = self._selected.get(choice.key, "")
        if value in dict(choice.options):
            return value
        if not (self._accepts_defaults and choice.default):
            self.open.append(choice)
        return choice.default

    def as_rows(self) -> tuple[dict[str, Any], ...]:
        """Return each choice with its selected option, for a page."""
        values = [self._selected.get(choice.key, "") or choice.default for choice in self.all]
        return tuple(
            {"choice": choice, "value": value} for choice, value in zip(self.all, values, strict=True)
        )
