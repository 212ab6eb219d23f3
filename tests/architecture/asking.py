"""Requests to every route by every kind of reader: the URL, and the data that a form or client would send.

The data comes from the forms that the site itself shows to a permitted reader. `TYPED` adds the values that a
person types, `PRESSED` the values of buttons.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import Role
from api.models import Webhook
from contacts.models import Contact, Organisation
from meetings.models import Concern, FollowUp, Meeting
from tests.architecture.ground import Ground
from tests.architecture.nasty import Form, forms_of
from tests.architecture.noticing import noticed
from tests.architecture.test_every_page_is_closed import routes
from tests.architecture.typed import TYPED, Fields, Rows, body

#: Row for the ID in a URL, by the prefix of the route's name. The longest prefix counts.
ROWS: Final = {
    "organisation": "organisation",
    "contact": "contact",
    "meeting": "meeting",
    "meeting_hold": "meeting_due",
    "meeting_outcome": "meeting_held",
    "follow_up": "follow_up",
    "follow_up_reopen": "follow_up_done",
    "follow_up_end_series": "follow_up_repeated",
    "concern": "concern",
    "protocol": "protocol",
    "protocol_approve": "protocol_draft",
    "concern_incident": "concern_alone",
    "incident": "incident",
    "api-incident": "incident",
    "api-protocol": "protocol",
    "api-practice": "practice",
    "api-plan": "plan",
    "api-figure": "kept_period",
    "expected_community": "expected",
    "reports_note": "note",
    "figure_correct": "kept_period",
    "job": "job",
    "job_cancel": "job_waiting",
    "handover": "officer",
    "handover_": "handover",
    "handover_absence": "officer",
    "import": "import",
    "watched_register": "watched",
    "release_grid": "release_grid",
    "paper": "paper",
    "plan": "plan",
    "plan_adopt": "plan_draft",
    "plan_discard": "plan_draft",
    "plan_example": "plan_empty",
    "plan_review_new": "plan_calm",
    "meeting_take_home": "workshop",
    "takeaway": "takeaway",
    "practice": "practice",
    "practice_discard": "practice_draft",
    "practice_submit": "practice_draft",
    "practice_review": "practice_waiting",
    "practice_publish": "practice_reviewed",
    "public_entry": "public_entry",
    "public_route": "public_route",
    "registration": "registration",
    "review": "review",
    "review_addendum": "review_signed",
    "review_countersign": "review_signed",
    "review_file": "review_signed",
    "review_since": "review_signed",
    "subscription": "subscription",
    "privacy_inquiry": "contact",
    "data_request": "data_request",
    "data_request_correct": "data_request_correct",
    "notice": "notice",
    "data_request_package": "answered_request",
    "package": "package",
    "breach": "breach",
    "restriction": "restriction",
    "retention_review_keep": "overdue",
    "view": "view",
    "notification": "notification",
    "reminder": "reminder",
    "settings_person": "officer",
    "settings_invite_again": "officer",
    "waiting_decide": "promoted",
    "settings_second_factor": "officer",
    "settings_key": "key",
    "settings_key_confirm": "key_waiting",
    "settings_webhook": "webhook",
    "settings_delivery": "delivery",
    "alert": "alert",
    "duty_brief": "shift",
    "duty_cancel": "shift",
    "duty_shift": "shift",
    "duty_answer": "shift_district",
    "watched_record": "mark",
    "watched_review": "mark",
    "watched_stop": "mark",
    "watch_organisation": "organisation_twin",
    "watch_contact": "contact",
    "share_record": "contact",
    "api-organisation": "organisation",
    "api-contact": "contact",
    "api-meeting": "meeting",
    "api-follow-up": "follow_up",
    "api-concern": "concern",
    "api-district": "district_id",
    "api-officer": "officer",
    "api-webhook": "webhook_of_key",
    "api-webhook-delivery": "delivery_of_key",
    "api-bulk-read": "bulk_read",
    "api-notice": "notice_of_key",
}

PARTS_OF_PLANS: Final = (
    *("goal", "act", "milestone", "partner", "indicator", "planreview"),
    *("evidence", "voice", "agreed", "city", "cityfile", "comparisonfile"),
    *("practicefile", "offeredfile"),
)

#: Query that a URL needs.
ASKED: Final[dict[str, Callable[[Rows], str]]] = {
    "organisations_selected": lambda rows: f"row={rows['organisation']}",
    "follow_ups_selected": lambda rows: f"row={rows['follow_up']}",
    "privacy_inquiry_about": lambda rows: "since=2020-01-01&until=2100-01-01&why=asked",
    "privacy_inquiry_file": lambda rows: "since=2020-01-01&until=2100-01-01&why=asked",
    "api-report": lambda rows: f"from=2026-01-01&to=2026-04-01&district={rows['code']}",
    "reports": lambda rows: f"district={rows['code']}",
    "report": lambda rows: f"district={rows['code']}",
    "report_agreements": lambda rows: f"district={rows['code']}",
    "reports_notes": lambda rows: f"district={rows['code']}",
    "reports_blind_spots": lambda rows: f"district={rows['code']}",
    "report_vintages": lambda rows: f"district={rows['code']}",
    "report_counted": lambda rows: f"district={rows['code']}",
    "report_rows": lambda rows: f"district={rows['code']}",
    "reports_export": lambda rows: f"report=coverage&from=2026-01-01&to=2026-04-01&district={rows['code']}",
    "merge": lambda rows: f"row={rows['organisation']}&row={rows['organisation_twin']}",
}


#: Reader to whom the forms of a page are shown.
SENDERS: Final = {
    Role.SUPERVISOR: (
        r"/(?!settings/(people|districts|keys|webhooks)|accounts/oidc|alerts/[^/]+/answer|incidents/[^/]+/steps)"
    ),
    Role.OFFICER: r"/(duty|notifications|settings/calendar|alerts/[^/]+/answer|incidents/[^/]+/steps)/",
    Role.ADMINISTRATOR: r"/settings/(people|districts|keys|webhooks)|/reminders/",
    Role.PRIVACY_OFFICER: r"/settings/(waiting|keys)|/privacy/",
}


#: Rows with a version, which a client names when it changes the row.
MODELS: Final[dict[str, Any]] = {
    "api-organisation": Organisation,
    "api-contact": Contact,
    "api-meeting": Meeting,
    "api-follow-up": FollowUp,
    "api-concern": Concern,
    "api-webhook": Webhook,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: its URL, method and data."""

    method: str
    path: str
    sent: Fields | bytes | None = None
    version: int = 1

    def by(self, client: Client, **headers: str) -> Any:
        """Send the request as this reader and return the response.

        Writes are rolled back, cookies are kept.
        """
        cookies = deepcopy(client.cookies)
        with undone():
            answer = self._send(client, headers)
        client.cookies = cookies
        return answer

    def _send(self, client: Client, headers: dict[str, str]) -> Any:
        if self.method == "GET":
            return client.get(self.path, headers=headers)
        if self.path.startswith("/api/") and self.method != "PUT":
            headers["If-Match"] = f'"{self.version}"'
        if isinstance(self.sent, bytes):
            return client.generic(self.method, self.path, self.sent, "application/json", headers=headers)
        return getattr(client, self.method.lower())(self.path, self.sent or {}, headers=headers)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reader found on a page: its status, its forms and the query parameters that it reads."""

    status: int
    forms: list[Form]
    read: set[str]


def address(route: str, name: str, rows: Rows) -> str:
    """Return the route's URL with the IDs of these rows."""
    noun = max((start for start in ROWS if name.startswith(start)), key=len, default="")
    values = {
        **{part: rows[part] for part in ("role", "file", "figure", "sample", "call", "action", "finding")},
        **{part: rows[part] for part in PARTS_OF_PLANS},
        "pk": rows["district"].pk if name == "api-district" else rows.get(ROWS.get(noun, ""), UUID(int=7)),
        "code": rows["code"],
        "noun": "organisations",
        "name": "organisations",
        "slug": "coverage",
        "step": "undo",
        "language": "python",
        "token": rows["feed"] if name == "meetings-feed" else "x",
        "number": "1",
        "extension": "csv",
        "rule": "meeting_texts",
        "record": "contact",
        "provider_id": "city",
        "source": rows.get("key_source", "x"),
    }
    if name == "data_request_correct_text":
        values["finding"] = rows["finding_to_correct"]
    if name == "review_action":
        values["action"] = rows["action_before"]
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], "x")), route)
    asked = ASKED.get(name)
    return f"{path}?{asked(rows)}" if asked else path


