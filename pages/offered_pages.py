"""Pages that the navigation and Find offer, by place, and which of them a reader may open.

They never decide who may open one. That is the page's own rule, which `is_for` repeats.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Role
from exchange.policies import can_import
from meetings.policies import can_hand_over
from oversight.policies import can_watch_records
from privacy.policies import can_inquire, can_oversee_desk, can_review_records


def _reads(actor: Actor) -> bool:
    return actor.reads


def _writes(actor: Actor) -> bool:
    return actor.writes


def _supervises(actor: Actor) -> bool:
    return actor.is_supervisor


def _protects_privacy(actor: Actor) -> bool:
    return actor.role == Role.PRIVACY_OFFICER


def _administers(actor: Actor) -> bool:
    return actor.is_administrator


def _allows_keys(actor: Actor) -> bool:
    """Whether the reader makes API keys, or confirms them as privacy officer."""
    return _administers(actor) or _protects_privacy(actor)


def _decides(actor: Actor) -> bool:
    """Whether requests of colleagues can wait for the reader."""
    return actor.is_supervisor or actor.is_confirmer or _protects_privacy(actor)


def _has_records(actor: Actor) -> bool:
    """Whether the account has more than its settings: everybody but confirmers."""
    return not actor.is_confirmer


def _everybody(_actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """A page that the navigation or Find offers: URL name, label and icon. `is_for` tells whose page it is.

    Find knows it by its label and by `words`. A page with a `tab` is a tab of its place, on its own page and
    on the pages `tab_on`.
    """

    name: str
    label: str | Promise
    icon: str
    words: str | Promise = ""
    is_for: Callable[[Actor], bool] = _reads
    tab: str | Promise = ""
    tab_on: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        return reverse(self.name)


def _export(name: str, label: Promise) -> Page:
    return Page(name, label, "download", _("download file spreadsheet CSV Excel"), _supervises)


# Translators: the second text of each page is a list of words. Whoever types one of them finds the page.

WAITING: Final = Page(
    "waiting",
    _("Waiting for you"),
    "user-check",
    _("approve confirm agree decisions second person"),
    _decides,
)
KEYS: Final = Page(
    "settings_keys",
    _("API keys"),
    "key-round",
    _("tokens integrations programs interfaces"),
    _allows_keys,
    tab=_("API keys"),
)

TODAY_PAGES: Final = (
    Page("today", _("Today"), "list-checks", _("home start tasks due"), _has_records),
    WAITING,
    Page("duty", _("On duty"), "moon", _("shift cover stand in colleague on call night hand over brief")),
)

ORGANISATIONS_PAGES: Final = (
    Page(
        "organisations",
        _("Organisations"),
        "building-2",
        _("groups associations communities list to meet"),
        tab=_("Organisations"),
    ),
    Page("contacts", _("Contacts"), "users", _("people names phone numbers"), tab=_("Contacts")),
    Page("organisation_new", _("New organisation"), "plus", _("add group association"), _writes),
    Page("contact_new", _("New contact"), "plus", _("add person"), _writes),
    Page(
        "imports",
        _("Import"),
        "upload",
        _("upload file spreadsheet table register CSV Excel"),
        can_import,
    ),
    Page("duplicates_of_organisations", _("Duplicates"), "merge", _("merge same twice double"), _writes),
    _export("organisations_export", _("Export organisations")),
    _export("contacts_export", _("Export contacts")),
)

CALENDAR_PAGES: Final = (
    Page("calendar", _("Calendar"), "calendar", _("month week agenda dates"), tab=_("Calendar")),
    Page("meetings", _("Meetings"), "handshake", _("visits chats calls held planned"), tab=_("Meetings")),
    Page(
        "follow_ups",
        _("Follow-ups"),
        "check-check",
        _("promises tasks late due to do"),
        tab=_("Follow-ups"),
    ),
    Page("log_meeting", _("Log a meeting"), "handshake", _("new record held visit chat call"), _writes),
    Page(
        "meeting_new",
        _("Plan a meeting"),
        "calendar-plus",
        _("new appointment visit invite series"),
        _writes,
    ),
    Page("follow_up_new", _("Add follow-up"), "check-check", _("new promise task"), _writes),
    Page("log_assembly", _("Log a group meeting"), "users", _("assembly large gathering event"), _writes),
    Page(
        "handovers",
        _("Hand over"),
        "arrow-right-left",
        _("handover leave successor take over colleague"),
        can_hand_over,
    ),
    _export("meetings_export", _("Export meetings")),
    _export("follow-ups_export", _("Export follow-ups")),
)

CONCERNS_PAGES: Final = (
    Page(
        "concerns",
        _("Concerns"),
        "shield-alert",
        _("incidents hate crime bias tension fear reports steps calls night"),
    ),
    Page(
        "log_concern",
        _("Log a concern"),
        "shield-alert",
        _("new hate crime bias incident tension"),
        _writes,
    ),
    Page("protocols", _("Protocols"), "clipboard-list", _("plan steps who does what")),
    _export("concerns_export", _("Export concerns")),
)

DISTRICT_PAGES: Final = (
    Page(
        "districts",
        _("Districts"),
        "map",
        _("overview at a glance neighbourhood area"),
        _has_records,
        tab=_("At a glance"),
        tab_on=frozenset({"district", "reports_map"}),
    ),
    Page(
        "reports",
        _("Scorecard"),
        "chart-column",
        _("report figures numbers statistics quarter"),
        tab=_("Scorecard"),
    ),
    Page(
        "reports_blind_spots",
        _("Blind spots"),
        "eye-off",
        _("communities not met missing gaps"),
        tab=_("Blind spots"),
    ),
    Page("reports_compare", _("Compare districts"), "scale", _("comparison benchmark"), tab=_("Compare")),
    Page("plans", _("Plans"), "target", _("action plan goals measures milestones"), tab=_("Plan")),
    Page("reviews", _("Audits"), "file-check", _("audit review sample sign check"), tab=_("Audits")),
    Page("review_register", _("Agreed actions"), "list-checks", _("audit actions register")),
    Page(
        "public_pages",
        _("Public pages"),
        "globe",
        _("website publish directory"),
        tab=_("Public"),
        tab_on=frozenset({"publishing", "public_texts"}),
    ),
    Page("publishing", _("Published figures"), "megaphone", _("release open data publish"), _has_records),
    Page("papers", _("Council papers"), "file-text", _("council report PDF"), _has_records),
    Page("reports_map", _("Map of figures"), "map", _("neighbourhoods")),
    Page(
        "reports_bias",
        _("Bias table"),
        "chart-column",
        _("hate crime by year concerns ODIHR"),
        _protects_privacy,
    ),
    Page("practices", _("Practices"), "lightbulb", _("good practice ideas examples")),
    Page("cities", _("Other cities"), "building", _("compare partner city"), _has_records),
    Page(
        "subscriptions",
        _("Reports by email"),
        "mail",
        _("subscribe subscription weekly monthly"),
        _supervises,
    ),
    _export("reports_export", _("Export figures")),
    Page(
        "reports_method",
        _("How figures are counted"),
        "book-open",
        _("method definition meaning"),
        _has_records,
    ),
)

PRIVACY_PAGES: Final = (
    Page("privacy", _("Privacy"), "shield-check", _("desk data protection GDPR"), tab=_("Overview")),
    Page(
        "data_requests",
        _("Data requests"),
        "inbox",
        _("subject access erasure delete person letter"),
        _protects_privacy,
        tab=_("Requests"),
    ),
    Page(
        "breaches",
        _("Breaches"),
        "shield-alert",
        _("leak lost data incident"),
        _protects_privacy,
        tab=_("Breaches"),
    ),
    Page(
        "retention_review",
        _("Records to review"),
        "calendar-clock",
        _("retention keep delete old"),
        can_review_records,
        tab=_("Records to review"),
    ),
    KEYS,
    Page("restrictions", _("Restricted contacts"), "lock", _("restrictions hide"), _protects_privacy),
    Page("notices", _("Notices"), "send", _("inform letters recipients"), _protects_privacy),
    Page(
        "privacy_inquiry",
        _("Who has seen this person’s data?"),
        "user-search",
        _("inquiry access reads"),
        can_inquire,
    ),
    Page("watched_records", _("Watched records"), "eye", _("watch alert"), can_watch_records),
    Page("shared_with", _("Shared with"), "share-2", _("recipients disclosure"), _protects_privacy),
    Page("privacy_kept", _("Sensitive notes kept"), "quote", _("words texts"), can_review_records),
    Page("privacy_trail", _("Activity log"), "footprints", _("audit trail events who did what")),
    Page(
        "register", _("Register of processing"), "clipboard-list", _("record article 30"), _protects_privacy
    ),
    Page("retention_rules", _("Retention rules"), "hourglass", _("keep delete how long"), _protects_privacy),
    Page(
        "desk_work", _("Work of the privacy desk"), "chart-column", _("oversight figures"), can_oversee_desk
    ),
)

ACCOUNTS_PAGES: Final = (
    Page(
        "settings_people",
        _("Staff accounts"),
        "users",
        _("users people roles colleagues"),
        _administers,
        tab=_("Staff accounts"),
    ),
    Page("settings_invite", _("Invite someone"), "plus", _("new user account add colleague"), _administers),
    Page(
        "settings_districts",
        _("Edit districts"),
        "map",
        _("areas neighbourhoods"),
        _administers,
        tab=_("Districts"),
    ),
    Page(
        "settings_district_import",
        _("Load boundaries"),
        "upload",
        _("import districts areas GeoJSON"),
        _administers,
    ),
    KEYS,
    Page("settings_webhooks", _("Webhooks"), "webhook", _("integrations programs"), _administers),
    Page(
        "reminders_failed",
        _("Failed reminders"),
        "triangle-alert",
        _("email errors mail"),
        _administers,
        tab=_("Failed reminders"),
    ),
    Page(
        "settings_blocked_content",
        _("Blocked content"),
        "ban",
        _("browser security policy"),
        _administers,
    ),
)

YOU_PAGES: Final = (
    Page(
        "settings",
        _("My settings"),
        "settings",
        _("profile language theme dark time zone shortcuts emails account"),
        _everybody,
    ),
    Page(
        "help",
        _("Help"),
        "circle-question-mark",
        _("how to guide keyboard shortcuts terms support"),
        _everybody,
    ),
    Page("notifications", _("Reminders"), "bell", _("notifications news unread"), _has_records),
    Page("alerts", _("Alerts"), "bell-ring", _("warnings unusual"), _has_records),
    Page("settings_card", _("My contact card"), "qr-code", _("QR code business card vCard"), _has_records),
    Page(
        "settings_calendar",
        _("Calendar subscription"),
        "calendar",
        _("own app feed iCal Outlook phone"),
        _writes,
    ),
    Page(
        "settings_sessions",
        _("Your devices"),
        "log-in",
        _("sessions signed in browsers lost phone"),
        _everybody,
    ),
    Page("account_change_password", _("Change password"), "lock", _("passphrase"), _everybody),
    Page(
        "mfa_index",
        _("Two-factor authentication"),
        "key-round",
        _("2FA passkey code app second factor"),
        _everybody,
    ),
    Page("jobs", _("Background tasks"), "hourglass", _("exports downloads files running"), _has_records),
    Page("help_privacy", _("Privacy in daily work"), "shield-check", _("help erasure rights"), _has_records),
    Page("help_public", _("Help about public pages"), "globe", _("website directory"), _has_records),
    Page("developer", _("For developers"), "code", _("API documentation programs"), _everybody),
    Page("account_logout", _("Sign out"), "log-out", _("log out logout leave end"), _everybody),
)

FIND_PAGES: Final = (Page("search", _("Find"), "search", _("search look for"), _everybody),)
LOG_PAGES: Final = (Page("log_meeting", _("Log"), "plus", _("meeting visit chat call new"), _writes),)
