"""What a figure is asked of: periods, districts and how it is split."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.actors import Actor
from contacts.codes import NOT_COUNTED
from districts.models import District
from reports.periods import Period
from reports.policies import can_read_reports


class By(StrEnum):
    """One row a district, a community or a kind of organisation."""

    DISTRICT = "district"
    FOCUS = "focus"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Question:
    """Periods and districts, each district with all that lies in it; one row a period and group.

    By focus and by kind, all districts are counted together, each organisation once. `all_kinds` counts
    partners and culture_sport too.
    """

    periods: tuple[Period, ...]
    districts: tuple[District, ...]
    by: By = By.DISTRICT
    all_kinds: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """What `reports.population` names in its SQL."""
        return {
            "numbers": list(range(len(self.periods))),
            "since": [period.starts_at for period in self.periods],
            "until": [period.ends_at for period in self.periods],
            "since_on": [period.since for period in self.periods],
            "until_on": [period.until for period in self.periods],
            "roots": [district.pk for district in self.districts],
            "zone": settings.TIME_ZONE,
            "not_counted": [] if self.all_kinds else sorted(kind.value for kind in NOT_COUNTED),
        }


def ask(
    actor: Actor,
    periods: Iterable[Period],
    *,
    districts: Iterable[str] = (),
    by: By = By.DISTRICT,
    all_kinds: bool = False,
) -> Question:
    """A question `actor` may ask: of the districts with these codes, or of all that it covers.

    Figures are the same for every reader, so who asks decides only which districts may be asked for.
    Raises PermissionDenied for who reads no reports, and for a district not covered (or not there).
    """
    if not can_read_reports(actor):
        raise PermissionDenied(_("You do not have access to reports."))
    covered = District.objects.covered_by(actor).active().in_order()
    codes = set(districts)
    found = tuple(covered.filter(code__in=codes) if codes else covered)
    if len(found) < len(codes):
        raise PermissionDenied(_("You do not have access to the figures of this district."))
    return Question(tuple(periods), found, by, all_kinds)
