"""What ends when an account gets another address.

Whoever reads mail at the old address could have chosen the password, or set up a passkey, before a second
person confirms the new address or what the account may read.
"""

from accounts import second_factor
from accounts.models import User
from accounts.sessions import end_sessions
from accounts.sign_in import forget_addresses


def begin_afresh(user: User, *, keeps_factor: bool) -> None:
    """End the password, the sessions and what ends with them. The caller saves the user.

    A second factor stays only where it protects something: a reset link alone must not open records.
    """
    forget_addresses(user)
    user.set_unusable_password()
    if not keeps_factor:
        second_factor.forget(user)
    end_sessions(user.pk)
