"""Roles and what they may do at all; which rows, the querysets say. Pure: no Django."""

OFFICER = "officer"
SUPERVISOR = "supervisor"
PRIVACY_OFFICER = "privacy_officer"
ADMINISTRATOR = "administrator"

READS_EVERYWHERE = frozenset({PRIVACY_OFFICER})
READS_OWN_DISTRICTS = frozenset({OFFICER, SUPERVISOR})
WRITES = frozenset({OFFICER, SUPERVISOR})
