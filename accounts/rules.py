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

NIGHT_DUTY = "night_duty"
COLLEAGUE_AWAY = "colleague_away"
INCIDENT = "incident"
EVENT = "event"
MAX_RELIEF_HOURS = 12
