"""The page Privacy: the pages of the place that the reader may open, with what is late or waiting first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from api.models import ApiKey
from contacts.models import Contact
from lib.days import city_today
from oversight.models import Alert, WatchedRecord
from pages.lookups import readers_only
from pages.offered_pages import Page
from pages.places import PRIVACY, YOU
from privacy.models import Breach, DataRequest, Notice, PendingRule, Restriction
from privacy.policies import can_inquire, can_review_records
from privacy.queries.desk import figures_of
from privacy.queries.review_queue import number_to_review
from privacy.rules.deadlines import CLOSE

LATE: Final = "late"
WAITING: Final = "today"
#: Groups of the list, each with the URL names of its pages.
GROUPS: Final[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = (
    (
        gettext_lazy("Requests and breaches"),
        ("data_requests", "breaches", "notices", "restrictions", "privacy_inquiry"),
    ),
    (
        gettext_lazy("Reading and sharing"),
        ("privacy_trail", "shared_with", "watched_records", "alerts", "privacy_kept", "settings_keys"),
    ),
    (gettext_lazy("Rules and periods"), ("retention_review", "retention_rules", "register")),
)
DESCRIPTIONS: Final[Mapping[str, str | Promise]] = {
    "data_requests": gettext_lazy("What people ask about their own data, and by when to answer"),
    "breaches": gettext_lazy("Lost devices and files, misused accounts, and the 72 hours"),
    "notices": gettext_lazy("Who must learn of a correction, restriction or erasure, and who confirmed"),
    "restrictions": gettext_lazy("Contacts whose data is kept but not used"),
    "privacy_inquiry": gettext_lazy(
        "Find out who viewed, searched for or received one person’s data, when and why"
    ),
    "shared_with": gettext_lazy("Who received data, when and how, and who shared it"),
    "watched_records": gettext_lazy("Who looks up organisations and contacts at risk"),
    "alerts": gettext_lazy("Questions about how contacts are read"),
    "privacy_kept": gettext_lazy(
        "Notes on people that mention health, belief, origin or orientation, kept with a reason"
    ),
    "settings_keys": gettext_lazy("Which tools can read and write data, in which districts and why"),
    "retention_review": gettext_lazy("Records whose period is over: keep one for a reason, or erase"),
    "retention_rules": gettext_lazy("How long data is kept, and what happens then"),
    "register": gettext_lazy("What data is kept, why, for how long, and who receives it"),
}


@dataclass(frozen=True, slots=True)
class Status:
    """The number of open rows of a page, in words. `tone` is that of its own row: late, waiting or none."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    page: Page
    description: str | Promise
    status: Status | None


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    rows: list[Row]


@require_safe
def privacy(request: ActorRequest) -> HttpResponse:
    """The pages for the user's role, with how much is open on each."""
    readers_only(request)
    may_inquire = can_inquire(request.actor)
    groups = [Group(title, rows) for title, names in GROUPS if (rows := list(_rows(request.actor, names)))]
    open_rows = [row for group in groups for row in group.rows if row.status and row.status.tone]
    open_rows.sort(key=lambda row: row.status is None or row.status.tone != LATE)
    calm_groups = [
        Group(group.title, [row for row in group.rows if row not in open_rows]) for group in groups
    ]
    if not may_inquire:
        calm_groups = [Group("", [row for group in calm_groups for row in group.rows])]
    context = {
        "open_rows": open_rows,
        "groups": [group for group in calm_groups if group.rows],
        "figures": figures_of(request.actor) if may_inquire else None,
        "without_notice": Contact.objects.visible_to(request.actor).without_notice(city_today()).count(),
    }
    return render(request, "pages/privacy/overview.html", context)


def _rows(actor: Actor, names: Iterable[str]) -> Iterable[Row]:
    pages = {page.name: page for page in (*PRIVACY.pages, *YOU.pages) if page.is_for(actor)}
    for name in names:
        if name in pages:
            status = STATUSES[name](actor) if name in STATUSES else None
            yield Row(
                pages[name],
                _trail_description(actor) if name == "privacy_trail" else DESCRIPTIONS[name],
                status,
            )


def _trail_description(actor: Actor) -> str:
    if can_inquire(actor):
        return _("Everyone’s activity")
    return _("Activity in your districts") if can_review_records(actor) else _("Your own activity")


def _requests(actor: Actor) -> Status:
    requests, today = DataRequest.objects.visible_to(actor), city_today()
    if late := requests.due_by(today - timedelta(days=1)).count():
        return _late(late)
    if soon := requests.due_by(today + timedelta(days=CLOSE)).count():
        return Status(ngettext("%(n)d due soon", "%(n)d due soon", soon) % {"n": soon}, WAITING)
    return _open(requests.to_do().count())


def _breaches(actor: Actor) -> Status:
    breaches = Breach.objects.visible_to(actor)
    if late := breaches.late(timezone.now()).count():
        return _late(late)
    if to_tell := breaches.to_tell().count():
        return Status(ngettext("%(n)d to tell", "%(n)d to tell", to_tell) % {"n": to_tell}, WAITING)
    return _open(breaches.open().count())


def _notices(actor: Actor) -> Status:
    notices = Notice.objects.visible_to(actor)
    if late := notices.late(city_today()).count():
        return _late(late)
    return _open(notices.pending().count())


def _restrictions(actor: Actor) -> Status:
    restrictions = Restriction.objects.visible_to(actor)
    if due := restrictions.to_review(city_today()).count():
        return _to_review(due)
    standing = restrictions.standing().count()
    return Status(ngettext("%(n)d restricted", "%(n)d restricted", standing) % {"n": standing})


def _watched(actor: Actor) -> Status:
    watched = WatchedRecord.objects.visible_to(actor).current().count()
    return Status(ngettext("%(n)d watched", "%(n)d watched", watched) % {"n": watched})


def _alerts(actor: Actor) -> Status:
    return _open(Alert.objects.visible_to(actor).open().count(), WAITING)


def _keys(actor: Actor) -> Status | None:
    waiting = ApiKey.objects.visible_to(actor).waiting(timezone.now()).count()
    return _waiting(waiting) if waiting else None


def _review(actor: Actor) -> Status:
    return _to_review(number_to_review(actor))


def _rules(actor: Actor) -> Status | None:
    waiting = PendingRule.objects.visible_to(actor).count()
    return _waiting(waiting) if waiting else None


def _late(n: int) -> Status:
    return Status(ngettext("%(n)d late", "%(n)d late", n) % {"n": n}, LATE)


def _waiting(n: int) -> Status:
    return Status(ngettext("%(n)d waiting", "%(n)d waiting", n) % {"n": n}, WAITING)


def _to_review(n: int) -> Status:
    return Status(ngettext("%(n)d to review", "%(n)d to review", n) % {"n": n}, WAITING if n else "")


def _open(n: int, tone: str = "") -> Status:
    return Status(ngettext("%(n)d open", "%(n)d open", n) % {"n": n}, tone if n else "")


#: The status of a page, by URL name. Other pages have none.
STATUSES: Final[Mapping[str, Callable[[Actor], Status | None]]] = {
    "data_requests": _requests,
    "breaches": _breaches,
    "notices": _notices,
    "restrictions": _restrictions,
    "watched_records": _watched,
    "alerts": _alerts,
    "settings_keys": _keys,
    "retention_review": _review,
    "retention_rules": _rules,
}
