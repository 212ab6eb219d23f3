"""One email to everyone who can confirm a pending act. It names no record and no district."""

from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from accounts import rules
from accounts.actors import actor_for
from accounts.mailing import Mailing, Told, forget_old_mails, mail_of, queue_mails, send_mails
from accounts.models import PendingAct, QueuedMail, User
from accounts.policies import can_confirm
from accounts.services.acts import TEND

KIND: Final = "act"


def mail_new_acts() -> int:
    """Queue emails about new acts, send what is due and return the number sent. Safe to run in parallel."""
    _queue_new()
    forget_old_mails()
    return send_mails(ACT_MAIL)


def confirmers_of(act: PendingAct) -> list[User]:
    """Active users who can decide a pending act now."""
    users = User.objects.active().with_role(*rules.CONFIRMED_BY[act.kind]).in_order()
    return [user for user in users if _can_decide(user, act)]


def _can_decide(user: User, act: PendingAct) -> bool:
    actor = actor_for(user)
    return can_confirm(actor, act) and PendingAct.objects.visible_to(actor).filter(pk=act.pk).exists()


@transaction.atomic
def _queue_new() -> None:
    new = PendingAct.objects.waiting().filter(mailed_at__isnull=True).in_order()
    for act in new.select_for_update(skip_locked=True, of=("self",), no_key=True):
        queue_mails(KIND, act.pk, confirmers_of(act))
        act.mailed_at = timezone.now()
        act.save(update_fields=["mailed_at"])


def _acts_of(row: QueuedMail) -> QuerySet[PendingAct]:
    return PendingAct.objects.waiting().filter(pk=row.object_id)


def _is_wanted(row: QueuedMail) -> bool:
    recipient: Any = row.recipient
    act = _acts_of(row).first()
    return recipient.is_active and act is not None and _can_decide(recipient, act)


def _told(row: QueuedMail) -> Told:
    recipient: Any = row.recipient
    return Told(recipient.pk, [], recipient.pk)


def _message(row: QueuedMail) -> EmailMultiAlternatives:
    recipient: Any = row.recipient
    act = _acts_of(row).get()
    with translation.override(recipient.language):
        what = str(act.get_kind_display())
    words = {
        "what": what,
        "asker": act.asked_by,
        "until": act.ends_at,
        "link": settings.SITE_URL + reverse("waiting"),
    }
    return mail_of(row, "accounts/email/act", words)


ACT_MAIL: Final = Mailing(
    task=TEND,
    object_type="user",
    due=lambda: QueuedMail.objects.of_kind(KIND).due(),
    is_wanted=_is_wanted,
    told=_told,
    message=_message,
)
