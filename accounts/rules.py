"""Roles and their general permissions, without Django. Querysets decide which rows a role sees."""

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
        "waiting",
        "waiting_decide",
        "protocol",  # drafts
        "protocol_approve",
        "settings",
        "settings_sessions",
        "settings_sessions_end",
        "settings_session_end",
        "mail_sink",  # of the demo
        "mail_sink_message",
    }
)

# Acts that open records. Whoever asks for one is not the one who confirms it.
ROLE = "role"  # above officer
DISTRICTS = "districts"  # more of them
EMAIL = "email"
SECOND_FACTOR = "second_factor"
REACTIVATION = "reactivation"
API_KEY = "api_key"  # that reads or changes records
ARCHIVE = "archive"  # of a district
EXPORT = "export"  # of more than MANY_PEOPLE contacts
EXCLUSION = "exclusion"  # of a supervisor from an incident
PROTOCOL = "protocol"  # that is drafted
ERASURE = "erasure"  # of a second contact on one day
PUBLIC_ENTRY = "public_entry"  # that is drafted
ERASING = "erasing"  # of several contacts for one request, or of a second person on one day
# Who can be the second person. Supervisors only for what concerns their own districts; accounts.models.act
# says which accounts above officer remain to privacy officers.
CONFIRMED_BY = {
    ROLE: CONFIRMS,
    DISTRICTS: CONFIRMS,
    REACTIVATION: CONFIRMS,
    EMAIL: CONFIRMS,
    SECOND_FACTOR: frozenset({PRIVACY_OFFICER, CONFIRMER}),
    API_KEY: frozenset({PRIVACY_OFFICER}),
    ARCHIVE: frozenset({SUPERVISOR, PRIVACY_OFFICER}),
    EXPORT: frozenset({SUPERVISOR, PRIVACY_OFFICER}),
    EXCLUSION: frozenset({PRIVACY_OFFICER, CONFIRMER}),
    PROTOCOL: CONFIRMS,
    ERASURE: frozenset({PRIVACY_OFFICER, CONFIRMER}),
    PUBLIC_ENTRY: frozenset({SUPERVISOR, CONFIRMER}),
    ERASING: frozenset({PRIVACY_OFFICER, CONFIRMER}),
}
# Whoever gets these for another person's account can sign in as that person.
TAKES_OVER = frozenset({EMAIL, SECOND_FACTOR})
# These name the districts that a supervisor must cover to confirm them.
OF_DISTRICTS = frozenset({DISTRICTS, ARCHIVE, EXPORT, PROTOCOL, PUBLIC_ENTRY})
# After this time an act without a decision is withdrawn.
ACT_WAITS = timedelta(days=7)
MANY_PEOPLE = 200
# Accounts that the requester created or changed within this many days cannot confirm the request.
DAYS_APART = 7

NIGHT_DUTY = "night_duty"
COLLEAGUE_AWAY = "colleague_away"
INCIDENT = "incident"
EVENT = "event"
MAX_RELIEF_HOURS = 12
RELIEF = as_code("relief_")  # begins the codes of audit.codes.ReasonCode


def relief_purpose(reason: str) -> str:
    """The purpose recorded in every event during temporary access."""
    return RELIEF + reason


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
