"""`manage.py create_privacy_officer EMAIL`: create the first privacy officer, who confirms other people.

The server creates this account, not the administrator: an administrator who invited the person who confirms
could open the records alone.
"""

from accounts.management.first_account import FirstAccount
from accounts.models import Role


class Command(FirstAccount):
    help = "Create the first privacy officer and print a link to sign in, which works once within three days."
    role = Role.PRIVACY_OFFICER
