from accounts.models.act import Act, PendingAct
from accounts.models.browser_report import BrowserReport
from accounts.models.duty import DutyReason, DutyShift, ShiftAnswer, ShiftDistrict
from accounts.models.mail import QueuedMail
from accounts.models.user import (
    Channel,
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
    time_zones,
)

__all__ = [
    "Act",
    "BrowserReport",
    "Channel",
    "DutyReason",
    "DutyShift",
    "PendingAct",
    "QueuedMail",
    "Role",
    "SavedView",
    "SentForm",
    "Session",
    "ShiftAnswer",
    "ShiftDistrict",
    "Theme",
    "User",
    "UserQuerySet",
    "check_time_zone",
    "city_time_zone",
    "every_channel",
    "time_zones",
]
