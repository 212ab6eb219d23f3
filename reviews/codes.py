"""Code lists of audits. A code is retired, never deleted. Codes judge records, never people."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews import rules


class FactsApart(models.TextChoices):
    """Whether a meeting's record separates facts from the officer's opinion (LED, Article 7)."""

    YES = "yes", _("yes")
    PARTLY = "partly", _("partly")
    NO = "no", _("no")
    NO_OPINION = "no_opinion", _("contains no opinion")


class FollowUpRecorded(models.TextChoices):
    """Whether each commitment of the meeting is recorded as a follow-up."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    NOTHING_PROMISED = "nothing_promised", _("nothing was promised")


class CallAnswer(models.TextChoices):
    """Answer of an organisation that was called back to check a record."""

    YES = "yes", _("correct")
    PARTLY = "partly", _("partly")
    NO = "no", _("not correct")
    NOT_REACHED = "not_reached", _("no answer")


class ActionOutcome(models.TextChoices):
    """Outcome of an action that an earlier audit agreed."""

    DONE = "done", _("done")
    PARTLY = "partly", _("partly")
    NOT_DONE = "not_done", _("not done")
    NO_LONGER_NEEDED = "no_longer_needed", _("no longer needed")


#: Outcomes after which later audits no longer ask about the action.
SETTLING_OUTCOMES: Final = (ActionOutcome.DONE, ActionOutcome.NO_LONGER_NEEDED)


class Rhythm(models.TextChoices):
    """Frequency of a report by email: on Mondays, or on the first of each month or quarter."""

    WEEKLY = rules.WEEKLY, _("every week")
    MONTHLY = rules.MONTHLY, _("every month")
    QUARTERLY = rules.QUARTERLY, _("every quarter")
