"""`manage.py create_administrator EMAIL`: create the first administrator, who can invite other people."""

from accounts.management.first_account import FirstAccount
from accounts.models import Role


class Command(FirstAccount):
    help = "Create the first administrator and print a link to sign in, which works once within three days."
    role = Role.ADMINISTRATOR