class Asking:
    """Returns the requests of each route for the rows of a district."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.routes = {route: str(pattern.name or route) for route, pattern in routes()}
        self._pages: dict[tuple[str, str, str], Opened] = {}

    def ask(self, method: str, route: str, where: str) -> Ask:
        """Return the request. `where` is the row's district: "north", "south", or "shared" by both."""
        name = self.routes[route]
        rows = self.ground.shared if where == "shared" else self.ground.rows[where]
        path = address(route, name, rows)
        if route.startswith("api/"):
            asked = None if method in ("GET", "DELETE") else orjson.dumps(body(name, method, rows))
            return Ask(method, path, asked, self._version(name, rows))
        if method == "GET":
            return Ask(method, path)
        _sender, shown = self.form(route, where, path)
        sent: Fields = dict(shown.sent) if shown else {}
        sent |= TYPED[name](rows) if name in TYPED else {}
        if shown and "?" in shown.action and "?" not in path:
            path += "?" + shown.action.partition("?")[2]
        return Ask(method, path, sent)

    def is_the_same(self, method: str, route: str) -> bool:
        """Whether the request names no row of a district, so that it is the same for both."""
        name, rows = self.routes[route], self.ground.rows
        paths = {address(route, name, rows[where]) for where in rows}
        return len(paths) == 1 and (method == "GET" or route.startswith("accounts/"))

    @staticmethod
    def _version(name: str, rows: Rows) -> int:
        """Return the version of the object that a client changes."""
        model = MODELS.get(name)
        noun = ROWS.get(name, "")
        return int(model.objects.values_list("version", flat=True).get(pk=rows[noun])) if model else 1

    def form(self, route: str, where: str, path: str) -> tuple[str, Form | None]:
        """Return the form that sends to this URL, from its own page or the page that contains it."""
        for role, begins in SENDERS.items():
            if not re.match(begins, path):
                continue
            page = path
            while len(page) > 1 and page.count("/") > 1:
                for form in self.opened(role, where, page).forms:
                    if form.method == "post" and _route_of(form.action or page) == route:
                        return role, form
                page = page.partition("?")[0].rstrip("/").rpartition("/")[0] + "/"
        return "", None

    def opened(self, role: str, where: str, page: str) -> Opened:
        """Open the page as this reader. The next time, return what was found then."""
        key = (role, where, page)
        if key not in self._pages:
            client = self.ground.client(role, where if (role, where) in self.ground.users else "north")
            with undone(), noticed() as read:
                answer = client.get(page)
            is_page = answer.status_code == 200 and "html" in answer["Content-Type"]
            forms = forms_of(answer.getvalue().decode()) if is_page else []
            self._pages[key] = Opened(answer.status_code, forms, read)
        return self._pages[key]


@contextmanager
def undone() -> Iterator[None]:
    """Roll back all writes of the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _route_of(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).route
    except Resolver404:
        return ""
