"""`manage.py create_confirmer EMAIL`: create a confirmer, such as the data protection officer.

A confirmer is a second person who sees only the requests to confirm. With a substitute (`--another`), a small
city can always confirm a request.
"""

from accounts.management.first_account import FirstAccount
from accounts.models import Role


class Command(FirstAccount):
    help = "Create a confirmer and print a link to sign in, which works once within three days."
    role = Role.CONFIRMER
