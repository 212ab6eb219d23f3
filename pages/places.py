"""Places of the navigation, and the places and pages of each reader.

Each page has one place, found by the beginning of its address.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Role
from pages.offered_pages import (
    ACCOUNTS_PAGES,
    CALENDAR_PAGES,
    CONCERNS_PAGES,
    DISTRICT_PAGES,
    FIND_PAGES,
    LOG_PAGES,
    ORGANISATIONS_PAGES,
    PRIVACY_PAGES,
    TODAY_PAGES,
    WAITING,
    YOU_PAGES,
    Page,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the system with a link in the navigation. The first of its `pages` is where the link leads.

    `beginnings` are those of the addresses in it.
    """

    label: str | Promise
    icon: str
    pages: tuple[Page, ...]
    beginnings: tuple[str, ...]

    @property
    def url(self) -> str:
        return self.pages[0].url

    def for_actor(self, actor: Actor) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.is_for(actor))

    def share_of(self, path: str) -> int:
        """Number of letters of the path that are a beginning of this place; 0 if the page is not in it."""
        if path == self.url:
            return len(path)
        return max((len(start) for start in self.beginnings if path.startswith(start)), default=0)


TODAY: Final = Place(
    _("Today"), "list-checks", TODAY_PAGES, ("/settings/waiting/", "/duty/", "/notifications/", "/alerts/")
)
ORGANISATIONS: Final = Place(
    _("Organisations"),
    "building-2",
    ORGANISATIONS_PAGES,
    ("/organisations/", "/contacts/", "/import/", "/duplicates/"),
)
CALENDAR: Final = Place(
    _("Calendar"),
    "calendar",
    CALENDAR_PAGES,
    ("/calendar/", "/meetings/", "/follow-ups/", "/handover/", "/handovers/", "/takeaways/"),
)
CONCERNS: Final = Place(
    _("Concerns"), "shield-alert", CONCERNS_PAGES, ("/concerns/", "/incidents/", "/protocols/")
)
DISTRICT: Final = Place(
    _("District"),
    "map",
    DISTRICT_PAGES,
    (
        "/districts/",
        "/expected-communities/",
        "/reports/",
        "/plans/",
        "/practices/",
        "/cities/",
        "/reviews/",
        "/publishing/",
        "/subscriptions/",
    ),
)
PRIVACY: Final = Place(_("Privacy"), "shield-check", PRIVACY_PAGES, ("/privacy/",))
ACCOUNTS: Final = Place(
    _("Accounts"),
    "users",
    ACCOUNTS_PAGES,
    (
        "/settings/people/",
        "/settings/districts/",
        "/settings/keys/",
        "/settings/webhooks/",
        "/settings/blocked-content/",
        "/reminders/",
    ),
)
DECISIONS: Final = Place(WAITING.label, WAITING.icon, (WAITING,), ())
YOU: Final = Place(_("You"), "user", YOU_PAGES, ("/settings/", "/jobs/", "/help/"))
#: The way to names, numbers and all pages. At a desk a field in the head leads there.
FIND: Final = Place(_("Find"), "search", FIND_PAGES, ("/search/",))
LOG: Final = Place(_("Log"), "plus", LOG_PAGES, ("/meetings/log/", "/concerns/log/"))

_PLACES: Final = (TODAY, ORGANISATIONS, CALENDAR, CONCERNS, DISTRICT, PRIVACY, ACCOUNTS, FIND, LOG)


def main_places(actor: Actor) -> tuple[Place, ...]:
    """Places in the head of a page: five, and a sixth of a role."""
    if actor.is_confirmer:
        return (DECISIONS,)
    if not actor.reads:
        return (ACCOUNTS,)
    sixth = (PRIVACY,) if actor.role == Role.PRIVACY_OFFICER else ()
    return (TODAY, ORGANISATIONS, CALENDAR, CONCERNS, DISTRICT, *sixth)


def bar_places(actor: Actor) -> tuple[Place, ...]:
    """Places in the bar of a phone: at most five. Find leads to the others."""
    if not actor.reads:
        return (*main_places(actor), FIND)
    if not actor.writes:
        return (TODAY, FIND, PRIVACY, CONCERNS, DISTRICT)
    return (TODAY, FIND, LOG, CONCERNS, DISTRICT if actor.is_supervisor else CALENDAR)


def pages_by_place(actor: Actor) -> list[tuple[Place, tuple[Page, ...]]]:
    """All pages that the actor may open, by place. API keys are in one place, that of the role."""
    sixth = ACCOUNTS if actor.is_administrator else PRIVACY
    places = (TODAY, ORGANISATIONS, CALENDAR, CONCERNS, DISTRICT, sixth, YOU)
    return [(place, pages) for place in places if (pages := place.for_actor(actor))]


def place_of(path: str) -> Place | None:
    """Return the place with the longest beginning of the path. Pages about the reader have none."""
    nearest = max(_PLACES, key=lambda place: place.share_of(path))
    return nearest if nearest.share_of(path) else None
