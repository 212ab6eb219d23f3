"""Every kind of email with sample data: on the gallery page of the demo, and read whole by a test."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from accounts.models import Act, PendingAct, User
from accounts.services.mailing import render_mail
from api.models import ApiKey, KeyWarning
from api.services.key_warnings import WARNING_MAIL
from contacts.models import Organisation
from districts.models import District
from meetings.models import Concern, FollowUp
from meetings.reminders import Concerns, FollowUps
from meetings.rules import CONCERN_RECEIVED, FOLLOW_UP_DAY_BEFORE
from publishing.models import Registration
from publishing.site.registration_mails import registration_mail, word_mail
from reminders.services.channels import Email, Notice
from reviews.models import Delivery, Subscription
from reviews.services.subscriptions import REPORT_MAIL

AT: Final = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
ID: Final = UUID("01a22f6e-141f-718d-808c-ac84eb47c62e")
DEVICE: Final = {"timestamp": AT, "device": "Firefox on Windows", "ip": "192.0.2.7"}
#: Templates of emails to the owner of an account, with what they are about.
NOTICES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("account/email/new_device", DEVICE),
    ("account/email/password_changed", DEVICE),
    ("account/email/password_reset", DEVICE),
    ("account/email/trail_stands", {}),
    ("mfa/email/recovery_codes_generated", DEVICE),
    ("mfa/email/totp_activated", DEVICE),
    ("mfa/email/totp_deactivated", DEVICE),
    ("mfa/email/webauthn_added", DEVICE),
    ("mfa/email/webauthn_removed", DEVICE),
    ("accounts/email/changed", {"what": "email", "stage": "asked"}),
    ("accounts/email/changed", {"what": "email", "stage": "done"}),
    ("accounts/email/changed", {"what": "second_factor", "stage": "asked"}),
    ("accounts/email/changed", {"what": "second_factor", "stage": "done"}),
    ("oversight/email/asked", {"link": "https://crm.example/alerts/"}),
    ("oversight/email/review", {"link": "https://crm.example/alerts/"}),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """An email of a kind. `name` is its template, or what it is about."""

    name: str
    subject: str
    text: str


def sample_mails() -> Iterator[Sample]:
    """Yield an email of each kind, in the active language."""
    user = User(
        id=ID,
        name="Nora Lind",
        email="nora@city.example",
        language=translation.get_language(),
        time_zone="UTC",
    )
    for template, context in NOTICES:
        yield Sample(template, *render_mail(user, template, context))
    link = {"password_reset_url": "https://crm.example/accounts/password/reset/key/3-abc/"}
    yield Sample(
        "account/email/password_reset_key", *render_mail(user, "account/email/password_reset_key", link)
    )
    invited = {"inviter": "Ada Admin", "link": "https://crm.example/accounts/password/reset/key/3-abc/"}
    for context in (invited, invited | {"inviter": ""}):
        yield Sample("accounts/email/invitation", *render_mail(user, "accounts/email/invitation", context))
    yield from _acts(user)
    yield from _of_rows(user)
    yield from _reminders(user)


def _acts(user: User) -> Iterator[Sample]:
    """Yield the emails about acts, with and without what may be missing."""
    act = PendingAct(kind=Act.PUBLIC_ENTRY, asked_at=AT, subject=ID)
    context: dict[str, Any] = {
        "what": act.get_kind_display,
        "about": "",
        "asker": User(name="Ada Admin"),
        "second": User(name="Carla Confirmer"),
        "may_decide": True,
        "until": act.ends_at,
        "link": "https://crm.example/settings/waiting/",
    }
    for_asker = {"about": "Nora Lind, Privacy officer", "may_decide": False, "link": ""}
    for name in ("act", "act_agreed", "act_done"):
        for changed in ({}, for_asker, {"asker": None}):
            template = f"accounts/email/{name}"
            yield Sample(template, *render_mail(user, template, context | changed))


def _of_rows(user: User) -> Iterator[Sample]:
    district = District(id=ID, name="Northgate", code="N1")
    subscription = Subscription(
        id=ID, user=user, report="coverage", district=district, rhythm="weekly", created_at=AT
    )
    delivery = Delivery(id=ID, subscription=subscription, day=date(2026, 11, 30))
    yield _sample("reviews/report_mail", REPORT_MAIL.message(delivery))
    warning = KeyWarning(id=ID, key=ApiKey(id=ID, name="Newsletter"), ends_at=AT, recipient=user)
    yield _sample("api/key_warning", WARNING_MAIL.message(warning))
    registration = Registration(
        id=ID,
        language=user.language,
        person_email="kim@club.example",
        word_email="office@club.example",
        fields=["website"],
        organisation=Organisation(name="Chess club"),
    )
    for name, build in (("registration", registration_mail), ("registration word", word_mail)):
        yield _sample(name, build(registration, ID, "https://register.city.example"))


def _reminders(user: User) -> Iterator[Sample]:
    carrier, url = Email(), "https://crm.example"
    follow_up = FollowUp(id=ID, title="Send the noise form", due_on=date(2040, 1, 2), owner=user)
    concern = Concern(
        id=ID, kinds=["attack_on_community_site", "threat"], district=District(name="Northgate")
    )
    with translation.override(user.language), timezone.override(UTC):
        reminded = (
            (FollowUps().words(FOLLOW_UP_DAY_BEFORE, follow_up), f"{url}/follow-ups/{ID}/"),
            (Concerns().words(CONCERN_RECEIVED, concern), f"{url}/concerns/{ID}/"),
        )
    notices = [Notice(title, lines, address) for (title, lines), address in reminded]
    for name, some in (("follow_up", notices[:1]), ("concern", notices[1:]), ("digest", notices)):
        yield _sample(f"mail/reminder: {name}", carrier.write("<id@crm.example>", user, some))


def _sample(name: str, message: EmailMultiAlternatives) -> Sample:
    return Sample(name, str(message.subject), str(message.body))
