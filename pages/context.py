"""Context for the frame of every page: reader, navigation and pending work."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import DutyShift, User
from accounts.queries.waiting_districts import WaitingDistricts, waiting_districts
from districts.models import District
from incidents.models import IncidentConcern
from incidents.rules.hours import is_quiet
from lib.days import city_zone
from lib.prepared import Kept, Placeholder
from pages.places import DISTRICT, FIND, LOG, TODAY, Place, bar_places, main_places, place_of
from reminders.models import Reminder, ReminderQuerySet

#: The incident of a reminder about a concern, or else the reminder's own record: one row for one event.
_INCIDENTS: Final = IncidentConcern.objects.filter(concern=OuterRef("subject_id"))
EVENT: Final = Coalesce(Subquery(_INCIDENTS.order_by().values("incident")[:1]), "subject_id")
# Accounts of the demo data (issue: "Sign-ins"). The sign-in page offers them in the demo only.
DEMO_PASSWORD = "proximity-demo"  # noqa: S105  # printed on the sign-in page
DEMO_SIGN_INS = (
    (_("Officer, north"), "officer.north@demo.example"),
    (_("Officer, south"), "officer.south@demo.example"),
    (_("Supervisor"), "supervisor@demo.example"),
    (_("Supervisor, whole city"), "supervisor.city@demo.example"),
    (_("Privacy officer"), "privacy@demo.example"),
    (_("Administrator"), "admin@demo.example"),
    (_("Confirmer"), "confirmer@demo.example"),
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link in the head or in a phone's bar. `current` is the value of its `aria-current`, or empty."""

    label: str | Promise
    icon: str
    url: str
    current: str = ""
    is_log: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page. Its queries run once, and only for whole pages, not for fragments."""

    city: str
    demo: bool
    mail_sink: bool
    path: str
    idle_minutes: int
    user: User | None = None
    writes: bool = False
    log_url: str = ""
    nav: tuple[NavigationLink, ...] = ()
    bar: tuple[NavigationLink, ...] = ()
    unread: int = 0
    waits_for: WaitingDistricts | None = None
    shift: DutyShift | None = None

    @property
    def demo_sign_ins(self) -> list[dict[str, str]]:
        return [
            {"name": str(n), "email": e, "password": DEMO_PASSWORD} for n, e in DEMO_SIGN_INS if self.demo
        ]

    @property
    def theme(self) -> str:
        return self.user.theme if self.user else "auto"

    @property
    def shortcuts(self) -> bool:
        return self.user is not None and self.user.uses_shortcuts


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Return the frame. The request may lack a user, because errors can occur before authentication."""
    frame = {
        "city": settings.CITY_NAME,
        "demo": settings.DEMO,
        "mail_sink": bool(settings.MAIL_SINK_DIR),
        "path": request.path,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not hasattr(request, "actor"):
        return {"shell": Shell(**frame)}
    actor = request.actor
    if getattr(request, "htmx", False):
        return {"shell": Shell(**frame, user=user, writes=actor.writes)}
    districts, unread = _districts_and_unread(user) if actor.reads else ((), _events_unread(user))
    main, bar = main_places(actor), bar_places(actor)
    log_url = _log_url(actor)
    page_place = place_of(request.path)
    is_in_bar = page_place in bar or any(place.url == request.path for place in bar)
    return {
        "shell": Shell(
            **frame,
            user=user,
            writes=actor.writes,
            log_url=log_url,
            nav=tuple(_link(place, request.path, page_place, districts) for place in main),
            bar=tuple(
                _link(place, request.path, page_place if is_in_bar else FIND, districts, unread, log_url)
                for place in bar
            ),
            shift=_shift(request, actor.shift_id) if actor.shift_id else None,
            unread=unread,
            waits_for=waiting_districts(user) if actor.writes and not actor.district_ids else None,
        )
    }


def _shift(request: HttpRequest, shift_id: UUID) -> DutyShift | None:
    own_shift: DutyShift | None = getattr(request, "own_shift", None)
    if own_shift is not None and own_shift.pk == shift_id:
        return own_shift
    return DutyShift.objects.with_districts().filter(pk=shift_id).first()


def _log_url(actor: Actor) -> str:
    """Return the page that Log opens: a meeting, or a concern for a colleague on duty at night."""
    is_night_duty = actor.is_on_duty and is_quiet(timezone.now(), city_zone())
    return reverse("log_concern") if is_night_duty else LOG.url


def _link(
    place: Place,
    path: str,
    page_place: Place | None,
    districts: tuple[District, ...],
    unread: int = 0,
    log_url: str = "",
) -> NavigationLink:
    """The link to a place. District leads to the only district of a reader who has one.

    Today shows a phone how many reminders are unread. Find is current on pages whose place is not in the bar.
    """
    url = log_url if place is LOG else place.url
    if place is DISTRICT and len(districts) == 1:
        url = reverse("district", args=[districts[0].code])
    current = "page" if path == url else "true" if place is page_place else ""
    return NavigationLink(
        place.label, place.icon, url, current, is_log=place is LOG, unread=unread if place is TODAY else 0
    )


def _districts_and_unread(user: User) -> tuple[tuple[District, ...], int]:
    """The user's own districts, and how many reminders are unread: one statement on every page."""
    districts = tuple(_own_districts().fetch(user=user.pk))
    return districts, districts[0].unread if districts else _events_unread(user)


@cache
def _own_districts() -> Kept:
    user = Placeholder("user")
    unread = Subquery(
        _unread(user).order_by().values("recipient").annotate(n=Count(EVENT, distinct=True)).values("n")
    )
    rows: Any = District.objects.filter(users=user).only("code", "name")
    return Kept(rows.annotate(unread=Coalesce(unread, 0)).order_by("name", "pk"))


def _events_unread(user: User) -> int:
    """Return the number of events and other records with unread reminders."""
    number: int = _unread(user.pk).aggregate(n=Count(EVENT, distinct=True))["n"]
    return number


def _unread(user: UUID) -> ReminderQuerySet:
    return Reminder.objects.unread_by(user)
