"""The example plan that the software proposes: six strands, each with a goal, an action and an indicator.

The strands are the contents of local action plans and protocols (PROXIMITY), the points those of ECCAR's
plan. The texts are ours, and a city changes all of them.
"""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from plans.codes import Direction, Measure, Source, Unit
from practices.codes import Strand


def _book(title: Any, slug: str) -> dict[str, Any]:
    book = {"source": Source.BOOK, "slug": slug, "measure": Measure.RATIO, "unit": Unit.SHARE}
    return {"title": title, "direction": Direction.UP} | book


#: Goals with their `actions` (title and milestones with months after the first day) and `indicators`.
EXAMPLE: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": _("Communities and the police meet before anything happens"),
        "strand": Strand.PREVENT,
        "eccar_point": 9,
        "problem": _("Enter how many communities were not met last year, and how you know."),
        "actions": [(_("Agree with each organisation how often to meet"), [(_("Half have agreed"), 6)])],
        "indicators": [_book(_("Organisations met"), "coverage")],
    },
    {
        "title": _("People who are attacked know where to report, and get an answer"),
        "strand": Strand.IDENTIFY_REPORT_ACT,
        "eccar_point": 3,
        "problem": _("Enter which barriers to reporting organisations have named."),
        "actions": [
            (_("Answer every concern in time, also at night"), [(_("Night duty reviewed"), 3)]),
            (_("Train reporting centres"), [(_("First centre trained"), 6), (_("All centres trained"), 12)]),
        ],
        "indicators": [
            _book(_("Concerns answered in time"), "concerns"),
            {
                "title": _("Residents who know where to report"),
                "source": Source.HAND,
                "unit": Unit.SHARE,
                "direction": Direction.UP,
                "where_from": _("City survey"),
                "frequency_months": 24,
            },
        ],
    },
    {
        "title": _("Services act together after an attack"),
        "strand": Strand.COORDINATE_SERVICES,
        "eccar_point": 2,
        "problem": _("Enter what went wrong between services after the last incidents."),
        "actions": [(_("Agree a protocol with the services"), [(_("Protocol in force"), 9)])],
        "indicators": [_book(_("Steps done in time"), "steps-in-time")],
    },
    {
        "title": _("Victims are told what became of their report"),
        "strand": Strand.VICTIMS,
        "eccar_point": 3,
        "problem": _("Enter how many concerns were closed without reporting back."),
        "actions": [(_("Report back on every closed concern"), [(_("Practice agreed with all shifts"), 3)])],
        "indicators": [_book(_("Reported back"), "loop-closed")],
    },
    {
        "title": _("Organisations decide with us, not after us"),
        "strand": Strand.CIVIL_SOCIETY,
        "eccar_point": 2,
        "problem": _("Enter what the advisory group said about its influence."),
        "actions": [(_("Hold an advisory group each quarter"), [(_("First meeting held"), 3)])],
        "indicators": [_book(_("Follow-ups done in time"), "follow-ups")],
    },
    {
        "title": _("Officers recognise bias and know their communities"),
        "strand": Strand.CAPACITY,
        "eccar_point": 8,
        "problem": _("Enter how many officers were trained, and when."),
        "actions": [(_("Train all shifts in bias indicators"), [(_("Half of the shifts trained"), 6)])],
        "indicators": [_book(_("Organisations with a lead and a deputy"), "continuity")],
    },
)
