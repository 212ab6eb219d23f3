"""Routine meetings between the chapters of the stories of a district, each once on a timeline."""

from collections.abc import Sequence
from random import Random

from crm.demo.words import Step, Story, routine

ENDING = ("quiet", "closed", "dormant")  # marks after whose day nobody meets the organisation
MISSED = 0.09  # share of routine meetings that did not take place


def between_chapters(stories: Sequence[Story]) -> dict[str, list[tuple[Step, int]]]:
    """Return by the organisation's name its routine meetings, and how many days ago they were.

    A text is not told twice of an organisation, and of the district the one told longest ago comes next.
    """
    known = routine()
    left = {story.name: [*known.of_kind.get(story.kind, ()), *known.of_all] for story in stories}
    failed = {story.name: [*known.missed, *known.cancelled] for story in stories}
    told: dict[str, list[tuple[Step, int]]] = {story.name: [] for story in stories}
    last_told: dict[str, int] = {}
    days = sorted(((ago, story.name) for story in stories for ago in _days(story)), reverse=True)
    for ago, name in days:
        random = Random(f"{ago} {name}")
        pile = failed[name] if failed[name] and random.random() < MISSED else left[name]
        if pile:
            # What was never told counts as told longest ago.
            step = max(pile, key=lambda one: (last_told.get(one.topic, 9999), random.random()))
            pile.remove(step)
            last_told[step.topic] = ago
            told[name].append((step, ago))
    return told


def _days(story: Story) -> list[int]:
    """Return how many days ago somebody met the organisation as usual, not close to a chapter."""
    if not story.rhythm or not story.steps:
        return []
    random = Random(f"days {story.name}")
    chapters = [step.ago for step in story.steps]
    end = max((days for mark, days in story.marks.items() if mark in ENDING), default=0)
    found, ago, apart = [], max(chapters), max(3, story.rhythm // 3)
    while (ago := ago - max(3, round(random.gauss(story.rhythm, story.rhythm / 3)))) > end:
        if all(abs(ago - chapter) >= apart for chapter in chapters):
            found.append(ago)
    return found
