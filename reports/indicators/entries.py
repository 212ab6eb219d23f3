"""Entries: follow-ups that were reported back and have an approved entry on the public page.

An entry is approved after reporting back, so it counts at any later time. An entry that was removed later
also counts, because the public has read it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import Case, Fact, Revision, Row
from reports.queries.follow_ups import COMPLETED, FOLLOW_UPS


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesRow(Row):
    """n follow-ups with an approved entry, out of `of` reported back."""


# Plain SQL, because reports may not import the publishing app above.
_APPROVED_ON: Final = """CASE WHEN told_on IS NOT NULL THEN (
    SELECT min((entry.approved_at AT TIME ZONE %(zone)s)::date)
    FROM publishing_publicentry entry WHERE entry.follow_up_id = found.id
) END AS approved_on"""

REPORT = Report(
    slug="entries",
    title=_("Results told to the district"),
    formula=_(
        "Follow-ups with an approved entry of “You said, we did” ÷ follow-ups reported back in the period."
    ),
    population=_(
        "Follow-ups for organisations based here at the end of the period. A follow-up counts once, "
        "however many organisations heard the result."
    ),
    source=_("This system’s definition of “reported back”; the entries of the public page."),
    not_said=_("Whether people read the entry. Not every result is for the public, so there is no target."),
    row=EntriesRow,
    counts=FOLLOW_UPS,
    measures=[_APPROVED_ON],
    fields={
        "of": "count(told_on)",
        "n": "count(told_on) FILTER (WHERE approved_on IS NOT NULL)",
    },
    lists=lambda _span: {},
    better=None,
    has_interval=True,
    n_label=ngettext_lazy("with an entry", "with an entry"),
    of_label=ngettext_lazy("follow-up reported back", "follow-ups reported back"),
    rest_label=ngettext_lazy("without an entry", "without an entry"),
    facts=(
        Fact("reported_back_on", _("Reported back"), "told_on"),
        Fact("approved_on", _("Entry approved"), "approved_on"),
        COMPLETED,
    ),
    question=_("How many results does the district hear of?"),
    example=(
        Case.counted(_("Reported back on 9 August, entry approved on 20 August")),
        Case.counted(_("Reported back on 9 August, entry approved on 2 October")),
        Case.not_counted(_("Reported back on 9 August, no entry")),
        Case.not_counted(_("Reported back on 9 August, the entry is still a draft")),
        Case.outside(_("Done, not yet reported back")),
        Case.outside(_("Reported back before the period")),
    ),
    history=(Revision(date(2026, 11, 27), _("First definition.")),),
)
