"""Roles and their general permissions, without Django. Querysets decide which rows a role sees."""

from dataclasses import dataclass
from datetime import timedelta

from lib.reasons import as_code

OFFICER = "officer"
SUPERVISOR = "supervisor"
PRIVACY_OFFICER = "privacy_officer"
ADMINISTRATOR = "administrator"
CONFIRMER = "confirmer"

READS_EVERYWHERE = frozenset({PRIVACY_OFFICER})
READS_OWN_DISTRICTS = frozenset({OFFICER, SUPERVISOR})
WRITES = frozenset({OFFICER, SUPERVISOR})
# A second person must confirm these roles.
ABOVE_OFFICER = frozenset({SUPERVISOR, PRIVACY_OFFICER, ADMINISTRATOR, CONFIRMER})
# Roles that need two-factor authentication even if the city does not require it of officers.
NEEDS_SECOND_FACTOR = ABOVE_OFFICER
# Roles that can be a second person. What each role can confirm depends on the request.
CONFIRMS = frozenset({SUPERVISOR, PRIVACY_OFFICER, CONFIRMER})
# URL names of the only pages that a confirmer can open, besides those for signing in and the public ones.
CONFIRMERS_PAGES = frozenset(
    {
        "today",
        "more",
        "search",  # of pages only
        "waiting",
        "waiting_decide",
        "desk_work",
        "protocol",  # drafts
        "protocol_approve",
        "public_entry_approve",
        "settings",
        "settings_sessions",
        "settings_sessions_end",
        "settings_session_end",
        "mail_sink",  # of the demo
        "mail_sink_message",
    }
)

# Acts that open records. The requester cannot confirm the act.
ROLE = "role"  # above officer
DISTRICTS = "districts"  # more of them
EMAIL = "email"
SECOND_FACTOR = "second_factor"
REACTIVATION = "reactivation"
API_KEY = "api_key"  # that reads or changes records
ARCHIVE = "archive"  # of a district
EXPORT = "export"  # of more than MANY_PEOPLE contacts
EXCLUSION = "exclusion"  # of a supervisor from an incident
WITHDRAWAL = "withdrawal"  # of an incident that was opened more than an hour ago
PROTOCOL = "protocol"  # that is drafted
ERASURE = "erasure"  # of a second contact on one day
PUBLIC_ENTRY = "public_entry"  # that is drafted
ERASING = "erasing"  # of several contacts for one request, or of a second person on one day
SEARCHING = "searching"  # by the privacy desk, for a word about a community
RETENTION = "retention"  # a retention rule that is new or shorter


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """The second person and the delay that an act needs. docs/acts.md lists every act.

    Args:
        confirms: the roles of which one person confirms. Supervisors only for what concerns their own
            districts; accounts.models.act says which accounts above officer remain to privacy officers.
        delay: how long after the confirmation the act takes effect. Until then it can be cancelled.
        notified: the roles that also see the act and get each email about it, in the whole city.
        if_role: if given, only these requested roles are delayed.
    """

    confirms: frozenset[str]
    delay: timedelta = timedelta()
    notified: frozenset[str] = frozenset()
    if_role: frozenset[str] = frozenset()


_BY_THE_DESK = frozenset({PRIVACY_OFFICER, CONFIRMER})
_LEAVING = frozenset({SUPERVISOR, PRIVACY_OFFICER})
#: Every act that needs two people. docs/acts.md says who requests each act and how it is undone.
ACTS = {
    # The holders of a requested role are notified, too (`accounts.services.act_mails`).
    ROLE: TwoPeople(CONFIRMS, delay=timedelta(days=1), if_role=_BY_THE_DESK),
    DISTRICTS: TwoPeople(CONFIRMS),
    REACTIVATION: TwoPeople(CONFIRMS),
    EMAIL: TwoPeople(CONFIRMS),
    SECOND_FACTOR: TwoPeople(_BY_THE_DESK),
    API_KEY: TwoPeople(frozenset({PRIVACY_OFFICER})),
    ARCHIVE: TwoPeople(_LEAVING),
    EXPORT: TwoPeople(_LEAVING),
    EXCLUSION: TwoPeople(_BY_THE_DESK),
    WITHDRAWAL: TwoPeople(frozenset({SUPERVISOR})),
    PROTOCOL: TwoPeople(CONFIRMS),
    ERASURE: TwoPeople(_BY_THE_DESK),
    PUBLIC_ENTRY: TwoPeople(frozenset({SUPERVISOR, CONFIRMER})),
    ERASING: TwoPeople(_BY_THE_DESK),
    SEARCHING: TwoPeople(_BY_THE_DESK),
    RETENTION: TwoPeople(_BY_THE_DESK, delay=timedelta(days=7), notified=CONFIRMS),
}
# These changes of another person's account allow the requester to sign in as that person.
TAKES_OVER = frozenset({EMAIL, SECOND_FACTOR})
# These name the districts that a supervisor must cover to confirm them.
OF_DISTRICTS = frozenset({DISTRICTS, ARCHIVE, EXPORT, PROTOCOL, PUBLIC_ENTRY, WITHDRAWAL})
# After this time an act without a decision is withdrawn.
ACT_WAITS = timedelta(days=7)
MANY_PEOPLE = 200
# Accounts that the requester created or took over within this many days cannot confirm the request.
DAYS_APART = 7
# Changes of an account that make it the requester's own. Other changes, such as of the name, do
# not, because a requester must not choose who confirms. Requested changes have other names ("asked_email").
GIVES_CONTROL = frozenset({"email", "second_factor", "role", "is_active"})

NIGHT_DUTY = "night_duty"
COLLEAGUE_AWAY = "colleague_away"
INCIDENT = "incident"
EVENT = "event"
MAX_SHIFT_HOURS = 12
# Of a shift that is begun again after it had run out.
HOURS_AFTER_THE_END = 2
# An officer who begins a shift herself: so many further districts, and so many such shifts in so many days.
MOST_BEGUN_DISTRICTS = 3
MOST_BEGUN_SHIFTS = 3
BEGUN_WITHIN = timedelta(days=30)
PLANNED_WITHIN = timedelta(days=60)  # how far ahead supervisors plan
# After this time without an answer of a district's supervisor, the privacy officer answers.
ANSWERED_WITHIN = timedelta(hours=72)
DUTY = as_code("duty_")  # begins the codes of audit.codes.ReasonCode


def duty_purpose(reason: str) -> str:
    """Return the purpose recorded in every event of an officer on duty."""
    return DUTY + reason


# Order matters: each browser's User-Agent also contains the names of those that follow.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """Browser and system names from a User-Agent header; each is empty if unknown."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    return browser, next((name for mark, name in SYSTEMS if mark in user_agent), "")
