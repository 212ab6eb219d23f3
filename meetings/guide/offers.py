"""Next offers after a conversation about reporting, by its outcome."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from meetings.codes import Outcome
from meetings.guide.sources import FACING_FACTS, FRA, VICTIM_CENTRED, Line

OFFERS: Final[Mapping[str, Line]] = {
    Outcome.CONCERN_RAISED: Line(
        _("Offer the ways to report: to you, online, at a reporting centre, or without a name."),
        FRA,
    ),
    Outcome.REPORT_FACILITATED: Line(
        _("Offer victim support and an interpreter. Agree on a day when you report back."),
        FACING_FACTS,
    ),
    Outcome.REFERRAL_MADE: Line(
        _("Ask whether the service has answered. Offer another service if the first does not fit."),
        VICTIM_CENTRED,
    ),
    Outcome.DECLINED: Line(
        _("Respect the decision. Leave the numbers of victim support and of a reporting centre."),
        VICTIM_CENTRED,
    ),
}
