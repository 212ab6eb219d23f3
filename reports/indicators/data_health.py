"""Data health: organisations whose details were checked lately, and records whose review is overdue.

Late reviews of contacts are counted by district only, because people are never counted by community or kind
(docs/domain.md, rule 3). A late review that has been done since does not count.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import (
    AS_IT_WAS,
    ENDS_NOW,
    FIRST,
    Case,
    Column,
    Fact,
    OtherRecords,
    Revision,
    Row,
)
from reports.queries.organisations import ORGANISATIONS

_IS_VERIFIED: Final = "dated.verified_on >= asked.until_on - interval '1 year' AS is_verified"
_IS_LATE: Final = "organisation.review_on < asked.until_on AS is_late"
_IS_NOT_ASKED: Final = """(
    organisation.night_calls = 'not_asked' OR organisation.night_agreed_on >= asked.until_on
) AS is_not_asked"""
# Contacts count by district only.
_LATE: Final = """FROM asked CROSS JOIN ground
    JOIN contacts_contact contact ON contact.home_district_id = ground.district_id
        AND contact.review_on < asked.until_on AND contact.created_at < asked.until
    WHERE %(by)s = 'district'"""
_PEOPLE_LATE: Final = f"""people_late (nr, grp, times) AS (
    SELECT asked.nr, ground.code, count(*) {_LATE} GROUP BY asked.nr, ground.code
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHealthRow(Row):
    """n organisations verified, out of `of`, and late reviews. `people_late` is only by district."""

    organisations_late: int
    night_calls_missing: int
    people_late: int | None


REPORT = Report(
    slug="data-health",
    title=_("Details checked"),
    formula=_("Organisations whose details were checked in the last 12 months ÷ all organisations."),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “data health”; Directive (EU) 2016/680, Articles 4 and 5."),
    not_said=_("Whether the details are right. Overdue reviews are those still outstanding today."),
    row=DataHealthRow,
    counts=ORGANISATIONS,
    measures=[_IS_VERIFIED, _IS_LATE, _IS_NOT_ASKED],
    other_records={
        "people_late": OtherRecords(
            "contacts",
            f"SELECT contact.id, contact.review_on {_LATE} AND ground.code = %(group)s",
            [Fact("review_on", _("Review date"), "review_on")],
        )
    },
    joined_tables=[(_PEOPLE_LATE, "LEFT JOIN people_late USING (nr, grp)")],
    fields={
        "n": "count(*) FILTER (WHERE is_verified)",
        "of": "count(organisation_id)",
        "organisations_late": "count(*) FILTER (WHERE is_late)",
        "night_calls_missing": "count(*) FILTER (WHERE is_not_asked)",
        "people_late": "CASE WHEN %(by)s = 'district' THEN coalesce(max(people_late.times), 0) END",
    },
    lists=lambda _span: {"n": {"verified": "true"}, "rest": {"verified": "false"}},
    is_state=True,
    is_kept_at_night=True,
    columns=(
        Column("organisations_late", _("organisations due for review"), "count"),
        Column("night_calls_missing", _("not asked about night calls"), "count"),
        Column("people_late", _("contacts due for review"), "count"),
    ),
    n_label=ngettext_lazy("checked", "checked"),
    of_label=ngettext_lazy("organisation", "organisations"),
    rest_label=ngettext_lazy("not checked", "not checked"),
    facts=(
        Fact("checked_on", _("Checked"), "verified_on", ["dated.verified_on"]),
        Fact("review_on", _("Review date"), "review_on", ["organisation.review_on"]),
        Fact(
            "night_calls_asked_on",
            _("Night calls agreed"),
            "night_agreed_on",
            ["organisation.night_agreed_on"],
        ),
    ),
    question=_("Can we trust the details of the organisations?"),
    example=(
        Case.counted(_("Checked on the last day of the period")),
        Case.counted(_("Checked 364 days before the end")),
        Case.not_counted(_("Checked 13 months before the end")),
        Case.not_counted(_("Never checked")),
        Case.outside(_("A sports club: culture and sport is not counted")),
        Case.outside(_("An organisation that is closed")),
    ),
    history=(
        FIRST,
        ENDS_NOW,
        AS_IT_WAS,
        Revision(date(2026, 11, 27), _("Organisations not asked about night calls are shown separately.")),
    ),
)
