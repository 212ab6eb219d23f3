"""Roles and what they may do at all; which rows, the querysets say. Pure: no Django."""

OFFICER = "officer"
SUPERVISOR = "supervisor"
PRIVACY_OFFICER = "privacy_officer"
ADMINISTRATOR = "administrator"

READS_EVERYWHERE = frozenset({PRIVACY_OFFICER})
READS_OWN_DISTRICTS = frozenset({OFFICER, SUPERVISOR})
WRITES = frozenset({OFFICER, SUPERVISOR})
# A privacy officer confirms these before they hold.
ABOVE_OFFICER = frozenset({SUPERVISOR, PRIVACY_OFFICER, ADMINISTRATOR})
# Those who see or decide more than an officer prove with a second thing that it is them.
NEEDS_SECOND_FACTOR = ABOVE_OFFICER

# What an administrator asks for an account, and a second person confirms.
ROLE = "role"
DISTRICTS = "districts"
EMAIL = "email"
SECOND_FACTOR = "second_factor"
REACTIVATION = "reactivation"
# A supervisor of the districts may confirm these too, but not of accounts above officer.
CONFIRMED_BY_SUPERVISORS = frozenset({DISTRICTS, EMAIL, REACTIVATION})
# Whoever the asker made or changed in this many days confirms nothing that the asker wants.
DAYS_APART = 7

NIGHT_DUTY = "night_duty"
COLLEAGUE_AWAY = "colleague_away"
INCIDENT = "incident"
EVENT = "event"
MAX_RELIEF_HOURS = 12
RELIEF = "relief"


def relief_purpose(reason: str) -> str:
    """What every event of a relief says as its purpose."""
    return f"{RELIEF}: {reason}"


# In this order: each calls itself also by the names of those after it.
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
    """What a browser's name for itself says, as a person would; each empty where it is not known."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    return browser, next((name for mark, name in SYSTEMS if mark in user_agent), "")
