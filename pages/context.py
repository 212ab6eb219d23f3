"""Context for the frame of every page: reader, navigation and pending work."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Relief, Role, User
from districts.models import District
from exchange.policies import can_import
from lib.prepared import Kept, Placeholder
from reminders.models import Reminder, ReminderQuerySet


@dataclass(frozen=True, slots=True)
class Place:
    """A link in the navigation: URL name, label and icon."""

    name: str
    label: str | Promise
    icon: str

    @property
    def url(self) -> str:
        return reverse(self.name)


TODAY = Place("today", _("Today"), "list-checks")
ORGANISATIONS = Place("organisations", _("Organisations"), "building-2")
CONTACTS = Place("contacts", _("Contacts"), "users")
MEETINGS = Place("meetings", _("Meetings"), "handshake")
CALENDAR = Place("calendar", _("Calendar"), "calendar")
FOLLOW_UPS = Place("follow_ups", _("Follow-ups"), "check-check")
CONCERNS = Place("concerns", _("Concerns"), "shield-alert")
PROTOCOLS = Place("protocols", _("Protocols"), "clipboard-list")
INCIDENTS = Place("incidents", _("Incidents"), "siren")
DISTRICTS = Place("districts", _("Districts"), "map")
PLANS = Place("plans", _("Plans"), "target")
PRACTICES = Place("practices", _("Practices"), "lightbulb")
REPORTS = Place("reports", _("Reports"), "chart-column")
LOG = Place("log_meeting", _("Log"), "plus")
PEOPLE = Place("settings_people", _("Staff accounts"), "users")
BOUNDARIES = Place("settings_districts", _("Districts"), "map")
RELIEF = Place("relief", _("Temporary access"), "moon")
WAITING = Place("waiting", _("Waiting for you"), "user-check")
KEYS = Place("settings_keys", _("API keys"), "key-round")
TO_CONFIRM = Place("settings_keys", _("API keys to confirm"), "key-round")
FAILED = Place("reminders_failed", _("Failed reminders"), "triangle-alert")
IMPORT = Place("imports", _("Import"), "upload")
DUPLICATES = Place("duplicates_of_organisations", _("Duplicates"), "merge")
PRIVACY = Place("privacy", _("Privacy"), "shield-check")
MORE = Place("more", _("More"), "menu")
REMINDERS = Place("notifications", _("Reminders"), "bell")
SETTINGS = Place("settings", _("My settings"), "settings")
CARD = Place("settings_card", _("My contact card"), "qr-code")
JOBS = Place("jobs", _("Background tasks"), "hourglass")
LOGGED = Place("privacy", _("Activity log"), "shield-check")
ALERTS = Place("alerts", _("Alerts"), "bell-ring")
HELP = Place("help", _("Help"), "circle-question-mark")
DEVELOPERS = Place("developer", _("For developers"), "code")

READING = (
    TODAY,
    ORGANISATIONS,
    CONTACTS,
    MEETINGS,
    CALENDAR,
    FOLLOW_UPS,
    CONCERNS,
    INCIDENTS,
    DISTRICTS,
    PLANS,
    REPORTS,
)
ADMINISTERING = (PEOPLE, BOUNDARIES, KEYS, FAILED)


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


def _secondary_places(actor: Actor) -> tuple[Place, ...]:
    """Less frequently used places."""
    tidying = (DUPLICATES,) if actor.writes else ()
    confirming = (WAITING,) if actor.is_supervisor else ()
    if actor.role == Role.PRIVACY_OFFICER:
        confirming = (TO_CONFIRM,)
    return (*tidying, *confirming, RELIEF, PROTOCOLS, PRACTICES) if actor.reads else ()


def _own_places(actor: Actor) -> tuple[Place, ...]:
    """Pages about the reader. A confirmer's account has only its settings."""
    if actor.is_confirmer:
        return (SETTINGS, HELP)
    return (REMINDERS, ALERTS, SETTINGS, CARD, JOBS, *((LOGGED,) if actor.reads else ()), HELP, DEVELOPERS)


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
    nav: tuple[Place, ...] = ()
    bar: tuple[Place, ...] = ()
    districts: tuple[District, ...] = ()
    unread: int = 0
    relief: Relief | None = None
    more: tuple[Place, ...] = ()
    own: tuple[Place, ...] = ()

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
    districts, unread = _districts_and_unread(user) if actor.reads else ((), _unread(user.pk).count())
    nav: tuple[Place, ...] = READING if actor.reads else (WAITING,) if actor.is_confirmer else ADMINISTERING
    if can_import(actor):
        nav = (*READING, IMPORT)
    if actor.role == Role.PRIVACY_OFFICER:
        nav = (*READING, PRIVACY, WAITING)
    if actor.writes:
        bar: tuple[Place, ...] = (TODAY, ORGANISATIONS, LOG, CALENDAR, MORE)
    elif actor.reads:
        bar = (TODAY, ORGANISATIONS, MEETINGS, CALENDAR, MORE)
    else:
        bar = (*nav, MORE)
    return {
        "shell": Shell(
            **frame,
            user=user,
            writes=actor.writes,
            nav=nav,
            bar=bar,
            districts=districts,
            relief=user.reliefs.open_now() if actor.is_on_relief else None,
            more=_secondary_places(actor),
            own=_own_places(actor),
            unread=unread,
        )
    }


def _districts_and_unread(user: User) -> tuple[tuple[District, ...], int]:
    """The user's own districts, and how many reminders are unread: one statement on every page."""
    districts = tuple(_own_districts().fetch(user=user.pk))
    return districts, districts[0].unread if districts else _unread(user.pk).count()


@cache
def _own_districts() -> Kept:
    user = Placeholder("user")
    unread = Subquery(_unread(user).order_by().values("recipient").annotate(n=Count("pk")).values("n"))
    rows: Any = District.objects.filter(users=user).only("code", "name")
    return Kept(rows.annotate(unread=Coalesce(unread, 0)).order_by("name", "pk"))


def _unread(user: UUID) -> ReminderQuerySet:
    return Reminder.objects.unread_by(user)
