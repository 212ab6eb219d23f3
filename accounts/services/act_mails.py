"""Emails about acts that need two people. They name no record and no district.

All people who can confirm an act get one email when it is requested. Roles that `accounts.rules.ACTS`
notifies get it, too. All of them get further emails when the act is confirmed and when it takes effect.
"""

from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts import rules
from accounts.actors import actor_for
from accounts.models import Act, PendingAct, QueuedMail, Role, User
from accounts.policies import can_confirm
from accounts.queries.waiting_districts import confirmers_of
from accounts.services.acts import TEND
from accounts.services.effects import summaries_of
from accounts.services.mailing import (
    LoggedNotice,
    Mailing,
    forget_old_mails,
    mail_of,
    queue_mails,
    send_mails,
)

ASKED: Final = "act"
AGREED: Final = "act_agreed"
DONE: Final = "act_done"
TEMPLATES: Final = {
    ASKED: "accounts/email/act",
    AGREED: "accounts/email/act_agreed",
    DONE: "accounts/email/act_done",
}


def mail_new_acts() -> int:
    """Queue emails about acts, send what is due and return the number sent. Safe to run in parallel."""
    _queue_new()
    forget_old_mails()
    return send_mails(ACT_MAIL)


def recipients_of(act: PendingAct) -> list[User]:
    """Return the recipients of an email about an act in its present state.

    No person chooses them: all holders of the requested role and of the roles that the act notifies. After
    the confirmation, the two people get an email, too, in case others used their accounts.
    """
    roles = set(rules.ACTS[act.kind].notified)
    if act.user and act.kind == Act.ROLE:
        roles.add(act.user.asked_role or act.user.role)
    notified = list(User.objects.active().with_role(*roles).exclude(pk=act.user_id).in_order())
    stage = _stage_of(act)
    if stage == ASKED:
        notified = [user for user in notified if user.pk != act.asked_by_id]
    pairs = [act.asked_by, act.decided_by] if act.takes_effect_at else []
    deciding = [] if stage == DONE else confirmers_of(act)
    recipients = {
        user.pk: user for user in (*deciding, *notified, *pairs) if user is not None and user.is_active
    }
    return list(recipients.values())


def _stage_of(act: PendingAct) -> str:
    return DONE if act.decided_at else AGREED if act.is_agreed else ASKED


@transaction.atomic
def _queue_new() -> None:
    new = PendingAct.objects.to_mail(timezone.now()).in_order()
    for act in new.select_for_update(skip_locked=True, of=("self",), no_key=True):
        queue_mails(_stage_of(act), act.pk, recipients_of(act))
        act.mailed_at = timezone.now()
        act.save(update_fields=["mailed_at"])


def _act_of(row: QueuedMail) -> PendingAct | None:
    acts = PendingAct.objects.filter(pk=row.object_id).select_related("user", "asked_by", "decided_by")
    return acts.first()


def _is_wanted(row: QueuedMail) -> bool:
    """Whether the act is still in the state of the email, and the recipient is still notified."""
    act = _act_of(row)
    if act is None or _stage_of(act) != row.kind or (act.decided_at and not act.is_confirmed):
        return False
    return row.recipient in recipients_of(act)


def _logged_notice(row: QueuedMail) -> LoggedNotice:
    recipient: Any = row.recipient
    return LoggedNotice(recipient.pk, [], recipient.pk)


def _message(row: QueuedMail) -> EmailMultiAlternatives:
    recipient: Any = row.recipient
    act: Any = _act_of(row)
    with translation.override(recipient.language):
        kind, subject = str(act.get_kind_display()), _subject_text(act)
    words = {
        "what": kind,
        "about": subject,
        "asker": act.asked_by,
        "second": act.decided_by,
        "may_decide": can_confirm(actor_for(recipient), act),
        "until": act.takes_effect_at or act.ends_at,
        "link": settings.SITE_URL + reverse("waiting") if recipient.role in rules.CONFIRMS else "",
    }
    return mail_of(row, TEMPLATES[row.kind], words)


def _subject_text(act: PendingAct) -> str:
    """Return the account and its role, or the subject of an act that notifies others, or an empty text."""
    if act.user and act.kind == Act.ROLE:
        return f"{act.user.name}, {Role(act.user.asked_role or act.user.role).label}"
    if not rules.ACTS[act.kind].notified:
        return ""
    summary = summaries_of([act]).get(act.pk)
    return ", ".join([summary.title, *summary.lines]) if summary else ""


ACT_MAIL: Final = Mailing(
    task=TEND,
    object_type="user",
    due=lambda: QueuedMail.objects.of_kind(*TEMPLATES).due(),
    is_wanted=_is_wanted,
    logged_notice=_logged_notice,
    message=_message,
)
