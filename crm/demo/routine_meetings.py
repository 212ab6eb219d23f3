"""Routine meetings between the chapters of the stories of a district, each once on a timeline."""

from collections.abc import Sequence
from random import Random

from crm.demo.stories import MeetingStory, OrganisationStory, routine

ENDING = ("quiet", "closed", "dormant")  # after the day of such a mark, no officer meets the organisation
MISSED = 0.09  # share of routine meetings that did not take place


def between_chapters(stories: Sequence[OrganisationStory]) -> dict[str, list[tuple[MeetingStory, int]]]:
    """Return routine meetings by the name of their organisation, each with how many days ago it was.

    An organisation gets no text twice. The next text is the one that the district used longest ago.
    """
    routine_texts = routine()
    unused_steps = {
        story.name: [*routine_texts.by_kind.get(story.kind, ()), *routine_texts.for_all] for story in stories
    }
    missed_steps = {story.name: [*routine_texts.missed, *routine_texts.cancelled] for story in stories}
    routine_meetings: dict[str, list[tuple[MeetingStory, int]]] = {story.name: [] for story in stories}
    last_used: dict[str, int] = {}
    days = sorted(((ago, story.name) for story in stories for ago in _days(story)), reverse=True)
    for ago, name in days:
        random = Random(f"{ago} {name}")
        pile = missed_steps[name] if missed_steps[name] and random.random() < MISSED else unused_steps[name]
        if pile:
            # A text that was never used counts as used longest ago.
            step = max(pile, key=lambda step: (last_used.get(step.topic, 9999), random.random()))
            pile.remove(step)
            last_used[step.topic] = ago
            routine_meetings[name].append((step, ago))
    return routine_meetings


def _days(story: OrganisationStory) -> list[int]:
    """Return how many days ago an officer met the organisation as usual, not close to a chapter."""
    if not story.rhythm or not story.meetings:
        return []
    random = Random(f"days {story.name}")
    chapters = [step.ago for step in story.meetings]
    end = max((days for mark, days in story.marks.items() if mark in ENDING), default=0)
    days_ago, ago, apart = [], max(chapters), max(3, story.rhythm // 3)
    while (ago := ago - max(3, round(random.gauss(story.rhythm, story.rhythm / 3)))) > end:
        if all(abs(ago - chapter) >= apart for chapter in chapters):
            days_ago.append(ago)
    return days_ago
