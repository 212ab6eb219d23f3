"""Code lists of audits. A code is retired, never deleted. They judge records, never people."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews import rules


class FactsApart(models.TextChoices):
    """Whether a meeting's record keeps what was said apart from what the officer thinks (LED Art. 7)."""

    YES = "yes", _("yes")
    PARTLY = "partly", _("partly")
    NO = "no", _("no")
    NO_OPINION = "no_opinion", _("contains no opinion")


class FollowUpRecorded(models.TextChoices):
    """Whether what was promised at the meeting is recorded as a promise."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    NOTHING_PROMISED = "nothing_promised", _("nothing was promised")


class IsSo(models.TextChoices):
    """What an organisation says when it is rung and asked whether the record is right."""

    YES = "yes", _("correct")
    PARTLY = "partly", _("partly")
    NO = "no", _("not correct")
    NOT_REACHED = "not_reached", _("no answer")


class WasDone(models.TextChoices):
    """What became of what an earlier audit agreed."""

    DONE = "done", _("done")
    PARTLY = "partly", _("partly")
    NOT_DONE = "not_done", _("not done")
    NO_LONGER_NEEDED = "no_longer_needed", _("no longer needed")


#: After these an action is not asked about again.
SETTLES: Final = (WasDone.DONE, WasDone.NO_LONGER_NEEDED)


class Rhythm(models.TextChoices):
    """How often a report comes by e-mail: on Mondays, or on the first of a month or quarter."""

    WEEKLY = rules.WEEKLY, _("every week")
    MONTHLY = rules.MONTHLY, _("every month")
    QUARTERLY = rules.QUARTERLY, _("every quarter")
