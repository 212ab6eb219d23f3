"""Level: at which levels of participation meetings were held (IAP2's spectrum)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.codes import Level
from reports.figures.report import Report
from reports.queries.definitions import Case, Column, Fact, Quality, Row
from reports.queries.meetings import MEETINGS, STARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow(Row):
    """n meetings held with a level, out of `of` held, and the number of each level."""

    inform: int
    consult: int
    involve: int
    collaborate: int
    empower: int


REPORT = Report(
    slug="level",
    title=_("Level of participation"),
    formula=_("Meetings held at each level. Also: meetings with a level recorded ÷ meetings held."),
    population=_("All meetings held here, not including cancelled ones."),
    source=_("This system’s definition of “level”; IAP2’s spectrum of participation."),
    not_said=_("Whether it was the right level. Each level has its purpose and none is better."),
    row=LevelRow,
    counts=MEETINGS,
    fields={
        "of": "count(*) FILTER (WHERE status = 'held')",
        "n": "count(*) FILTER (WHERE status = 'held' AND level <> '')",
        **{code: f"count(*) FILTER (WHERE status = 'held' AND level = '{code}')" for code in Level.values},
    },
    lists=lambda _span: {
        "n": {"status": "held", "level": ",".join(Level.values)},
        **{code: {"status": "held", "level": code} for code in Level.values},
    },
    columns=tuple(Column(level.value, level.label, "count") for level in Level),
    better=None,
    spread=tuple(Level.values),
    incomplete=Quality("rest", _("Meetings without a level")),
    n_label=ngettext_lazy("with a level recorded", "with a level recorded"),
    of_label=ngettext_lazy("meeting held", "meetings held"),
    rest_label=ngettext_lazy("without a level", "without a level"),
    facts=(STARTS, Fact("level", _("Level"), "level", codes=dict(Level.choices))),
    question=_("How far do organisations take part in our meetings?"),
    example=(
        Case.counted(_("Held, level “inform”")),
        Case.counted(_("Held, level “involve”")),
        Case.not_counted(_("Held, no level recorded")),
        Case.outside(_("Cancelled")),
        Case.outside(_("Planned for a future day")),
        Case.outside(_("Held in another district")),
    ),
)
