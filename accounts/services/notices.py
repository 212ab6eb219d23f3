"""Mail to users about changes of their own email address or second factor."""

from collections.abc import Collection
from functools import partial

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.services.mailing import send_notice


def mail_account_change(user: User, kind: str, stage: str, addresses: Collection[str]) -> None:
    """Mail these addresses when the transaction commits. `what` is email or second_factor.

    `stage` is asked (the change is pending), confirmed or done (the change is in effect).
    """
    context = {"what": kind, "stage": stage, "city": settings.CITY_NAME}
    transaction.on_commit(partial(send_notice, user, "accounts/email/changed", context, set(addresses)))
