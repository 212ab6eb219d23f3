"""Codes of reasons, which users choose with one tap and readers see in their own language.

Codes are stored in sealed events, so they are never renamed or removed. Typed words are the reason's text.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lib.reasons import as_code, split_reason


class ReasonCode(models.TextChoices):
    CALLED = "called", _("They called or wrote")
    COVERING = "covering", _("I’m covering for a colleague")
    INCIDENT = "incident", _("An incident affects them")
    CORRECTING = "correcting", _("To check or correct the record")
    # To show private contact details
    URGENT = "urgent", _("Urgent, and no one answers the work number")
    ASKED_FOR = "asked_for", _("They asked to be called on this number")
    APPOINTMENT = "appointment", _("To keep an agreed appointment")
    # To read on past the daily limit
    MANY_AFFECTED = "many_affected", _("An incident affects many contacts")
    TAKING_OVER = "taking_over", _("I’m taking over a colleague’s work")
    TIDYING = "tidying", _("I’m checking and correcting records")
    PREPARING = "preparing", _("I’m preparing an event")
    # To export
    EVENT = "event", _("To prepare a meeting or an event")
    COUNCIL = "council", _("To report to the city council")
    CHECKING = "checking", _("To check and tidy records")
    SUBJECT = "subject", _("The person asked for their data")
    # To import
    REGISTER = "register", _("To add a register of organisations")
    OWN_LIST = "own_list", _("To move our own list into this system")
    UPDATING = "updating", _("To update records")
    # To ask who has seen a person's data
    PERSON_ASKED = "person_asked", _("The person asked who has seen their data")
    COMPLAINT = "complaint", _("A complaint or suspicion")
    OWN_CHECK = "own_check", _("My own check")
    # To keep sensitive wording
    KEEP_ASKED = "keep_asked", _("They asked us to record it")
    KEEP_SAFETY = "keep_safety", _("Their safety depends on it")
    KEEP_REACHED = "keep_reached", _("It is needed to meet or reach them")
    KEEP_GROUP = "keep_group", _("It is about a group, not about a person")
    KEEP_ORGANISATION = "keep_organisation", _("It is an organisation’s phone number")
    # On a duty shift (accounts.models.DutyReason)
    DUTY_NIGHT_DUTY = "duty_night_duty", _("On duty: night duty")
    DUTY_COLLEAGUE_AWAY = "duty_colleague_away", _("On duty: a colleague is away")
    DUTY_INCIDENT = "duty_incident", _("On duty: an incident")
    DUTY_EVENT = "duty_event", _("On duty: a public event")
    # To approve a public text of a district
    TELLS_OF_INCIDENT = "tells_of_incident", _("The text tells of a hate incident that is not public yet")
    TELLS_OF_NO_INCIDENT = "tells_of_no_incident", _("The text tells of no hate incident")
    # What the system does
    GROUND_MOVED = "ground_moved", _("The organisation moved to another district")
    ROLE_ENDED = "role_ended", _("The end date of a role was reached")
    REDRAWN = "redrawn", _("The district was redrawn")
    SECOND_FACTOR = "second_factor", _("Two-factor authentication failed")

    @property
    def sent(self) -> str:
        """The code in the form that a button sends and that replaces a text."""
        return as_code(self.value)


def split_codes(reason: str) -> tuple[str, str]:
    """Return the known codes of a reason, separated by spaces, and its text."""
    codes, text = split_reason(reason, ReasonCode.values)
    return " ".join(codes), text


def reason_in_words(codes: str, text: str | Promise = "") -> str:
    """Return the reason in the reader's language: its codes, then its text."""
    labels = dict(ReasonCode.choices)
    words = [str(labels.get(code, code)) for code in codes.split()]
    return "; ".join(filter(None, [*words, str(text)]))


def words_of(reason: str) -> str:
    """Return a reason that was not recorded yet, such as that of a background task, in words."""
    return reason_in_words(*split_codes(reason))
