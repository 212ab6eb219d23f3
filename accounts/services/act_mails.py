"""One email to everybody who can confirm a pending act. It names no record and no district."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from structlog import get_logger

from accounts import rules
from accounts.actors import SYSTEM, actor_for
from accounts.models import PendingAct, User
from accounts.policies import can_confirm
from audit.models import Action
from audit.services import record
from lib.mail import MailNotSent, sending

BATCH = 50

log = get_logger(__name__)


def mail_new_acts() -> int:
    """Notify about new acts and return their number. Safe to run in parallel.

    While the mail server is down, nothing is marked as sent and the next call tries again.
    """
    found = PendingAct.objects.waiting().filter(mailed_at__isnull=True).in_order()
    sent = 0
    try:
        for act_id in found.values_list("pk", flat=True)[:BATCH]:
            sent += _mail(act_id)
    except MailNotSent as error:
        log.warning("act_not_mailed", error=str(error))
    return sent


def confirmers_of(act: PendingAct) -> list[User]:
    """Active users who can decide a pending act now."""
    users = User.objects.active().with_role(*rules.CONFIRMED_BY[act.kind]).in_order()
    return [user for user in users if _can_decide(user, act)]


def _can_decide(user: User, act: PendingAct) -> bool:
    actor = actor_for(user)
    return can_confirm(actor, act) and PendingAct.objects.visible_to(actor).filter(pk=act.pk).exists()


@transaction.atomic
def _mail(act_id: UUID) -> bool:
    unsent = PendingAct.objects.waiting().filter(pk=act_id, mailed_at__isnull=True)
    act = unsent.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if act is None:
        return False
    recipients = confirmers_of(act)
    with sending():
        get_connection().send_messages([_message(act, user) for user in recipients])
    act.mailed_at = timezone.now()
    act.save(update_fields=["mailed_at"])
    record(SYSTEM, Action.NOTIFY, "user", [user.pk for user in recipients])
    return True


def _message(act: PendingAct, user: User) -> EmailMessage:
    words = {
        "user": user,
        "what": act.get_kind_display,
        "asker": act.asked_by,
        "until": act.ends_at,
        "link": settings.SITE_URL + reverse("waiting"),
        "city": settings.CITY_NAME,
    }
    with translation.override(user.language):
        subject = render_to_string("accounts/email/act_subject.txt", words).strip()
        body = render_to_string("accounts/email/act_message.txt", words)
    return EmailMessage(subject, body, to=[user.email])
