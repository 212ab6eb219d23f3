from accounts.models.act import Act, PendingAct
from accounts.models.browser_report import BrowserReport
from accounts.models.mail import QueuedMail
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
    "Act",
    "BrowserReport",
    "Channel",
    "PendingAct",
    "QueuedMail",
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
