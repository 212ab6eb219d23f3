from accounts.models.request import AccountRequest, Asked
from accounts.models.user import (
    Channel,
    Relief,
    ReliefReason,
    Role,
    SavedView,
    SentForm,
    Session,
    Theme,
    User,
    UserQuerySet,
    check_time_zone,
    city_time_zone,
    every_channel,
)

__all__ = [
    "AccountRequest",
    "Asked",
    "Channel",
    "Relief",
    "ReliefReason",
    "Role",
    "SavedView",
    "SentForm",
    "Session",
    "Theme",
    "User",
    "UserQuerySet",
    "check_time_zone",
    "city_time_zone",
    "every_channel",
]
